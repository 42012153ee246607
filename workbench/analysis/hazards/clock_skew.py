"""Hazard 3: the clock on the wall went back, or two walls disagree."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import NS, span
from workbench.model import EventType, Position

__all__ = ["CLOCK_SKEW"]

_TOLERATED_NS: Final = NS // 10
"""Clocks that are kept by NTP agree to a tenth of a second."""

_WRITTEN_LATER_NS: Final = 5 * NS
_LOST_NS: Final = 2 * NS
_ANSWERS: Final = (EventType.StepCompleted, EventType.StepFailed, EventType.StepCancelled, EventType.AttemptFailed)
_SLEWED: Final = 100
"""A clock that NTP slews loses at most a two-thousandth; a hundredth is no slewing."""


def _detect(case: Case) -> Iterator[Evidence]:
    columns = case.history.columns
    times, monos = columns.time_ns, columns.mono_ns
    told: set[int] = set()
    # Other engines write some events down later than they happened (a buffered beginning): only causes count there.
    own_order = case.history.engine == "native"
    for before, after in pairwise(case.rows) if own_order else ():
        back = times[before] - times[after]
        if back <= _TOLERATED_NS or times[after] <= 0:
            continue  # 0 is where an engine does not say when
        together = _writer(case, before) == _writer(case, after)
        if together and 0 < monos[before] - monos[after] <= _WRITTEN_LATER_NS:
            continue  # both clocks say so: it was only written down later, by another thread
        told.add(after)
        how = (
            f"the wall clock went back by {span(back / NS)} while the process went on"
            if together
            else f"the process that went on is {span(back / NS)} behind the one before it"
        )
        yield Evidence(case.seqs(after, before), how)
    if own_order:
        yield from _behind(case)
    yield from _crossed(case, told)
    if case.has(EventType.AttemptBegan):
        yield from _before_it_began(case)


def _behind(case: Case) -> Iterator[Evidence]:
    """The wall clock lost time that the monotonic one counted: it was set back by less than had passed."""
    times, monos = case.history.columns.time_ns, case.history.columns.mono_ns
    for before, after in pairwise(case.rows):
        passed, shown = monos[after] - monos[before], times[after] - times[before]
        lost = passed - shown
        if shown >= 0 and lost > max(_LOST_NS, passed // _SLEWED) and _writer(case, before) == _writer(case, after):
            how = (
                f"the wall clock was set back by {span(lost / NS)}: {span(passed / NS)} passed, and it shows "
                f"{span(shown / NS)}"
            )
            yield Evidence(case.seqs(after, before), how)


def _crossed(case: Case, told: set[int]) -> Iterator[Evidence]:
    """An answer that is older than its question."""
    columns = case.history.columns
    times, causes = columns.time_ns, columns.cause
    newest = times[case.rows[0]]
    for row in case.rows:
        newest = max(newest, times[row])
        if not causes[row] or not 0 < times[row] < newest - _TOLERATED_NS or row in told:
            continue  # nothing in this log is younger than it
        asked = case.history.row_of_seq(causes[row])
        if asked is not None and asked < row and times[asked] - times[row] > _TOLERATED_NS:
            early = span((times[asked] - times[row]) / NS)
            label = case.history.declaration(row).name or "an event"
            yield Evidence(case.seqs(row, asked), f"the answer of {label} is {early} older than what it answers")


def _before_it_began(case: Case) -> Iterator[Evidence]:
    """Other engines write down when an attempt was taken up: on another host than where its answer was written."""
    began: dict[Position, int] = {}
    columns = case.history.columns
    for row in case.rows_of(EventType.AttemptBegan, *_ANSWERS):
        position = case.history.position(row)
        if columns.type[row] == EventType.AttemptBegan:
            began[position] = row
            continue
        start = began.pop(position, -1)
        early = columns.time_ns[start] - columns.time_ns[row] if start >= 0 else 0
        if early > _TOLERATED_NS and columns.time_ns[row] > 0:
            label = case.history.declaration(row).name or "an event"
            text = f"the answer of {label} is {span(early / NS)} older than the beginning of its attempt"
            yield Evidence(case.seqs(row, start), text)


def _writer(case: Case, row: int) -> int:
    """Number of the process that wrote an event."""
    processes = case.history.processes
    if len(processes) < 2:  # noqa: PLR2004 - the usual case
        return 0
    return bisect_right(processes, case.history.columns.seq[row], key=lambda process: process.first_seq)


CLOCK_SKEW = Hazard(
    id="clock-skew",
    number=3,
    title="Clock skew or step back",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "The wall clock is corrected, a machine is migrated, two hosts disagree: then a result seems to come before "
        "its request, durations are negative, and deadlines computed from the clock are early or late."
    ),
    fix="""\
Order by sequence number and cause, measure durations by the monotonic clock, and keep hosts on NTP:

    events = run.events.sort_values("seq")           # not by time
    started = time.monotonic()                       # inside a step: durations
""",
    false_alarm_if="nothing in the workflow or behind it compares moments.",
    detect=_detect,
    source="perfetto.dev, trace packets and clock snapshots",
    columns_only=True,
)
