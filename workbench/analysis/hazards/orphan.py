"""Hazard 25: begun, and awaited by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import NS, ago
from workbench.model import ENDINGS, EventType, Position, position_text

__all__ = ["ORPHAN"]

_FOREVER_NS: Final = 300 * NS
_OPENS: Final = (EventType.StepStarted, EventType.ChildStarted)
_CLOSES: Final = (
    EventType.StepCompleted, EventType.StepFailed, EventType.StepCancelled, EventType.StepResolved,
    EventType.ChildCompleted, EventType.ChildFailed, EventType.ChildCancelled, EventType.CancelRequested,
    EventType.CompensationCompleted,
)  # fmt: skip
_RULES: Final = frozenset({"WB112", "WB113"})


def _detect(case: Case) -> Iterator[Evidence]:
    if case.has(*_OPENS):
        if case.ended >= 0 and not _all_in_time(case):
            yield from _left_behind(case)
            yield from _too_late(case)
        elif case.has(EventType.ChildStarted) and case.is_open:
            yield from _waits_for_ever(case)
    for remark in case.remarks if case.code is not None else ():
        if remark.rule in _RULES:
            place = f"{remark.file.rpartition('/')[2]}:{remark.line}"
            yield Evidence((), f"{place}: {remark.message}", (), 0.9, None, f"{place}:{remark.column}")


def _all_in_time(case: Case) -> bool:
    """Whether there are only steps, and each had its outcome before the end: the usual case, told quickly."""
    return not case.has(EventType.ChildStarted) and all(0 <= step.answer < case.ended for step in case.steps.values())


def _open_calls(case: Case, until: int) -> dict[Position, int]:
    """Row of each step or child that was begun before a row and has no outcome before it."""
    opened: dict[Position, int] = {}
    types = case.history.columns.type
    for row in case.rows_of(*_OPENS, *_CLOSES):
        if row > until:
            break
        position = case.history.position(row)
        if types[row] in _OPENS:
            opened[position] = row
        else:
            opened.pop(position, None)
    return opened


def _left_behind(case: Case) -> Iterator[Evidence]:
    """The run ended while it was still open."""
    later = {case.history.position(row) for row in case.rows_of(*_CLOSES) if row > case.ended}
    for position, row in _open_calls(case, case.ended).items():
        if position in later:
            continue  # said below
        child = case.history.columns.type[row] == EventType.ChildStarted
        label = f"{case.history.declaration(row).name} ({position_text(position)})"
        text = f"the run ended while {'child ' if child else ''}{label} was open: nobody waits for it"
        meant = child and bool(case.history.unsaid)
        yield Evidence(
            case.seqs(row, case.ended), text, (label,), 0.5 if meant else 0.9, Severity.NOTE if meant else None
        )


def _too_late(case: Case) -> Iterator[Evidence]:
    """An outcome that came when the run had ended."""
    answers = {EventType.StepCompleted, EventType.StepFailed, EventType.ChildCompleted, EventType.ChildFailed}
    told: set[Position] = set()
    for row in case.rows_of(*answers):
        position = case.history.position(row)
        if row > case.ended and position not in told:
            told.add(position)
            label = f"{case.history.declaration(row).name} ({position_text(position)})"
            yield Evidence(
                case.seqs(row, case.ended), f"the outcome of {label} came after the end of the run", (label,)
            )


def _waits_for_ever(case: Case) -> Iterator[Evidence]:
    """An open run waits for a child that has ended long ago."""
    for row in _open_calls(case, case.rows[-1]).values():
        if case.history.columns.type[row] != EventType.ChildStarted:
            continue
        run_id = plain_text(case.body(row).get("id"))
        ended = (
            [at for at in case.history.rows_of(run_id) if case.history.columns.type[at] in ENDINGS] if run_id else []
        )
        if ended and case.now_ns - case.time_ns(ended[-1]) > _FOREVER_NS:
            name = case.history.declaration(row).name
            age = ago(case.time_ns(ended[-1]), case.now_ns)
            text = f"the run waits for child {name}, which ended {age} ago and whose outcome never reached it"
            yield Evidence(case.seqs(row, ended[-1]), text, (name,), 0.8)


ORPHAN = Hazard(
    id="orphan",
    number=25,
    title="Unawaited or orphaned call",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A call was started and its outcome never taken: the run ended first, or waits for something that will not "
        "come. Whether it worked is known to nobody, and it may still be at work."
    ),
    fix="""\
Await everything that is begun, together where it runs side by side:

    receipt, _ = wb.gather(charge(order), send_mail(order))
""",
    false_alarm_if="the call was meant to live on by itself, and somebody else looks after it.",
    detect=_detect,
    source="docs.restate.dev, journaling results; vercel/workflow#1055",
    columns_only=True,
)
