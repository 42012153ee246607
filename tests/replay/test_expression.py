"""A person's expression sees what the code saw, and moves nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import workbench as wb
from tests.replay.flows import ran, recorded, replayed, slow, stock
from workbench._errors import UsageError
from workbench.model import History
from workbench.replay import Evaluated, Expression, Moment, template

rate = 2
HELD = (asyncio, os, wb)
"""What expressions below use."""


def swallowing() -> int:
    try:
        return stock("hidden")
    except Exception:  # noqa: BLE001 - what an expression may be hidden in
        return -1


def code() -> int:
    order = SimpleNamespace(total=59, items=["a", "b"])
    left = stock("sku")
    return inner(order.total + left)


def inner(amount: int) -> int:
    return stock(f"sku-{amount}")


async def code_async() -> str:
    async def one(name: str) -> str:
        return await slow(name)

    found = await asyncio.gather(one("a"), one("b"))
    return "".join(found)


def look(
    history: History, text: str, at: int, flow: Callable[..., Any] = code, frame: int = 0, isolation: str = "hook"
) -> Evaluated:
    """Evaluate at one stop; what the replay did besides must be what it always does."""
    expression, seen = template(text), list[Evaluated]()

    def observe(moment: Moment) -> bool:
        if moment.at == at:
            seen.append(expression.at(moment, frame))
        return False

    plain = replayed(flow, history, isolation=isolation)
    watched = replayed(flow, history, isolation=isolation, observer=observe)
    assert watched.steps == plain.steps
    assert watched.outcome == plain.outcome
    return seen[0]


@pytest.fixture
def history(tmp_path: Path) -> History:
    return recorded(tmp_path / "a.wlog", code)[1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("order.total * rate", 118), ("[item.upper() for item in order.items if rate]", ["A", "B"]),
        ("(lambda n: n + order.total)(1)", 60), ("order.total if order.items else None", 59), ("stock.name", "stock"),
    ],
)  # fmt: skip
def test_it_sees_locals_globals_and_itself(history: History, text: str, value: Any) -> None:
    assert look(history, text, 1) == Evaluated(value)


def test_it_sees_the_callers_frame(history: History) -> None:
    assert look(history, "amount", 3) == Evaluated(62)
    assert look(history, "order.total, left", 3, frame=1) == Evaluated((59, 3))
    assert look(history, "amount", 3, frame=2).error == "there is no frame 2 here"


REFUSED = {
    "stock('x')": "it calls stock('x')", "swallowing()": "it calls stock('hidden')", "wb.now()": "it calls now()",
    "wb.random()": "it calls random()", "wb.uuid4()": "it calls uuid4()", "wb.sleep(1)": "it calls sleep(seconds=1.0)",
    "wb.signal('go')": "it calls signal('go')", "wb.patched('p')": "it calls patched('p')",
    "wb.child(code)": "it calls code()", "wb.gather(stock.defer('a'))": "it calls stock('a')",
    "open('/nowhere/file', 'w')": "it acts (open)", "os.system('true')": "it acts (os.system)",
    "os.remove('/nowhere/file')": "it acts (os.remove)",
}  # fmt: skip


@pytest.mark.parametrize("isolation", ["hook", "none"])
@pytest.mark.parametrize("text", REFUSED)
def test_calls_and_acts_are_refused_and_take_nothing(history: History, text: str, isolation: str) -> None:
    before = ran.copy()
    seen = look(history, text, 1, isolation=isolation)
    assert seen.value is None
    assert seen.error.startswith(f"refused: {REFUSED[text]}")
    assert ran == before


@pytest.mark.parametrize(
    "text", ["slow('x')", "asyncio.ensure_future(slow('x'))", "asyncio.get_running_loop().call_later(1, print)"]
)
def test_tasks_and_timers_are_refused(tmp_path: Path, text: str) -> None:
    _, history = recorded(tmp_path / "a.wlog", code_async)
    assert look(history, text, 3, code_async).error


@pytest.mark.parametrize("text", ["(left := 99)", "[order := n for n in (1, 2)]", "(rate := 9)"])
def test_names_that_it_binds_are_its_own(history: History, text: str) -> None:
    assert not look(history, text, 2).error
    assert rate == 2


def test_errors_are_words(history: History) -> None:
    assert look(history, "nothing", 1).error == "NameError: name 'nothing' is not defined"
    assert look(history, "order.total / 0", 1).error == "ZeroDivisionError: division by zero"
    assert look(history, "exit(1)", 1).error.startswith("SystemExit")
    assert look(history, "nothing", 1).text is None


def test_before_the_first_line_it_sees_the_arguments(tmp_path: Path) -> None:
    def greeting(name: str, *, loud: bool = False) -> str:
        return f"{name}{loud}{stock(name)}"

    _, history = recorded(tmp_path / "a.wlog", greeting, "Ada")
    assert look(history, "name.upper()", 0, greeting) == Evaluated("ADA")


def test_at_the_end_it_sees_what_the_function_had_last(tmp_path: Path) -> None:
    def counting() -> int:
        total = stock("a")
        total += 10
        return total

    async def counting_async() -> str:
        done = await slow("a")
        done += "!"
        return done

    for flow, text, value in ((counting, "total", 13), (counting_async, "done", "A!")):
        _, history = recorded(tmp_path / f"{text}.wlog", flow)
        trace = replayed(flow, history)
        assert trace.steps[-1].locals == {text: repr(value)}
        assert trace.steps[-1].changed == (text,)
        assert look(history, text, len(trace) - 1, flow) == Evaluated(value)


def test_where_the_code_failed_its_own_frames_are_seen(tmp_path: Path) -> None:
    def dividing() -> float:
        def divide(by: int) -> float:
            rest = by - 3
            return 1 / rest

        return divide(stock("a"))

    with pytest.raises(ZeroDivisionError):
        recorded(tmp_path / "a.wlog", dividing)
    from workbench.journal import open_log

    history = open_log(tmp_path / "a.wlog").history
    last = replayed(dividing, history).steps[-1]
    assert (last.event, last.function, last.locals) == ("RunFailed", "divide", {"by": "3", "rest": "0"})
    assert [frame.place.function for frame in last.stack] == ["divide", "dividing"]


@pytest.mark.parametrize(
    ("text", "column"), [("order.total +* 2", 13), ("1 +", 3), ("", 0), ("x = 1", 2), ("await slow()", 0)]
)
def test_what_is_no_expression_is_refused_with_a_pointer(text: str, column: int | None) -> None:
    with pytest.raises(UsageError, match="is no expression") as refused:
        Expression(text)
    caret = refused.value.message.splitlines()[-1]
    assert caret.strip() == "^"
    if column is not None:
        assert caret.index("^") - 4 == column


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("total={order.total!r}", "total=59"), ("{left}", "3"), ("{order.total:>5}|", "   59|"),
        ("it's \"{left}\"", "it's \"3\""), ("{{{left}}}", "{3}"),
    ],
)  # fmt: skip
def test_words_with_braces_are_filled(history: History, text: str, said: str) -> None:
    assert look(history, text, 2 + 1, frame=1) == Evaluated(said)


def test_a_dict_is_a_dict_and_not_words(history: History) -> None:
    assert look(history, "{'left': left}", 3, frame=1) == Evaluated({"left": 3})


def test_unfinished_words_are_refused() -> None:
    with pytest.raises(UsageError, match="no expression"):
        template("total={order.total")
