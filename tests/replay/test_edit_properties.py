"""Invariants of what-ifs, for any small program and any edits.

* without an edit, `replay` reproduces the recorded run exactly;
* with edits, everything before the first event that an edit can touch is the recorded run;
* answering every frontier always ends in `completed`, `failed` or `diverged`;
* the same edits give the same trace again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tests.replay.flows import chance, recorded, replayed
from tests.replay.programs import PROGRAMS, interpret
from workbench.machine import (
    Crashes,
    Delays,
    Drops,
    Edit,
    Raises,
    Returns,
    RunRecord,
    ShiftsClock,
    Signals,
    Slot,
    Target,
    read_run,
)
from workbench.model import EventType, History
from workbench.replay import Completed, Diverged, Failed, Needs, Trace

ENOUGH = 60
NS = 1_000_000_000


@st.composite
def edits_of(draw: st.DrawFn, history: History) -> list[Edit]:
    """One to three edits, aimed at what the run did."""
    record = read_run(history, "r")
    slots = list(record.slots.values())
    rows = history.rows_of("r")
    found: list[Edit] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["returns", "raises", "delays", "drops", "clock", "crash", "signal"]))
        moment = history.columns.time_ns[draw(st.sampled_from(list(rows)))]
        if kind == "clock":
            found.append(ShiftsClock(draw(st.sampled_from([-3600.0, 0.5, 1e6])), draw(st.sampled_from([0, moment]))))
        elif kind == "crash":
            found.append(Crashes(history.columns.seq[draw(st.sampled_from(list(rows)))]))
        elif kind == "signal":
            found.append(Signals("go", draw(st.integers(0, 9)), draw(st.sampled_from([0, moment]))))
        elif slots:
            slot = draw(st.sampled_from(slots))
            target = Target(slot.name, position=slot.position)
            if slot.name and draw(st.booleans()):
                target = Target(slot.name, draw(st.integers(0, 2)))
            found.append(_call_edit(kind, target, draw(st.sampled_from([0.0, 1.5, 1e5]))))
    return found


def _call_edit(kind: str, target: Target, seconds: float) -> Edit:
    if kind == "returns":
        return Returns(target, None)
    if kind == "raises":
        return Raises(target, LookupError("pretended"))
    return Delays(target, seconds) if kind == "delays" else Drops(target)


def first_touched(edits: Sequence[Edit], record: RunRecord) -> int:
    """Number of the first event that any of these edits can change, by the meaning of each edit alone."""
    columns, beyond = record.history.columns, record.history.columns.seq[-1] + 1
    touched = [beyond]
    for edit in edits:
        if isinstance(edit, Crashes):
            touched.append(edit.seq + 1)
        elif isinstance(edit, ShiftsClock | Signals):
            wanted = EventType.ClockRead if isinstance(edit, ShiftsClock) else EventType.SignalAwaited
            asked = [row for row in record.history.rows_of("r") if columns.type[row] == wanted]
            touched += [columns.seq[row] + (wanted is EventType.SignalAwaited) for row in asked]
        elif isinstance(edit, Returns | Raises | Delays | Drops):
            meant = [slot for slot in record.slots.values() if _may_mean(edit.target, slot)]
            touched += [_touched(slot, record.history) for slot in meant]
    return min(touched)


def _may_mean(target: Target, slot: Slot) -> bool:
    return (not target.name or target.name == slot.name) and (not target.position or target.position == slot.position)


def _touched(slot: Slot, history: History) -> int:
    """Its answer, or at once where the recorded code got none."""
    answered = slot.answer >= 0 and not slot.cancelled
    return history.columns.seq[slot.answer] if answered else history.columns.seq[slot.opened] + 1


def answered_to_the_end(code: Any, history: History, edits: list[Edit], values: list[Any]) -> Trace:
    """Answer frontier after frontier."""
    trace = replayed(code, history, edits)
    for number in range(ENOUGH):
        outcome = trace.outcome
        if not isinstance(outcome, Needs) or outcome.call is None:
            return trace
        value = values[number % len(values)]
        target = Target(outcome.name, position=outcome.position)
        edits = [*edits, Raises(target, value, supplied=True) if isinstance(value, BaseException)
                 else Returns(target, value, supplied=True)]  # fmt: skip
        trace = replayed(code, history, edits)
    raise AssertionError(f"{ENOUGH} answers were not enough: {trace.outcome}")


@settings(deadline=None)
@given(program=PROGRAMS, seed=st.integers(0, 99), data=st.data())
def test_any_edits_of_any_program(
    tmp_path_factory: pytest.TempPathFactory, program: Any, seed: int, data: st.DataObject
) -> None:
    chance.seed(seed)
    path: Path = tmp_path_factory.mktemp("program") / "a.wlog"
    result, history = recorded(path, interpret, program)
    plain = replayed(interpret, history)
    assert plain.outcome == Completed(result), str(plain)
    assert [stop.seq for stop in plain.steps] == [history.columns.seq[row] for row in history.rows_of("r")]

    edits = data.draw(edits_of(history))
    note("; ".join(map(str, edits)))
    crashes = [edit.seq for edit in edits if isinstance(edit, Crashes)]
    record = read_run(history.until(min(crashes)) if crashes else history, "r")
    branch = replayed(interpret, history, edits)
    assert replayed(interpret, history, edits).steps == branch.steps, "the same edits, the same trace"

    touched = first_touched(edits, record)
    prefix = [stop for stop in plain.steps if stop.seq < touched]
    assert branch.steps[: len(prefix)] == prefix, f"an edit of event {touched} changed something before it"

    values = data.draw(st.lists(st.sampled_from([None, "x", 3, ValueError("answered")]), min_size=1, max_size=3))
    ended = answered_to_the_end(interpret, history, edits, values)
    stuck = isinstance(ended.outcome, Needs) and ended.outcome.call is None
    assert isinstance(ended.outcome, Completed | Failed | Diverged) or stuck
    if stuck:
        assert any(isinstance(edit, Drops) for edit in edits), str(ended.outcome)


def test_a_hundred_answers_in_a_row(tmp_path: Path) -> None:
    async def code() -> int:
        from tests.replay.flows import slow

        return len([await slow(str(number)) for number in range(30)] + list(await asyncio.gather(slow("a"), slow("b"))))

    _, history = recorded(tmp_path / "a.wlog", code)
    crash = Crashes(history.columns.seq[history.rows_of("r")[2]])
    ended = answered_to_the_end(code, history, [crash], ["x"])
    assert ended.outcome == Completed(32)
