"""Changes as developers make them in pull requests: found where they begin, named rightly, harmless ones left alone."""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.analysis.divergence.field import FIELD, FieldChange, Texts
from tests.analysis.divergence.field_flows import FLOWS, HEAD
from tests.analysis.divergence.mutants import expected_first, load, record
from workbench.analysis.divergence import Explanation, explain
from workbench.replay import Diverged, replay

_RIGHT = 0.9
"""So many causes must be right."""


def _changed(text: str, change: Texts) -> str:
    for old, new in change:
        assert old in text
        text = text.replace(old, new)
    return text


def _explained(case: FieldChange, folder: Path) -> Explanation:
    """Record, change, explain; the first difference is the one that a fresh recording shows."""
    base = _changed(HEAD + FLOWS[case.flow], case.base)
    text = _changed(base, case.change)
    module = load(base)
    case.before(module)
    recorded = record(folder / "recorded.wlog", getattr(module, case.flow))
    if case.change:
        module = load(text.replace('wb.patched("warn-author")', "False"))
    case.after(module)
    expected = expected_first(recorded, record(folder / "afresh.wlog", getattr(module, case.flow)))
    module = load(text) if case.change else module
    case.after(module)
    explanation = explain(getattr(module, case.flow), recorded, "r")
    first = explanation.first
    assert expected is not None
    assert first is not None
    assert (first.seq, first.recorded_position, first.position) == expected
    return explanation


@pytest.mark.parametrize("flow", FLOWS)
def test_changes_are_found_where_they_begin_and_named(flow: str, tmp_path: Path) -> None:
    cases = [case for case in FIELD if case.flow == flow]
    named: Counter[str] = Counter()
    before = {**os.environ}
    try:
        for number, case in enumerate(cases):
            (tmp_path / str(number)).mkdir()
            explanation = _explained(case, tmp_path / str(number))
            is_right = explanation.cause in case.causes
            named["right" if is_right else f"{case.name}: {explanation.cause}"] += 1
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert named["right"] >= _RIGHT * len(cases), named


HARMLESS: tuple[tuple[str, Texts], ...] = (
    (
        "checkout",
        (
            ("amount = total(order)", "grand_total: float = total(order)"),
            ("payment = charge(order.number, amount)", "payment = charge(order.number, grand_total)"),
            ("if amount > 100", "if grand_total > 100"),
            ("{amount}", "{grand_total}"),
        ),
    ),
    (
        "checkout",
        (
            (
                (
                    "        for line in order.lines:\n"
                    "            if line.quantity > stock(line.sku):\n"
                    "                raise ValueError(line.sku)\n"
                    "            reservations.append(reserve(line.sku, line.quantity))\n"
                ),
                "        reserve_all(order, reservations)\n",
            ),
            (
                "def with_tax",
                (
                    "def reserve_all(order: Order, reservations: list[str]) -> None:\n"
                    "    for line in order.lines:\n"
                    "        if line.quantity > stock(line.sku):\n"
                    "            raise ValueError(line.sku)\n"
                    "        reservations.append(reserve(line.sku, line.quantity))\n"
                    "\n"
                    "\n"
                    "def with_tax"
                ),
            ),
        ),
    ),
    (
        "checkout",
        (
            (
                ("class Line:\n    sku: str\n    quantity: int\n"),
                ("class Line:\n    sku: str\n    quantity: int\n    gift: bool = False\n"),
            ),
        ),
    ),
    (
        "checkout",
        (('f"thank you, {amount}"', '"thank you, " + str(amount)'),),
    ),
    (
        "checkout",
        (("round(amount * (1 + TAX), 2)", "round(amount * (1 + 0.19), 2)"),),
    ),
    (
        "checkout",
        (
            (
                (
                    "amount = 0\n"
                    "    for line in order.lines:\n"
                    "        amount += price(line.sku) * line.quantity\n"
                    "    return with_tax(amount)"
                ),
                "return with_tax(sum(price(line.sku) * line.quantity for line in order.lines))",
            ),
        ),
    ),
    (
        "checkout",
        (
            (
                "    parcel = ship(",
                ("    if wb.patched('fraud'):\n        fraud_score(order.number)\n    parcel = ship("),
            ),
        ),
    ),
    (
        "onboarding",
        (
            (
                "    account = await create_account(user)\n",
                (
                    '    log.info("start %s", user)\n'
                    "    account = await create_account(user)\n"
                    '    log.debug("got %s", account)\n'
                ),
            ),
        ),
    ),
    (
        "onboarding",
        (
            (
                ("asyncio.gather(create_mailbox(account), create_calendar(account), slow_badge(account))"),
                (
                    "asyncio.gather(\n"
                    "        *[make(account) for make in (create_mailbox, create_calendar, slow_badge)]\n"
                    "    )"
                ),
            ),
        ),
    ),
    (
        "onboarding",
        (("asyncio.gather(", "wb.gather("),),
    ),
    (
        "onboarding",
        (
            (
                "    resources = await provision(account)\n",
                (
                    "    resources = list(await asyncio.gather(create_mailbox(account), create_calendar(ac"
                    "count), slow_badge(account)))\n"
                ),
            ),
        ),
    ),
    (
        "onboarding",
        (
            (
                "    return await activate(account)",
                (
                    "    if wb.patched('trial'):\n"
                    "        return await activate(account, plan='trial')\n"
                    "    return await activate(account)"
                ),
            ),
        ),
    ),
    (
        "onboarding",
        (
            (
                'async def activate(account: int, plan: str = "free")',
                'async def activate(account: int, plan: str = "free", notify: bool = True)',
            ),
        ),
    ),
    (
        "invoices",
        (
            (
                ('    if not customer["mail"]:\n        return post_letter(customer["id"], text)\n    try:'),
                (
                    '    number = customer["id"]\n'
                    '    if not customer["mail"]:\n'
                    "        return post_letter(number, text)\n"
                    "    try:"
                ),
            ),
        ),
    ),
    (
        "invoices",
        (
            (
                ("if amount > 100:\n        return amount - 10\n    return amount"),
                "return amount - 10 if amount > 100 else amount",
            ),
        ),
    ),
    (
        "invoices",
        (
            (
                ('if not customer["active"] or customer["due"] <= 0:\n            continue\n'),
                ('if not (customer["active"] and customer["due"] > 0):\n            continue\n'),
            ),
        ),
    ),
    (
        "etl",
        (
            (
                "counts = await wb.gather(*(process(name) for name in names))",
                "counts = await asyncio.gather(*[process(name) for name in names])",
            ),
        ),
    ),
    (
        "etl",
        (
            (
                (
                    "    rows = await extract(partition, LIMIT)\n"
                    "    cleaned = await transform(rows)\n"
                    "    return await load_rows(partition, cleaned)"
                ),
                ("    return await load_rows(partition, await transform(await extract(partition, LIMIT)))"),
            ),
        ),
    ),
    (
        "renewal",
        (
            (
                "for attempt, days in enumerate(BACKOFF, start=1):",
                ("attempt = 0\n    for days in BACKOFF:\n        attempt += 1"),
            ),
        ),
    ),
    (
        "trip",
        (
            (
                ("        while self._undo:\n            undo, code = self._undo.pop()\n            undo(code)"),
                ("        for undo, code in reversed(self._undo):\n            undo(code)\n        self._undo.clear()"),
            ),
        ),
    ),
    (
        "approval",
        (
            (
                (
                    "    for limit, person in LEVELS:\n"
                    "        if amount <= limit:\n"
                    "            return person\n"
                    '    return "board"'
                ),
                '    return next((person for limit, person in LEVELS if amount <= limit), "board")',
            ),
        ),
    ),
    (
        "approval",
        (
            (
                ("    result = await wb.child(payout, request, amount)\n    await wb.child(filing, request)\n"),
                (
                    "    result, _ = await asyncio.gather(wb.child(payout, request, amount), wb.child(fili"
                    "ng, request))\n"
                ),
            ),
        ),
    ),
    (
        "moderation",
        (
            (
                'flagged = [image for image in content["images"] if scan_image(image)]',
                "flagged = list(filter(scan_image, content['images']))",
            ),
        ),
    ),
    (
        "moderation",
        (
            (
                (
                    "match verdict(label, flagged):\n"
                    '        case "keep":\n'
                    '            return "kept"\n'
                    '        case "hide":\n'
                    "            hide(post, label)\n"
                    "        case _:\n"
                    "            queue_review(post)"
                ),
                (
                    "decision = verdict(label, flagged)\n"
                    '    if decision == "keep":\n'
                    '        return "kept"\n'
                    '    if decision == "hide":\n'
                    "        hide(post, label)\n"
                    "    else:\n"
                    "        queue_review(post)"
                ),
            ),
        ),
    ),
    (
        "polling",
        (
            (
                '    while status(job, poll) != "done":',
                ('    while (found := status(job, poll)) != "done":\n        log.info(found)'),
            ),
        ),
    ),
    (
        "quotes",
        (
            (
                "found = dict(task.result() for task in tasks)",
                "found = {task.result()[0]: task.result()[1] for task in tasks}",
            ),
        ),
    ),
    (
        "claim",
        (
            (
                ('while case.state != "closed":\n        case.state = getattr(case, case.state)()'),
                (
                    "steps = {name: getattr(case, name) for name in ('new', 'assigned', 'estimated', 'paya"
                    "ble', 'denied')}\n"
                    '    while case.state != "closed":\n'
                    "        case.state = steps[case.state]()"
                ),
            ),
        ),
    ),
    (
        "imports",
        (
            (
                "counts = wb.gather(*(read_rows.defer(name) for name in batch))",
                "counts = [read_rows(name) for name in batch]",
            ),
        ),
    ),
    (
        "imports",
        ((("import asyncio\nimport logging\nimport os\n"), ("import logging\nimport asyncio\nimport os\n")),),
    ),
    (
        "ambient",
        (('tag = "fixed"', 'tag = "fix" + "ed"'),),
    ),
    (
        "fleet",
        (
            (
                (
                    "    async for name in each(names):\n"
                    '        routes.append(await wb.child(route, name, ["north", "south"]))'
                ),
                ('    routes = [await wb.child(route, name, ["north", "south"]) async for name in each(names)]'),
            ),
        ),
    ),
)


@pytest.mark.parametrize(("flow", "change"), HARMLESS)
def test_harmless_changes_are_no_divergence(flow: str, change: Texts, tmp_path: Path) -> None:
    base = HEAD + FLOWS[flow]
    _follows(flow, base, _changed(base, change), tmp_path)


@pytest.mark.parametrize("flow", FLOWS)
def test_another_layout_is_no_divergence(flow: str, tmp_path: Path) -> None:
    base = HEAD + FLOWS[flow]
    _follows(flow, base, "# moved\n\n" + ast.unparse(ast.parse(base)), tmp_path)


def _follows(flow: str, base: str, text: str, folder: Path) -> None:
    recorded = record(folder / "a.wlog", getattr(load(base), flow))
    code = getattr(load(text), flow)
    assert not isinstance(replay(code, recorded, run_id="r").outcome, Diverged)
    assert not explain(code, recorded, "r").diverged
