"""A plan that does harm, made as small as it can be: what is left is what it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workbench.model import visible
from workbench.simulate.faults import FaultPlan
from workbench.simulate.life import Life
from workbench.simulate.plan import Plan

__all__ = ["Failure", "minimised"]

_HALVINGS = 20


@dataclass(frozen=True)
class Failure:
    """A plan that does harm, as small as it could be made.

    Attributes:
        plan: The plan.
        life: What became of it.
        call: A line of Python that lives it again.
    """

    plan: Plan
    life: Life
    call: str

    def __repr__(self) -> str:
        """What goes wrong, and the line."""
        place = self.plan.place
        where = f"dies {place.point} {place.step}".strip() if place.moment is not None else "no crash"
        words = [where, f"{self.plan.downtime_seconds:g} s later: {self.plan.policy}"]
        words += [f"faults: {self.plan.faults.dumps()}"] if self.plan.faults.rules else []
        return visible(f"{', '.join(words)}: {self.life.wrong}\n  {self.call}")


def minimised(
    live: Callable[[Plan], tuple[Plan, Life] | None], plan: Plan, life: Life, downtimes: Sequence[float]
) -> tuple[Plan, Life]:
    """Leave out faults one by one, then shorten the downtime, while one of the same invariants breaks.

    Args:
        live: Lives a plan; `None` where its world has no such place.
        plan: A plan that does harm.
        life: What became of it.
        downtimes: What has been tried, to begin with.
    """
    broken = set(life.violations)

    def smaller(other: Plan) -> tuple[Plan, Life] | None:
        found = live(other)
        return found if found is not None and broken & set(found[1].violations) else None

    for rule in plan.faults.rules:
        fewer = FaultPlan(tuple(one for one in plan.faults.rules if one is not rule))
        plan, life = smaller(replace(plan, faults=fewer)) or (plan, life)
    good = 0.0
    for seconds in sorted({0.0, *(one for one in downtimes if one < plan.downtime_seconds)}):
        found = smaller(replace(plan, downtime_seconds=seconds)) if seconds < plan.downtime_seconds else None
        if found is not None:
            plan, life = found
            break
        good = seconds
    for _ in range(_HALVINGS):
        middle = float(round((good + plan.downtime_seconds) / 2))
        if not good < middle < plan.downtime_seconds:
            break
        found = smaller(replace(plan, downtime_seconds=middle))
        plan, life = found or (plan, life)
        good = good if found else middle
    return plan, life
