"""Exercise 8: new code for a family plan, deployed while runs of the old code are open everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.exercises.result import Result
from workbench.course.hazards.deployment import deployed
from workbench.course.misfortune import Misfortune
from workbench.course.plans import monday
from workbench.simulate import World, at_rest
from workbench.simulate.invariants import DEFAULT

__all__ = ["EXERCISE", "UnderWay"]

HOUR = 3600.0
FAMILY = ("ada", "bob")


@dataclass(frozen=True)
class UnderWay:
    """Runs that the old code has begun, and the learner's code goes on with.

    Attributes:
        trial: What happens to them.
    """

    trial: Trial

    def befalls(self, code: Callable[..., Any]) -> Result:
        """Let the old code begin, and the learner's be deployed."""
        return self.trial.result_of(replace(self.trial.misfortune, policies=(deployed(code),)).befalls(monday))


@at_rest
def all_served(world: World) -> Iterator[str]:
    """Whoever is no fraudster has paid and has a subscription; fraudsters have neither."""
    done = {(entry.action, entry.text("order")) for entry in world.entries}
    for customer in FAMILY:
        fraud = world.knobs.flags.get(f"fraud-{customer}", False)
        for action in ("charged", "extended"):
            if world.ending == "completed" and ((action, customer) in done) is fraud:
                yield f"{customer} is a fraudster, and was {action}" if fraud else f"{customer} was not {action}"


def with_a_fraudster() -> World:
    """Bob is one."""
    return World(flags={"fraud-ada": False, "fraud-bob": True})


def honest() -> World:
    """Nobody is a fraudster."""
    return World(flags={"fraud-ada": False, "fraud-bob": False})


def _trial(name: str, hint: str, world: Callable[[], World] = honest, **befalling: Any) -> Trial:
    return Trial(name, Misfortune(args=FAMILY, world=world, invariants=(*DEFAULT, all_served), **befalling), hint)


EXERCISE = Exercise(
    "8",
    "a fraud check for runs that are open",
    (
        _trial("a new run, and nobody dies", "Are both members charged, and served?", points=("nowhere",)),
        _trial("a new run, and Bob is a fraudster", "Who is charged before anybody has asked?", with_a_fraudster,
               points=("nowhere", "before_intent")),
        UnderWay(_trial("a run of the old code, interrupted anywhere, goes on in yours",
                        "What does your code ask where the log holds something else? Ask `explain`.")),
        _trial("a new run dies anywhere, and goes on after an hour", "How old is the token then?", downtime=(HOUR,)),
    ),
)  # fmt: skip
