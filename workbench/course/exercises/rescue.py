"""Exercise 1: a function that brings one interrupted order to rest, whatever it was interrupted at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from workbench.course.exercises.exercise import Exercise, Trial
from workbench.course.misfortune import Misfortune
from workbench.course.orders import purchase
from workbench.recording import Run, open_recording
from workbench.simulate import World, at_rest
from workbench.simulate.design import RUN, Durable
from workbench.simulate.invariants import DEFAULT

__all__ = ["EXERCISE"]

SERVED = {"reserved", "charged", "sent"}


@at_rest
def served(world: World) -> Iterator[str]:
    """The customer wanted the order, and every service is well: there is no reason to send her away."""
    missing = SERVED - {entry.action for entry in world.entries}
    given_back = {entry.action for entry in world.entries} & {"released", "refunded"}
    if missing or given_back:
        yield "order-1 could have been served, and was not"


def gone_on_with(rescue: Callable[[Run], Any]) -> Callable[..., Any]:
    """A policy of crash sweeps that does what the learner's function does."""

    def rescued(design: Durable, world: World) -> str:
        if not world.log.exists() or RUN not in set(open_recording(world.log).runs["run_id"]):
            return design.start(world)  # it died before anything was written: the order just comes again
        rescue(open_recording(world.log).run(RUN))
        return open_recording(world.log).run(RUN).status

    return rescued


class Rescue(Trial):
    """An order that is interrupted, and the learner's function that goes on with it."""

    def befalls(self, code: Callable[[Run], Any]) -> Any:
        """Let it happen."""
        befallen = Misfortune(
            args=("order-1", 4200), points=self.misfortune.points, steps=self.misfortune.steps,
            policies=(gone_on_with(code),), invariants=(*DEFAULT, served),
        )  # fmt: skip
        sweep = befallen.befalls(purchase)
        return self.result_of(sweep)


def _trial(name: str, hint: str, *points: str) -> Rescue:
    return Rescue(name, Misfortune(points=points), hint, frozenset({"completed"}))


EXERCISE = Exercise(
    "1",
    "one interrupted order",
    (
        _trial("nobody dies", "Is there anything to do?", "nowhere"),
        _trial("it dies between two steps", "What does the verdict say?", "before_intent", "after_result"),
        _trial("the call never arrived", "Whom can you ask whether it happened?", "in_intent", "before_call"),
        _trial("the reply was lost", "Who knows whether it happened?", "reply_lost", "after_effect", "in_result"),
        _trial("the call was still on its way", "Is it there by now?", "in_call"),
    ),
)  # fmt: skip
