"""Hazards 11 to 14: code that asks for something else each time it runs over the same log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from workbench.analysis.cause import AMBIENT, Cause
from workbench.analysis.divergence import Explanation, Reason, Sure
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.code_change import is_change
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import said
from workbench.replay import replay

__all__ = ["AMBIENT_VALUES", "CONFIGURATION", "RACE", "UNORDERED"]

_SURENESS: Final = {Sure.PROVED: 1.0, Sure.LIKELY: 0.8, Sure.POSSIBLE: 0.5}
_REPLAYS: Final = 3
_RACE_RULES: Final = frozenset({"WB109"})
_STATE_RULES: Final = frozenset({"WB104", "WB105", "WB110"})
_DRAWN: Final = frozenset({Cause.CLOCK, Cause.RANDOM, Cause.UUID})
_ORDER_RULES: Final = frozenset({"WB106", "WB107", "WB108"})
_SUSPECTS: Final = frozenset({"WB101", "WB102", "WB103"}) | _RACE_RULES | _STATE_RULES | _ORDER_RULES

Detect = Callable[[Case], Iterable[Evidence]]


def _by(causes: frozenset[Cause], rules: frozenset[str] | None = None) -> Detect:
    """A detector of these causes of divergence: by the text of the code, which costs little, and by a dry replay.

    Args:
        causes: What an explanation of the divergence would say.
        rules: Rules of lint; those of the causes by default.
    """

    def detect(case: Case) -> Iterator[Evidence]:
        if case.code is None:
            return
        for remark in case.remarks:
            if remark.rule in rules if rules is not None else remark.cause in causes:
                place = f"{remark.file.rpartition('/')[2]}:{remark.line}"
                yield Evidence((), f"{place}: {remark.message}", (), 0.9, None, f"{place}:{remark.column}")
        found = _diverged(case, causes)
        if found is not None:
            yield found
        if case.acted and Cause.OUTSIDE in causes:
            text = f"a dry replay was stopped: {said(case.acted)}"
            yield Evidence(case.seqs(case.record.started), text, (), 1.0, Severity.DANGER)

    return detect


def _diverged(case: Case, causes: frozenset[Cause]) -> Evidence | None:
    """The dry replay left the log, and this is why."""
    explanation = case.explanation
    if explanation is None or explanation.first is None or not explanation.causes:
        return None
    reason: Reason = explanation.causes[0]
    if reason.cause not in causes or (reason.cause is Cause.CONCURRENCY and explanation.code_difference):
        return None  # calls that somebody arranged anew are a change of the code, and no race
    first = explanation.first
    text = f"a dry replay asks for {first.asked} where the log holds {first.recorded}: {reason.why}"
    seqs = (first.seq,) if first.seq else ()
    return Evidence(seqs, text, (), _SURENESS[reason.sure], Severity.DANGER, explanation.line_now)


def _ambient(case: Case) -> Iterator[Evidence]:
    yield from _by(_DRAWN)(case)
    explanation = case.explanation
    if explanation is None or not _has_no_name(case, explanation):
        return
    first, text = (
        explanation.first,
        "a dry replay leaves the log, the code has not changed, and what differs is not known",
    )
    if first is not None:
        text += f": it asks for {first.asked} where the log holds {first.recorded}"
    seqs = (first.seq,) if first is not None and first.seq else case.seqs(case.record.started)
    yield Evidence(seqs, text, (), 0.7, Severity.DANGER, explanation.line_now)


def _has_no_name(case: Case, explanation: Explanation) -> bool:
    """Whether nobody says why the log is left: no cause that was found, and nothing in the text of the code."""
    if is_change(explanation) or any(remark.rule in _SUSPECTS for remark in case.remarks):
        return False
    if explanation.cause is Cause.CONCURRENCY and not explanation.code_difference:
        return False
    return explanation.first is None or explanation.cause not in AMBIENT


def _race(case: Case) -> Iterator[Evidence]:
    yield from _by(frozenset({Cause.CONCURRENCY}), _RACE_RULES)(case)
    if case.code is None or case.history.engine != "native" or case.record.started < 0:
        return
    if case.misfit or case.acted:
        return
    threads = any(remark.rule in _RACE_RULES for remark in case.remarks)
    branches = any(len(position) > 1 for position in case.record.slots)
    if not (threads or branches):
        return
    ways = {_way(case) for _ in range(_REPLAYS)}
    if len(ways) > 1:
        text = f"{_REPLAYS} dry replays of one log went {len(ways)} different ways"
        yield Evidence((case.seq(case.record.started),), text, (), 1.0, Severity.DANGER)


def _way(case: Case) -> tuple[object, ...]:
    """What a dry replay asked for, in order."""
    if case.code is None:
        return ()
    trace = replay(case.code, case.history, run_id=case.run_id, with_locals=False)
    return trace.outcome.word, *((stop.event, stop.position, stop.name) for stop in trace.steps)


AMBIENT_VALUES = Hazard(
    id="ambient-values",
    number=11,
    title="Unrecorded time, random numbers or ids",
    severity=Severity.WARNING,
    sight=Sight.REPLAY,
    explanation=(
        "Workflow code that reads a clock, draws a number or makes an id by itself gets another one at every replay: "
        "another branch is taken, other arguments are asked for, and the log no longer fits."
    ),
    fix="""\
Draw through the recorder, which keeps what was drawn:

    started = wb.now()          # not datetime.now()
    lucky = wb.random() < 0.1   # not random.random()
    request = wb.uuid4()        # not uuid.uuid4()
""",
    false_alarm_if="nothing that the workflow asks for depends on the value (it is only logged).",
    detect=_ambient,
    source="AWS durable execution, determinism; Temporal, deterministic constraints; temporalio/sdk-typescript#1582",
)

UNORDERED = Hazard(
    id="unordered",
    number=12,
    title="Order of sets, hashes or arrivals",
    severity=Severity.WARNING,
    sight=Sight.REPLAY,
    explanation=(
        "A set is iterated in the order of its hashes, which differ from process to process; `as_completed` gives "
        "results in the order of arrival. The same calls are then made in another order."
    ),
    fix="""\
Give it an order that every process shares:

    for customer in sorted(customers): ...            # not: in set(customers)
    results = wb.gather(*calls)                       # in the order of the calls, not as_completed
""",
    false_alarm_if="the order has no influence on what the workflow asks for.",
    detect=_by(frozenset({Cause.HASH_ORDER}), _ORDER_RULES),
    source="temporalio/sdk-python#429, #518, #533; google/adk-python#6469",
)

CONFIGURATION = Hazard(
    id="configuration",
    number=13,
    title="Environment, configuration or global state",
    severity=Severity.WARNING,
    sight=Sight.REPLAY,
    explanation=(
        "A feature flag in the environment or a module variable is read while the workflow runs. Between crash and "
        "resume it changes, and the run goes on along a path that it did not begin."
    ),
    fix="""\
Freeze what the run depends on at its start, as a recorded input:

    recorder.run(checkout, order, Settings.from_environment(), id=order.id)
""",
    false_alarm_if="the value is the same for the whole life of every run.",
    detect=_by(frozenset({Cause.ENVIRONMENT, Cause.GLOBAL_STATE, Cause.OUTSIDE}), _STATE_RULES),
    source="Azure Durable Functions, code constraints; AWS durable execution, determinism",
)

RACE = Hazard(
    id="race",
    number=14,
    title="Threads or races in workflow code",
    severity=Severity.WARNING,
    sight=Sight.REPLAY,
    explanation=(
        "Threads and bare tasks of a workflow interleave as the machine pleases. The log holds one interleaving; "
        "replay meets another, and results go to the wrong place."
    ),
    fix="""\
One logical thread, branches made by the recorder:

    stock, mail = wb.gather(check_stock(order), find_mail(order))
""",
    false_alarm_if="the threads only compute, and their results are joined in a fixed order.",
    detect=_race,
    source="vercel/workflow#1055, #2206, #3139",
)
