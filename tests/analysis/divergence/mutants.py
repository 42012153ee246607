"""Makes mutants, records both versions for real, and tells independently where the second leaves the first."""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tests.analysis.divergence.operators import Case, Operator, Spot
from tests.clock import FakeClock
from workbench.analysis.parsing import parse
from workbench.journal import open_log
from workbench.machine import ASKS
from workbench.model import ANSWERS, ENDINGS, EventType, History, Position
from workbench.recorder import Recorder

__all__ = ["SHAPES", "Expected", "expected_first", "load", "made", "record"]

_TEXT = Path(__file__).with_name("shapes.py").read_text(encoding="utf-8")
SHAPES = (
    "sequence", "branch", "loop", "retry", "gather", "nested_gather", "child", "race", "exception", "compensation",
    "patched", "async_generator",
)  # fmt: skip
MODULE = "flows_under_test"
FILE = "/flows/flows_under_test.py"


def made(shape: str, name: str, operator: Operator) -> Case:
    """Recorded and changed version of one shape."""
    tree = parse(_TEXT)
    tree.body = [node for node in tree.body if getattr(node, "name", shape) not in {*SHAPES} - {shape}]
    base = Spot(tree, shape)
    operator.prepare(base)
    mutant = base.copy()
    operator.mutate(mutant)
    text = mutant.text()
    if name == "a comment":
        text = text.replace("    size = ", "    # how many there are\n    size = ")
    return Case(shape, name, base.text(), text, re.sub(r"wb\.patched\('q'\)", "False", text))


def load(text: str) -> ModuleType:
    """The text as a module, known to `inspect` and `linecache` as an edited file would be."""
    linecache.cache[FILE] = (len(text), None, text.splitlines(keepends=True), FILE)
    module = ModuleType(MODULE)
    module.__file__ = FILE
    sys.modules[MODULE] = module
    exec(compile(text, FILE, "exec"), module.__dict__)  # noqa: S102 - the mutant under test
    return module


def record(path: Path, code: Callable[..., Any]) -> History:
    """Run once on a clock that stands still, bodies one after the other; the history."""
    clock = FakeClock()
    with clock.recorder(path) as recorder:
        _in_order(recorder, clock)
        clock.at(40, lambda: recorder.signal("r", "go", 1))
        with suppress(Exception):  # how the workflow fails is in the log
            recorder.run(code, "order", id="r")
    return open_log(path).history


def _in_order(recorder: Recorder, clock: FakeClock) -> None:
    """Bodies are answered in the order in which they began, but for those called slow, a second later."""

    def start(step: Any, args: Any, kwargs: Any, key: str) -> Future[Any]:
        del key
        future: Future[Any] = Future()

        def run() -> None:
            try:
                value = step.function(*args, **kwargs)
                if step.is_async:
                    value = _ended(value)
            except Exception as error:  # noqa: BLE001 - the body's
                future.set_exception(error)
            else:
                future.set_result(value)

        if step.name.startswith("slow"):
            clock.at(1, run)
        else:
            run()
        return future

    recorder._bodies.start = start  # type: ignore[method-assign]  # order is the point


def _ended(coroutine: Any) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("bodies of these steps wait for nothing")


class Expected(NamedTuple):
    """Where a mutant leaves the log.

    Attributes:
        seq: The next call that the log holds, or the end of the run.
        recorded: Its position; `()` for the end.
        asked: Position of the next call that the mutant makes; `()` for none.
    """

    seq: int
    recorded: Position
    asked: Position


class _Fact(NamedTuple):
    seq: int
    type: EventType
    position: Position
    name: str
    arguments: str


def expected_first(recorded: History, afresh: History) -> Expected | None:
    """The first difference between a recording and one that was made afresh with the other code."""
    ours, theirs = _facts(recorded), _facts(afresh)
    shared = 0
    for one, other in zip(ours, theirs, strict=False):
        if one[1:] != other[1:]:
            break
        shared += 1
    if shared == len(ours) == len(theirs):
        return None
    left = next((fact for fact in ours[shared:] if fact.type in ASKS or fact.type in ENDINGS), None)
    asked = next((fact for fact in theirs[shared:] if fact.type in ASKS), None)
    return Expected(left.seq if left else 0, left.position if left else (), asked.position if asked else ())


def _facts(history: History) -> list[_Fact]:
    found = []
    for row in history.rows_of("r"):
        event = history.event(row)
        body = history.payload(row)
        if event.type in ASKS and event.attempt < 2:
            arguments = {name: body.get(name) for name in ("args", "kwargs", "seconds", "timeout_seconds")}
            found.append(_Fact(event.seq, event.type, event.position, event.name, repr(arguments)))
        elif event.type in ANSWERS:
            found.append(_Fact(event.seq, event.type, event.position, event.name, ""))
        elif event.type in ENDINGS:
            found.append(_Fact(event.seq, EventType.RunCompleted, (), "", ""))
    return found
