"""Where a worker dies, and how: really, by SIGKILL, at one moment of its own log.

    if os.fork() == 0:
        die_at(Moment(frozenset({EventType.StepStarted}), position=(3,)))
        recorder.run(checkout, order)        # never returns

A moment is an event of the log: just written, not written any more, or half written. So what the log holds and what
the world has seen are known to the event, and nothing has to be timed.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn

from workbench.journal import LogWriter
from workbench.model import EventType, Position

__all__ = ["CrashPoint", "Moment", "RequestMoment", "When", "die", "die_at"]

_TORN_BYTES = 20
"""How much of a torn event is on the disk; an event's header alone is longer."""


class CrashPoint(StrEnum):
    """Deaths that leave different pairs of log and world, in the order of a step's life."""

    NOWHERE = "nowhere"
    """It does not die: what goes wrong without any crash."""
    BEFORE_INTENT = "before_intent"
    """The code has come to the step, and nothing of that is in the log."""
    IN_INTENT = "in_intent"
    """While the intent is being written: half of it is on the disk, and nobody was called yet."""
    BEFORE_CALL = "before_call"
    """The intent is on the disk, and the call never arrives: in doubt, and in truth not done."""
    IN_CALL = "in_call"
    """The request is on its way, and arrives later: in doubt, not done yet, and done a little later."""
    REPLY_LOST = "reply_lost"
    """The other side has acted, and its reply finds nobody: in doubt, and in truth done."""
    AFTER_EFFECT = "after_effect"
    """The reply was heard, and nothing of it is in the log: in doubt, and in truth done."""
    IN_RESULT = "in_result"
    """While the result is being written: half of it is on the disk, as good as nothing of it."""
    AFTER_RESULT = "after_result"
    """The outcome is in the log, and the code has not gone on yet."""
    BETWEEN_ATTEMPTS = "between_attempts"
    """An attempt has failed, and the worker waits before the next one."""
    WAITING = "waiting"
    """The worker sleeps, or waits for a signal."""
    BEFORE_UNDO = "before_undo"
    """The intent to undo is on the disk, and the undo never arrives: the undo is in doubt, in truth not done."""
    AFTER_UNDO = "after_undo"
    """It is undone, and nothing of that is in the log: the undo is in doubt, in truth done."""
    AFTER_END = "after_end"
    """The run has ended, by completing or by failing, and its log was not closed."""

    @property
    def in_undo(self) -> bool:
        """The worker dies going backwards."""
        return self in {CrashPoint.BEFORE_UNDO, CrashPoint.AFTER_UNDO}


class When(StrEnum):
    """On which side of the writing of an event."""

    BEFORE = "before"
    AFTER = "after"
    TORN = "torn"
    """A part of it is on the disk."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An event of one's own log at which one dies.

    Attributes:
        events: Types of event that are meant.
        position: Where in the program; `None` for anywhere.
        attempt: Attempt of the step; 0 for any.
        when: On which side of the writing.
        run: Number of the run in its log; 0 for any.
    """

    events: frozenset[EventType]
    position: Position | None = None
    attempt: int = 0
    when: When = When.AFTER
    run: int = 0

    def is_now(self, event: EventType, position: Position, attempt: int, run: int = 0) -> bool:
        """Whether the event that is being written is the one."""
        here = self.position is None or position == self.position
        return event in self.events and here and self.attempt in {0, attempt} and self.run in {0, run}


@dataclass(frozen=True, slots=True)
class RequestMoment:
    """A request at which one dies.

    Attributes:
        number: The how-manieth of this world, from 1; 0 for the end of the code.
        at: `before` it is sent, when it is `sent`, when it is `done`, or the `end`.
    """

    number: int
    at: str


def die_at(moment: Moment) -> None:
    """From now on this process dies when any of its logs comes to that moment. For a child that is to die."""
    written = LogWriter.append

    def append(
        self: LogWriter, event: EventType, run: int, name: int, position: Position, *rest: Any, **more: Any
    ) -> int:
        if not moment.is_now(event, position, more.get("attempt", 0), run):
            return written(self, event, run, name, position, *rest, **more)
        if moment.when is When.BEFORE:
            die()
        size = self.path.stat().st_size
        written(self, event, run, name, position, *rest, **more)
        if moment.when is When.TORN:
            os.truncate(self.path, size + _TORN_BYTES)
        die()

    LogWriter.append = append  # type: ignore[method-assign]  # this process has no future


def die() -> NoReturn:
    """As a machine does that loses its power, or a container that is evicted: nothing is done any more."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives SIGKILL")
