"""The facts of all stops of a trace, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from workbench.model import Position
from workbench.program import Place
from workbench.replay.stop import Stop
from workbench.replay.stops import Stops
from workbench.replay.tracer import LINE

__all__ = ["Columns"]


class Columns:
    """The facts of all stops of a trace, side by side, to search through without making one stop.

    Args:
        steps: The stops.
    """

    def __init__(self, steps: Sequence[Stop]) -> None:
        self.steps = steps

    def _column(self, quick: str, slow: Callable[[Stop], Any]) -> list[Any]:
        return getattr(self.steps, quick) if isinstance(self.steps, Stops) else [slow(stop) for stop in self.steps]

    @cached_property
    def events(self) -> list[str]:
        """Event types."""
        return self._column("events", lambda stop: stop.event)

    @cached_property
    def seqs(self) -> list[int]:
        """Numbers of the recorded events; 0 for none."""
        return self._column("seqs", lambda stop: stop.seq)

    @cached_property
    def times(self) -> list[int]:
        """When each was, nanoseconds since the Unix epoch."""
        return self._column("times", lambda stop: stop.time_ns)

    @cached_property
    def sources(self) -> list[str]:
        """Where answers came from."""
        return self._column("sources", lambda stop: str(stop.source))

    @cached_property
    def names(self) -> list[str]:
        """Step, signal or child names."""
        return self._column("names", lambda stop: stop.name)

    @cached_property
    def positions(self) -> list[Position]:
        """Positions."""
        return self._column("positions", lambda stop: stop.position)

    @cached_property
    def changes(self) -> list[tuple[str, ...]]:
        """Names that changed."""
        return self._column("changes", lambda stop: stop.changed)

    @cached_property
    def places(self) -> list[tuple[Place, ...]]:
        """Places of the user frames."""
        return self._column("places", lambda stop: tuple(frame.place for frame in stop.stack))

    @cached_property
    def follows_lines(self) -> bool:
        """Whether there are stops between the events."""
        return LINE in self.events
