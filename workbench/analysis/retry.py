"""From which step to retry: the largest one that is not after the trouble and repeats nothing that must not be.

All candidates are rated in one sweep: a run of ten thousand steps has ten thousand of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from workbench.analysis.docket import Docket
from workbench.analysis.facts import RunStatus
from workbench.analysis.gates import Action, Gates
from workbench.analysis.other_keys import Keys
from workbench.analysis.safety import ORDER, Deed
from workbench.analysis.state import State
from workbench.analysis.step_facts import StepFacts

__all__ = ["best_start", "ceiling", "ratings"]


def ceiling(steps: Sequence[StepFacts], gates: Gates) -> int:
    """Number of the last step from which a retry makes sense: later ones would leave the trouble in the log.

    The trouble is the first stale result, the first step without an outcome, or the failure of a failed run.
    """
    troubles = [number for number, step in enumerate(steps) if step.position in gates.stale or not step.answered]
    if gates.status in {RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.COMPENSATED}:
        troubles += [number for number, step in enumerate(steps) if _failed(step)][-1:]
    return min(troubles, default=len(steps) - 1)


def ratings(docket: Docket, gates: Gates) -> list[int]:
    """How bad a retry from each step would be: 0 SAFE, 1 CHECK, 2 UNSAFE. There is at least one step."""
    steps = docket.steps
    kept, repeated = (
        [ORDER[doing.cell.safety] for doing in course.doings] for course in (docket.all(Deed.KEEP), docket.anew)
    )
    opened = [step.opened for step in steps]
    count = len(steps)
    rating = [0] * count
    arrived = [0] * (count + 1)
    reach = [0] * len(ORDER)  # by rating: the first candidate at which all steps so rated have arrived
    for number, step in enumerate(steps):
        rating[number] = max((level for level, end in enumerate(reach) if end > number), default=0)
        first_kept = max(bisect_right(opened, step.answer), number + 1) if step.answered else count
        arrived[first_kept] = max(arrived[first_kept], kept[number])
        reach[repeated[number]] = max(reach[repeated[number]], first_kept)
    prefix = suffix = 0
    for number in range(count):
        prefix = max(prefix, arrived[number])
        rating[number] = max(rating[number], prefix)
    for number in range(count - 1, -1, -1):
        suffix = max(suffix, repeated[number])
        rating[number] = max(rating[number], suffix)
    return _gated(rating, steps, gates)


def _gated(rating: list[int], steps: Sequence[StepFacts], gates: Gates) -> list[int]:
    """Add what the gates say: children, signals and draws speak against early steps, all else against late ones."""
    late = replace(gates, children=(), signals=(), received=(), keys=Keys(), checks={})
    early = Gates(children=gates.children, signals=gates.signals, received=gates.received, keys=gates.keys)
    for part in (late, early):
        for number, level in enumerate(_levels(steps, part)):
            rating[number] = max(rating[number], level)
    return rating


def _levels(steps: Sequence[StepFacts], gates: Gates) -> list[int]:
    """What gates that only rise, or only fall, from step to step say about each one: asked by bisection."""
    levels = [0] * len(steps)

    def level(start: int) -> int:
        rulings = gates.rulings(Action.RETRY_FROM, steps, start)
        return max((ORDER[ruling.safety] for ruling in rulings), default=0)

    def fill(first: int, last: int, lowest: int, highest: int) -> None:
        if lowest == highest:
            levels[first : last + 1] = [lowest] * (last + 1 - first)
            return
        middle = (first + last) // 2
        fill(first, middle, lowest, level(middle))
        fill(middle + 1, last, level(middle + 1), highest)

    fill(0, len(steps) - 1, level(0), level(len(steps) - 1))
    return levels


def best_start(docket: Docket, gates: Gates) -> int:
    """The step to retry from: the last of the best rated ones up to the trouble; -1 when there is no step."""
    if not docket.steps:
        return -1
    rated = ratings(docket, gates)[: ceiling(docket.steps, gates) + 1]
    best = min(rated)
    return max(number for number, rating in enumerate(rated) if rating == best)


def _failed(step: StepFacts) -> bool:
    return bool(step.error_type) or step.state in {State.FAILED, State.IN_DOUBT}
