"""Random fleets: many runs in one story, few enough kinds of them that runs come to be alike."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.story import BEGAN_NS, NS, RunStory, StepStory, Story
from workbench._errors import UndecodableError
from workbench.model import EventType, History

__all__ = ["any_fleet", "any_report", "shaken", "with_holes"]

DAY = 24 * 3600
STEPS: tuple[dict[str, Any], ...] = (
    {"name": "price", "kind": "read"},
    {"name": "stock", "kind": "read", "resource": "stock"},
    {"name": "reserve", "kind": "idempotent", "resource": "stock"},
    {"name": "put", "kind": "idempotent"},
    {"name": "charge", "kind": "compensatable", "probe": "find_charge", "undo_null_safe": True},
    {"name": "book", "kind": "compensatable"},
    {"name": "ship", "kind": "keyed", "probe": "find_parcel", "key_lifetime_seconds": 3600.0},
    {"name": "label", "kind": "keyed"},
    {"name": "mail", "kind": "write"},
    {"name": "sign", "kind": "write", "probe": "look", "pivot": True},
    {"name": "odd", "kind": None},
)
KEYS = ("", "{run}/{name}", "business/{name}", "business/shared")
Outcome = Callable[[random.Random, StepStory], Any]
"""Tells how a step went. Chance decides what payloads say, so that runs of one shape come to differ in them."""


def _returned(dice: random.Random, step: StepStory) -> Any:
    results = {"amount": 12, "currency": "EUR"}, {"access_token": "tok-1234567890", "expires_in": 3600}, "a word?"
    return step.unrecorded() if dice.random() < 0.1 else step.completed(dice.choices(results, [8, 1, 1])[0])


def _raised(dice: random.Random, step: StepStory) -> Any:
    return step.failed(
        dice.choice(["Timeout", "Gone"]), f"{step.run.run_id} was not heard of", definite=dice.random() < 0.5
    )


def _tried_again(dice: random.Random, step: StepStory) -> Any:
    again = step.attempt_failed("Timeout", definite=dice.random() < 0.5).started(key=dice.choice([step.key, "another"]))
    return dice.choice([again.completed, again.completed, again.unrecorded])()


def _settled(dice: random.Random, step: StepStory) -> Any:
    return step.started().died().resolved(happened=dice.random() < 0.5)


OUTCOMES: tuple[Outcome, ...] = (
    _returned,
    _raised,
    _tried_again,
    _settled,
    lambda _, step: step.started().died(),
    lambda _, step: step.started().died().started().completed(),
    lambda _, step: step.started().cancelled(),
    lambda _, step: step.completed().started().died(),
    lambda _, step: step.failed("Timeout", definite=False).resolved(happened=True),
    lambda _, step: step.started().cancelled().resolved(happened=True),
)


def any_fleet(dice: random.Random, runs: int = 60) -> Story:
    """Runs of a few scripts; beginnings are minutes to weeks before the end."""
    story = Story()
    scripts = [_Script(dice) for _ in range(4)]
    for number in range(runs):
        story.now_ns = BEGAN_NS + dice.choice([0, 1, 20, 20]) * DAY * NS + number * NS
        dice.choice(scripts).tell(dice, story, f"order-{number}")
    return story


def with_holes(dice: random.Random, history: History) -> History:
    """Some payloads cannot be read."""
    holes = {row for row in range(len(history)) if dice.random() < 0.03}

    def payload(row: int) -> Any:
        if row in holes and history.columns.type[row] not in _NEEDED:
            raise UndecodableError("cannot decode the payload")
        return history.payload(row)

    return replace(history, payloads=payload)


def shaken(dice: random.Random, history: History) -> History:
    """Some clocks go back, and several processes wrote."""
    times = array("q", history.columns.time_ns)
    for row in range(len(times)):
        times[row] -= 2 * NS if dice.random() < 0.02 else 0
    middle = history.columns.seq[len(history) // 2]
    other = replace(history.processes[0], first_seq=middle, pid=5)
    return replace(history, columns=replace(history.columns, time_ns=times), processes=[*history.processes, other])


_NEEDED = {EventType.DecisionMade, EventType.StepResolved}
"""What cannot do without its payload, so that a run with such a hole cannot be read at all."""


def any_report(dice: random.Random, story: Story) -> Any:
    """How the log was found: most are whole."""
    last = len(story.bodies)
    return dice.choice(
        [
            None,
            story.report(closed=True),
            story.report(),
            story.report(same_boot=False, synced_seq=last // 2),
            story.report(same_boot=None, synced_seq=last // 2),
            story.report(rotten=True),
            story.report(torn=True),
            story.report(writer_alive=True),
        ]
    )


class _Script:
    """What runs of one shape have in common: their steps, how these go, and what happens around them."""

    def __init__(self, dice: random.Random) -> None:
        self.steps = dice.sample(STEPS, dice.randint(1, 3))
        self.outcomes = [dice.choice((_returned, dice.choice(OUTCOMES))) for _ in self.steps]
        self.around = [dice.choice((None, None, None, dice.choice(_AROUND))) for _ in self.steps]
        self.undo = dice.random() < 0.3
        self.end = dice.choice(("completed", "failed", "cancelled", "reopened", "", ""))
        self.lost = dice.random() < 0.05
        self.early = dice.random() < 0.1

    def tell(self, dice: random.Random, story: Story, run_id: str) -> None:
        """One run."""
        if self.early:
            story.lost_run(run_id).received("hurry")
        customer = dice.choice(["", f"customer-{run_id}"])
        run = story.lost_run(run_id) if self.lost else story.run(run_id, business_key=customer)
        for declared, outcome, around in zip(self.steps, self.outcomes, self.around, strict=True):
            if around is not None:
                around(dice, run)
            key = dice.choice(KEYS).format(run=run_id, name=declared["name"])
            outcome(dice, run.step(**declared, key=key, args=[dice.choice([run_id, run_id, "sku-7"]), 12]))
        for name, step in reversed(run.steps.items()):
            if self.undo and step.declaration.undo:
                undo = run.compensation(name)
                undo.failed(definite=dice.choice([True, False, None])) if dice.random() < 0.3 else undo.completed()
        if self.end == "failed":
            run.failed("Broken", f"{run_id} is broken")
        elif self.end:
            run.cancelled() if self.end == "cancelled" else run.completed()
        if self.end == "reopened":
            _decided(dice, run)


def _decided(dice: random.Random, run: RunStory) -> Any:
    cut = dice.randint(1, len(run.story.bodies) + 1)
    return run.event(EventType.DecisionMade, action="retry_from", cut=cut, by="anna")


def _left_a_child(dice: random.Random, run: RunStory) -> Any:
    wait = run.child("parcel", dice.choice([f"{run.run_id}/child", "order-0"]))
    return wait.completed() if dice.random() < 0.5 else None


_AROUND: tuple[Callable[[random.Random, RunStory], Any], ...] = (
    _decided,
    _left_a_child,
    lambda _, run: run.recovered(after_seconds=60),
    lambda _, run: run.drew(EventType.ClockRead, 5),
    lambda _, run: run.signal("approved", value=True),
    lambda _, run: run.received("hurry"),
)
