"""Hazard 24: it woke up late, or early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import NS, ago, ns_in, span
from workbench.model import EventType, Position, position_text

__all__ = ["TIMER_DRIFT"]

_ARMED: Final = frozenset({EventType.TimerStarted, EventType.SignalAwaited})
"""A signal may be awaited with a time limit, which is a timer."""
_FIRED: Final = frozenset({EventType.TimerFired, EventType.SignalTimedOut})
_DISARMED: Final = frozenset({EventType.TimerCancelled, EventType.SignalConsumed, EventType.SignalCancelled})
_EARLY_NS: Final = NS
_SHARE: Final = 0.1
_LEAST_SECONDS: Final = 5.0
_MOST_SECONDS: Final = 60.0
_LONGEST_SECONDS: Final = 1e10


def _detect(case: Case) -> Iterator[Evidence]:
    if not case.has(*_ARMED):
        return
    armed: dict[Position, tuple[int, int, float]] = {}
    for row in case.rows_of(*_ARMED, *_FIRED, *_DISARMED, EventType.DecisionMade):
        kind, position = EventType(case.history.columns.type[row]), case.history.position(row)
        if kind is EventType.DecisionMade:
            armed.clear()  # what comes after it is done again on purpose
        elif kind in _ARMED:
            due = _due(case, row)
            before = armed.get(position)
            if due is not None:
                if before is not None and due[0] - before[1] > _tolerated_ns(due[1]):
                    yield _rearmed(case, row, before, due)
                armed[position] = (row, *due)
        else:
            known = armed.pop(position, None)
            if known is not None and kind in _FIRED:
                yield from _fired(case, row, known)
    if case.report is not None and case.report.writer_alive:
        yield from _overdue(case, armed)


def _due(case: Case, row: int) -> tuple[int, float] | None:
    """When a timer is due, and how long it runs; `None` where the log does not say."""
    body = case.body(row)
    seconds, due = body.get("seconds", body.get("timeout_seconds")), ns_in(body.get("due_ns"))
    lasts = float(seconds) if isinstance(seconds, (int, float)) and 0 <= seconds < _LONGEST_SECONDS else None
    if due is not None:
        return due, lasts if lasts is not None else max(due - case.time_ns(row), 0) / NS
    return (case.time_ns(row) + int(lasts * NS), lasts) if lasts is not None else None


def _tolerated_ns(seconds: float) -> int:
    """A tenth of the wait, between five seconds and a minute: a busy worker is no drift."""
    return int(min(max(seconds * _SHARE, _LEAST_SECONDS), _MOST_SECONDS) * NS)


def _fired(case: Case, row: int, armed: tuple[int, int, float]) -> Iterator[Evidence]:
    started, due, seconds = armed
    late = case.time_ns(row) - due
    if (late > _tolerated_ns(seconds) and not _looks_at_the_clock(case, row)) or late < -_EARLY_NS:
        how = "late" if late > 0 else "early"
        text = f"the timer of {span(seconds)} at {_where(case, row)} fired {span(abs(late) / NS)} {how}"
        yield Evidence(case.seqs(row, started), text)


def _looks_at_the_clock(case: Case, row: int) -> bool:
    """Whether the next that the code asks for is the time: then it knows how late it is, and can decline to act."""
    *branch, number = case.history.position(row)
    following = (*branch, number + 1)
    return any(at > row and case.history.position(at) == following for at in case.rows_of(EventType.ClockRead))


def _overdue(case: Case, armed: Mapping[Position, tuple[int, int, float]]) -> Iterator[Evidence]:
    """A process lives that should have woken the run long ago."""
    for started, due, seconds in armed.values():
        if case.now_ns - due > _tolerated_ns(seconds):
            text = (
                f"the timer of {span(seconds)} at {_where(case, started)} is due since {ago(due, case.now_ns)}, and "
                "the process that should fire it lives"
            )
            yield Evidence(case.seqs(started), text, (), 0.8)


def _rearmed(case: Case, row: int, before: tuple[int, int, float], due: tuple[int, float]) -> Evidence:
    later = span((due[0] - before[1]) / NS)
    text = f"the timer of {span(due[1])} at {_where(case, row)} was started again from its beginning, {later} late"
    return Evidence(case.seqs(row, before[0]), text)


def _where(case: Case, row: int) -> str:
    return position_text(case.history.position(row)) or "the run"


TIMER_DRIFT = Hazard(
    id="timer-drift",
    number=24,
    title="Timer drift, early or late wake",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A timer fired long after it was due (nobody was there to wake it), before it was due, or was started again "
        "in full after a crash: the reminder of seven days comes after fourteen."
    ),
    fix="""\
Keep the moment, not the duration, and look at the clock after waking:

    due = wb.now() + timedelta(days=7)
    wb.sleep((due - wb.now()).total_seconds())
    if wb.now() - due > timedelta(hours=1):
        ...                                   # too late: ask instead of acting
""",
    false_alarm_if="being late does not matter here.",
    detect=_detect,
    source="community.temporal.io/t/16956; lytics/metafora#150",
)
