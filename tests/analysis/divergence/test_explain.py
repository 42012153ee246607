"""What an explanation says, and how sure it is."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.analysis.divergence.mutants import load, record
from tests.analysis.divergence.operators import surroundings
from tests.clock import FakeClock
from workbench.analysis.divergence import Cause, Explanation, Sure, explain
from workbench.journal import open_log
from workbench.replay import Diverged, replay

_STEPS = """
import os, random, time
import workbench as wb

@wb.step(kind="read")
def price(sku):
    return len(str(sku))

@wb.step(kind="write")
def charge(amount):
    return f"ch_{amount}"
"""


def explained(path: Path, old: str, new: str | None = None) -> Explanation:
    """The flow with body `old`, recorded, against the one with body `new`, or against itself."""
    recorded = record(path / "a.wlog", load(_flow(old)).flow)
    return explain(load(_flow(new if new is not None else old)).flow, recorded, "r", trust_log=True)


def _flow(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{_STEPS}\n@wb.workflow\ndef flow(order):\n{lines}\n"


def test_an_inserted_step_is_explained_to_the_line(tmp_path: Path) -> None:
    found = explained(tmp_path, "size = price(order)\nreturn charge(size)",
                      "size = price(order)\nprice('fraud')\nreturn charge(size)")  # fmt: skip
    assert (found.cause, found.sure) == (Cause.STEP_INSERTED, Sure.PROVED)
    assert found.first is not None
    assert (found.first.calls_before, found.first.recorded_position, found.first.position) == (1, (2,), (2,))
    assert found.first.recorded == "charge(5)"
    assert found.first.asked == "price('fraud')"
    assert found.line_recorded.endswith("flows_under_test.py:16")
    assert found.line_now.endswith("flows_under_test.py:16")
    assert "+    price('fraud')" in found.code_difference.splitlines()
    assert not [line for line in found.code_difference.splitlines() if line.startswith("-    ")]
    assert "flows_under_test.py:16" in found.remedy
    assert "wb.patched(" in found.remedy
    assert [*found.account["what"]] == ["same", "inserted", "moved"]
    assert [*found.account["first"]] == [False, True, False]
    assert [*found.account["seq"].fillna(0)] == [found.account["seq"].iloc[0], 0, found.first.seq]


def test_code_that_fits_has_no_cause(tmp_path: Path) -> None:
    found = explained(tmp_path, "return charge(price(order))")
    assert not found.diverged
    assert (found.first, found.cause, found.causes, found.remedy) == (None, None, (), "")
    assert str(found) == "run r: the code follows the log"


def test_of_two_changes_the_one_that_matters_is_shown(tmp_path: Path) -> None:
    old = "size = price(order)\na = 1\nb = 2\nc = 3\nd = 4\ncharge(size)\nreturn a"
    new = "size = price(order)\na = 9\nb = 2\nc = 3\nd = 4\ncharge(size + 1)\nreturn a"
    found = explained(tmp_path, old, new)
    assert (found.cause, found.sure) == (Cause.ARGUMENT_CHANGED, Sure.PROVED)
    assert "+    charge(size + 1)" in found.code_difference
    assert "a = 9" not in found.code_difference


def test_a_read_that_does_not_matter_is_no_cause(tmp_path: Path) -> None:
    found = explained(tmp_path, "t = time.time()\nreturn charge(1)", "t = time.time()\nreturn charge(2)")
    assert found.cause is Cause.ARGUMENT_CHANGED
    assert Cause.CLOCK not in {reason.cause for reason in found.causes}


def test_a_read_that_cannot_be_exchanged_is_likely_and_not_proved(tmp_path: Path) -> None:
    found = explained(tmp_path, "import time as t\nreturn charge(t.time_ns())")
    assert (found.cause, found.sure) == (Cause.CLOCK, Sure.LIKELY)
    assert "time.time_ns" in found.causes[0].why


def test_the_environment_is_proved_with_the_value_under_which_the_code_fits(tmp_path: Path) -> None:
    with surroundings():
        os.environ["SHOP"] = "0"
        recorded = record(tmp_path / "a.wlog", load(_flow("return charge(os.environ['SHOP'])")).flow)
        os.environ["SHOP"] = "7"
        found = explain(load(_flow("return charge(os.environ['SHOP'])")).flow, recorded, "r")
        assert (found.cause, found.sure) == (Cause.ENVIRONMENT, Sure.PROVED)
        assert "with SHOP='0' the code fits the log" in found.causes[0].why
        assert os.environ["SHOP"] == "7"


_HASHED = """
import workbench as wb

@wb.step(kind="read")
def price(sku):
    return len(sku)

@wb.workflow
def flow(order):
    for part in {"screw", "nut", "bolt", "washer", "plate", "rod"}:
        price(part)
"""


def test_the_order_of_a_set_is_proved_by_processes_with_other_hash_seeds(tmp_path: Path) -> None:
    (tmp_path / "hashed_flow.py").write_text(_HASHED)
    root = Path(__file__).parents[3]
    recording = (
        "import workbench as wb, hashed_flow\nwith wb.Recorder('a.wlog') as r: r.run(hashed_flow.flow, 1, id='r')"
    )
    orders = []
    for seed in range(20):
        subprocess.run(
            [sys.executable, "-c", recording], cwd=tmp_path, check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": f"{root}{os.pathsep}{tmp_path}"},
        )  # fmt: skip
        history = open_log(tmp_path / "a.wlog").history
        module = load(_HASHED)
        found = explain(module.flow, history, "r")
        orders.append(found.diverged)
        if found.diverged:
            assert (found.cause, found.sure) == (Cause.HASH_ORDER, Sure.PROVED), str(found)
            assert "sorted(" in found.remedy
            return
        (tmp_path / "a.wlog").unlink()
    pytest.fail(f"twenty seeds gave one order: {orders}")


_TYPED = """
import dataclasses
import workbench as wb

@dataclasses.dataclass
class Price:
    amount: int

@wb.step(kind="read")
def price(sku) -> Price:
    return Price(amount=len(sku))

@wb.workflow
def flow(order):
    return str(price(order))
"""


def test_a_recorded_value_that_no_longer_fits_its_type(tmp_path: Path) -> None:
    recorded = record(tmp_path / "a.wlog", load(_TYPED).flow)
    found = explain(load(_TYPED.replace("amount", "total")).flow, recorded, "r")
    assert found.diverged
    assert found.cause is Cause.TYPE_CHANGED
    assert found.first is not None
    assert found.first.seq == found.account["seq"].iloc[0]
    assert "does not fit" in found.causes[0].why


def test_code_that_fails_says_how(tmp_path: Path) -> None:
    found = explained(tmp_path, "return charge(price(order))", "return charge(price(order) / 0)")
    assert found.diverged
    assert any("ZeroDivisionError" in reason.why for reason in found.causes)


def test_code_that_wants_other_arguments_fails(tmp_path: Path) -> None:
    recorded = record(tmp_path / "a.wlog", load(_flow("return charge(1)")).flow)
    found = explain(load(_flow("return charge(1)").replace("flow(order)", "flow(order, size)")).flow, recorded, "r")
    assert found.diverged
    assert any("missing 1 required positional argument" in reason.why for reason in found.causes)


def test_a_run_that_stopped_half_way_fits(tmp_path: Path) -> None:
    class Killed(BaseException):
        """As a signal that ends the process."""

    @wb.step(kind="write")
    def dies() -> None:
        raise Killed

    def flow() -> None:
        wb.now()
        dies()
        wb.now()

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder, pytest.raises(Killed):
        recorder.run(flow, id="r")
    assert not explain(flow, open_log(tmp_path / "a.wlog").history, "r").diverged


def test_replay_and_experiments_call_no_step_and_print_nothing(tmp_path: Path, capsys: Any) -> None:
    text = _flow("print('hello')\nif random.random() < 2:\n    price('a')\nreturn charge(time.time_ns())")
    module = load(text)
    recorded = record(tmp_path / "a.wlog", module.flow)
    capsys.readouterr()
    module = load(text.replace("    return len(str(sku))", "    raise SystemExit").replace(
        '    return f"ch_{amount}"', "    raise SystemExit"))  # fmt: skip
    assert explain(module.flow, recorded, "r").cause is Cause.CLOCK
    assert capsys.readouterr().out == ""


def test_explaining_leaves_the_module_as_it_was(tmp_path: Path) -> None:
    text = _flow("SEEN.append(order)\nreturn charge(len(SEEN))") + "\nSEEN = []\n"
    module = load(text)
    recorded = record(tmp_path / "a.wlog", module.flow)
    seen = module.SEEN
    found = explain(module.flow, recorded, "r")
    assert (found.cause, found.sure) == (Cause.GLOBAL_STATE, Sure.PROVED)
    assert module.SEEN is seen
    assert module.SEEN == ["order"]
    assert "print" not in vars(module)


def test_text_of_a_log_is_text(tmp_path: Path) -> None:
    found = explained(tmp_path, "return charge('<script>\\x1b[31m')", "return charge('<b>')")
    assert "<script>" not in found._repr_html_()
    assert "\x1b" not in str(found)
    assert "&lt;script&gt;" in found._repr_html_()


@wb.step(kind="write")
def pay(order: str, amount: Decimal) -> str:
    return f"{order} {amount}"


@wb.workflow
def sell(order: str) -> str:
    return pay(order, Decimal("9.90"))


@wb.workflow
def sell_later(order: str) -> str:
    wb.sleep(60)
    return pay(order, Decimal("9.90"))


def test_another_function_is_compared_by_its_body(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sell, "7", id="r")
    history = open_log(tmp_path / "a.wlog").history
    assert explain(sell_later, history, "r").sure is Sure.LIKELY
    found = explain(sell_later, history, "r", trust_log=True)
    assert (found.cause, found.sure) == (Cause.STEP_INSERTED, Sure.PROVED)
    changed = [line for line in found.code_difference.splitlines()[3:] if line[:1] in "+-"]
    assert changed == ["+    wb.sleep(60)"]
    assert replay(sell, history, run_id="r").outcome.word == "completed"


CHANGES = {
    "a step after the end": ("price(order)\nreturn charge(1)", "price(order)\ncharge(1)\nreturn charge(2)"),
    "a step in the middle": ("price(order)\nreturn charge(1)", "price(order)\nprice(2)\nreturn charge(1)"),
    "a pause at the end": ("price(order)\nreturn charge(1)", "price(order)\ncharge(1)\nwb.sleep(9)"),
    "a step less": ("price(order)\nprice(2)\nreturn charge(1)", "price(order)\nreturn charge(1)"),
    "another order": ("price(order)\nprice(2)\nreturn charge(1)", "price(2)\nprice(order)\nreturn charge(1)"),
    "another argument": ("price(order)\nreturn charge(1)", "price(order)\nreturn charge(2)"),
    "more turns": ("for n in range(2):\n    price(n)\nreturn charge(1)", "for n in range(9):\n    price(n)"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_diverges_where_replay_does_wherever_the_log_ends(tmp_path: Path, name: str) -> None:
    old, new = CHANGES[name]
    whole, code = record(tmp_path / "a.wlog", load(_flow(old)).flow), load(_flow(new)).flow
    seen = set()
    for seq in whole.columns.seq[whole.rows_of("r")[0] :]:
        history = whole.until(seq)
        diverged = isinstance(replay(code, history, run_id="r").outcome, Diverged)
        assert explain(code, history, "r").diverged is diverged, f"the log ends at event {seq}"
        seen.add(diverged)
    assert seen == {True, False}


@pytest.mark.parametrize(("old", "new", "same"), [
    ("return charge(time.time_ns())", "", True),
    ("return charge(1)", "return charge(2)", False),
])  # fmt: skip
def test_the_code_is_the_same_when_all_that_ran_is_as_recorded(
    tmp_path: Path, old: str, new: str, *, same: bool
) -> None:
    found = explained(tmp_path, old, new or old)
    assert found.diverged
    assert found.same_code is same
