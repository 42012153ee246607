"""Hazard 24: a timer that fires long after it was due, and code that acts as if it were that time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here
from workbench.simulate.world import OPENED_NS

__all__ = ["SCENARIO"]

FLIGHT_SECONDS = 48 * 3600
REMIND_SECONDS = FLIGHT_SECONDS - 3 * 3600
REMINDER = "Your flight leaves in three hours"
NS = 1_000_000_000


def no_reminder_of_a_flight_that_has_left(world: World) -> Iterator[str]:
    """Nobody is told of a flight that is to leave when it has left."""
    for entry in world.entries:
        hours = (entry.time_ns - OPENED_NS - FLIGHT_SECONDS * NS) / NS / 3600
        if entry.action == "sent" and entry.text("subject") == REMINDER and hours > 0:
            yield f"{entry.text('to')} was told to be at the airport {hours:.0f} hours after the flight had left"


@wb.step(kind="write")
def remind(customer: str) -> str:
    """Say that it is time to go."""
    return here().mail.send(customer, REMINDER)


@wb.step(kind="write")
def apologise(customer: str) -> str:
    """Say what is true."""
    return here().mail.send(customer, "We should have reminded you of your flight, and were not there")


@wb.workflow
def reminder_after_a_while(customer: str) -> None:
    """Sleeps as long as it takes."""
    wb.sleep(REMIND_SECONDS)
    remind(customer)


@wb.workflow
def reminder_at_its_time(customer: str) -> None:
    """Keeps the moment, and looks at the clock when it wakes."""
    due = wb.now() + timedelta(seconds=REMIND_SECONDS)
    wb.sleep(REMIND_SECONDS)
    if wb.now() - due < timedelta(minutes=15):
        remind(customer)
    else:
        apologise(customer)


SCENARIO = Scenario(
    hazard="timer-drift",
    story="A reminder slept until three hours before the flight. Its worker was away over the weekend and woke it on "
    'Monday: the customer read "Your flight leaves in three hours" long after it had left.',
    lesson="Keep the moment and not the duration, and look at the clock after waking: too late is another case.",
    failing=reminder_after_a_while,
    fixed=reminder_at_its_time,
    misfortune=Misfortune(
        args=("ada",),
        downtime=(60.0, 3 * 86_400.0),
        points=("nowhere", "waiting"),
        invariants=(no_reminder_of_a_flight_that_has_left,),
    ),
    harm="hours after the flight had left",
)
