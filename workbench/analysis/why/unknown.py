"""What a history does not say: the part of an explanation that keeps it honest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from workbench.analysis.step_facts import StepFacts
from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.outcome import Trouble
from workbench.analysis.why.view import View
from workbench.analysis.why.words import count_text, listed
from workbench.model import EventType, Kind, Unsaid, visible

__all__ = ["unknowns_of"]

_MOST: Final = 10
_LONGEST: Final = 200


def unknowns_of(view: View, troubles: Sequence[Trouble]) -> Iterator[Clause]:
    """Sentences about what is missing, unreadable, assumed, or never written down by the engine."""
    case, row = view.case, view.first
    said = [*_of_the_log(view), *_of_the_run(view), *_of_the_causes(view, troubles)]
    for rows, says in said[:_MOST]:
        yield view.say(Role.UNKNOWN, "", rows, says)
    unread = sorted(case.bodies.unreadable)
    if unread:
        says = f"{count_text(len(unread), 'payload')} could not be read: {_one_line(case.bodies.unreadable[unread[0]])}"
        yield view.say(Role.UNKNOWN, "", tuple(unread[:4]), says)
    unsaid = sorted(str(what) for what in case.facts.unsaid - _beside_the_point(view))
    if unsaid and row >= 0:
        engine = visible(case.history.engine, limit=40, lines=False)
        says = f"A history of {engine} does not say {listed(unsaid, most=len(unsaid))}"
        yield view.say(Role.UNKNOWN, "", (row,), says)


def _beside_the_point(view: View) -> frozenset[Unsaid]:
    """What need not be known of a run that is over, or that went well."""
    if view.case.record.ended < 0:
        return frozenset()
    if view.type(view.case.record.ended) is EventType.RunCompleted:
        return frozenset({Unsaid.WORKER, Unsaid.BEGINNINGS, Unsaid.LOCAL_STEPS, Unsaid.CONSUMPTION})
    return frozenset({Unsaid.WORKER})


def _of_the_log(view: View) -> Iterator[tuple[tuple[int, ...], str]]:
    report = view.case.report
    if report is None:
        return
    rotten = [gap for gap in report.gaps if str(gap.reason) != "torn"]
    if rotten:
        yield (
            (view.last,),
            f"{count_text(len(rotten), 'part')} of the log cannot be read; what happened there is not known",
        )
    elif report.gaps:
        yield (view.last,), "The last bytes of the log are torn: an event that was being written is not known"
    if report.same_boot is False and not report.closed:
        yield (view.last,), "The machine was restarted since: events that had not reached the disk are lost"


def _of_the_run(view: View) -> Iterator[tuple[tuple[int, ...], str]]:
    facts = view.case.facts
    for says in (*facts.missing, *facts.unseen, *facts.assumed):
        yield (view.first,), _one_line(says)
    yield from _of_the_kinds(facts.steps)
    arrived = view.case.rows_of(EventType.SignalReceived)
    unread = [row for row in arrived if view.case.seq(row) not in view.case.record.consumed]
    if unread and Unsaid.CONSUMPTION not in facts.unsaid:
        names = listed([view.place(row) for row in unread])
        yield (
            tuple(unread[:4]),
            f"{count_text(len(unread), 'signal')} arrived that the code never took: {names}",
        )


def _of_the_kinds(steps: Sequence[StepFacts]) -> Iterator[tuple[tuple[int, ...], str]]:
    """What was taken for granted about steps of which nobody said what repeating them does."""
    assumed = [step for step in steps if step.declaration.kind_assumed]
    for kind in dict.fromkeys(step.kind for step in assumed):
        mine = [step for step in assumed if step.kind is kind]
        names = listed(list(dict.fromkeys(visible(step.name, limit=60, lines=False) for step in mine)))
        taken = "writes, which act each time" if kind is Kind.WRITE else str(kind)
        yield (mine[0].opened,), f"Nobody declared what repeating {names} does: taken for {taken}"


def _of_the_causes(view: View, troubles: Sequence[Trouble]) -> Iterator[tuple[tuple[int, ...], str]]:
    for trouble in troubles[:_MOST]:
        step = view.steps.get(trouble.slot.position)
        for says in step.assumed if step is not None else ():
            if "kind " not in says:
                yield (trouble.slot.opened,), f"{view.label(trouble.slot)}: {_one_line(says)}"


def _one_line(text: str) -> str:
    shown = visible(text.strip(), limit=_LONGEST, lines=False).rstrip(".")
    return shown[:1].upper() + shown[1:]
