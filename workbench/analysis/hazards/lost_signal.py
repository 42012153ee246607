"""Hazard 23: somebody was told that it arrived, and nobody took it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.provenance import Leaf, leaves, mark_of
from workbench.journal.codec import same
from workbench.model import EventType, Unsaid

__all__ = ["LOST_SIGNAL"]

_MOST_ROWS: Final = 2_000
_TELLING: Final = (str, int, float, bytes, UUID)
_ANYTHING: Final = ("", 0, 1)


def _detect(case: Case) -> Iterator[Evidence]:
    if case.ended < 0:
        return
    if case.has(EventType.SignalReceived) and Unsaid.CONSUMPTION not in case.history.unsaid:
        yield from _signals(case)
    if Unsaid.CONSUMPTION in case.history.unsaid and case.has(EventType.TurnCompleted):
        yield from _after_the_last_turn(case)
    if case.has(EventType.UpdateReceived):
        yield from _updates(case)


def _signals(case: Case) -> Iterator[Evidence]:
    columns = case.history.columns
    taken = case.record.consumed
    received = list(case.rows_of(EventType.SignalReceived))
    consumed = [row for row in received if columns.seq[row] in taken]
    for row in received:
        if columns.seq[row] in taken or _redelivered(case, row, consumed) or _carried_over(case, row):
            continue
        name = case.history.declaration(row).name
        when = "after the run had ended" if row > case.ended else "and the run ended without taking it"
        text = f"signal {name} arrived {when}"
        yield Evidence(case.seqs(row, case.ended), text, (name,), 1.0, Severity.NOTE if row > case.ended else None)


def _after_the_last_turn(case: Case) -> Iterator[Evidence]:
    """Signals that came when the code of another engine's run had had its last turn: it never saw them."""
    last = max(case.rows_of(EventType.TurnStarted, EventType.TurnCompleted))
    for row in case.rows_of(EventType.SignalReceived):
        if last < row < case.ended:
            name = case.history.declaration(row).name
            text = f"signal {name} arrived after the last turn of the code, and the run ended without another one"
            yield Evidence(case.seqs(row, case.ended), text, (name,), 0.9)


def _redelivered(case: Case, row: int, consumed: list[int]) -> bool:
    """Whether the same signal was taken in another delivery."""
    name, value = case.history.declaration(row).name, case.body(row).get("value")
    for other in islice(consumed, _MOST_ROWS):
        if (
            case.history.declaration(other).name == name
            and value is not None
            and same(case.body(other).get("value"), value)
        ):
            return True
    return False


def _carried_over(case: Case, row: int) -> bool:
    """Whether the run in which this one went on took it, or was given it."""
    following = plain_text(case.body(case.ended).get("continued_as"))
    if not following:
        return False
    wanted = _identities(leaves(case.body(row).get("value")))
    if wanted and wanted <= _identities(case.leaves(case.ended)):
        return True
    next_run = _run_of(case, following)
    rows = next_run.rows_of(EventType.RunStarted, EventType.SignalReceived, EventType.SignalConsumed)
    return any(_brings(next_run, other, case, row, wanted) for other in islice(rows, _MOST_ROWS))


def _brings(next_run: Case, other: int, case: Case, row: int, wanted: set[Any]) -> bool:
    """Whether an event of the next run takes the signal in `row`, holds what it brought, or is the same one again."""
    columns = next_run.history.columns
    if columns.type[other] == EventType.SignalConsumed:
        return columns.cause[other] == case.seq(row) and next_run.history is case.history
    if wanted and wanted <= _identities(next_run.leaves(other)):
        return True
    again = columns.type[other] == EventType.SignalReceived
    return again and _is_same_signal(next_run, other, case, row)


def _is_same_signal(one: Case, row: int, two: Case, other: int) -> bool:
    if one.history.declaration(row).name != two.history.declaration(other).name:
        return False
    return same(one.body(row).get("value"), two.body(other).get("value"))


def _run_of(case: Case, run_id: str) -> Case:
    """A run of this log, or of one of those at hand."""
    if not case.history.rows_of(run_id):
        for other in case.siblings:
            if other.run_id == run_id:
                return other
    return type(case)(case.history, run_id, case.now_ns)


def _identities(found: Iterable[Leaf]) -> set[Any]:
    """Values that say, where they are found again, that they were handed on: anything may be true, nothing, or one."""
    kept = (leaf.value for leaf in found if isinstance(leaf.value, _TELLING) and leaf.value not in _ANYTHING)
    return {mark_of(value) or value for value in kept}


def _updates(case: Case) -> Iterator[Evidence]:
    """Requests that wanted an answer and got none."""
    answered = set(map(case.history.columns.cause.__getitem__, case.rows_of(EventType.UpdateAnswered)))
    for row in case.rows_of(EventType.UpdateReceived):
        if case.seq(row) not in answered and row < case.ended:
            name = case.history.declaration(row).name
            text = f"the run ended while it was at the request {name}, which has no answer"
            yield Evidence(case.seqs(row, case.ended), text, (name,), 0.9)


LOST_SIGNAL = Hazard(
    id="lost-signal",
    number=23,
    title="Signal lost or not consumed",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A signal was accepted, so its sender thinks that it is done; the run ended, or went on as a new one, without "
        "taking it. The approval, the reward, the cancellation is gone."
    ),
    fix="""\
Take what has arrived before the run ends, and hand what is left to the next one:

    while (points := wb.signal("points", timeout_seconds=0)) is not None:
        total += points
    return total
""",
    false_alarm_if="the signal had become pointless (a reminder to somebody who has answered).",
    detect=_detect,
    source="claydon.co, ContinueAsNew and signal loss; Temporal, HandlerUnfinishedPolicy",
    columns_only=True,
)
