"""The stops of a trace, written down while the code runs and made when somebody looks at them.

Most stops of a long run are stepped over and never seen. Beside the facts of each, its note is kept as what it is
made of: only what cannot change and is small, or the row of the log that says it. A trace keeps no graph of the
user's objects alive, and never shows what the code did to a value later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final, overload

from workbench.machine import AnswerSource
from workbench.model import EventType, History, Position
from workbench.program import Place
from workbench.replay.frames import NOWHERE_AT_ALL, Where
from workbench.replay.locals import Locals, Seen
from workbench.replay.note import Note
from workbench.replay.stop import Frame, Stop

__all__ = ["Stops"]

_WIDTH: Final = 11
_STARTED, _COMPLETED = EventType.StepStarted.name, EventType.StepCompleted.name
_RECORDED: Final = AnswerSource.RECORDED
_LOOKED_AT: Final = 4_096
"""So many stops are kept ready; a trace that was looked through whole must not hold each one twice."""


class Stops(Sequence[Stop]):
    """The stops of one trace, in order. Each is made when it is asked for.

    Args:
        history: What the stops are about.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._facts: list[Any] = []
        """The facts of all stops, one after the other: a list of numbers and shared things costs the collector of
        garbage nothing, which an object per stop would."""
        self._made: dict[int, Stop] = {}
        self._moved: dict[int, int] = {}
        """When a stop was that the log does not hold, or that an edit moved."""

    def add(  # noqa: PLR0913, PLR0917 - the facts of a stop, by position because every event passes here
        self, row: int, event: str, position: Position, name: str, source: str, where: Where, note: Note
    ) -> None:
        """Write down one more.

        Args:
            row: Row of the recorded event; -1 beyond the log.
            event: Name of the event type.
            position: Where in the program.
            name: Step, signal or child name.
            source: Where the answer came from.
            where: Where the code stood, and what it saw.
            note: What was asked or answered.
        """
        self._facts += (row, event, position, name, source, *where, *note)

    def add_step(  # noqa: PLR0913, PLR0917 - as `add`
        self, opened: int, row: int, position: Position, name: str, where: Where, asked: Note, answered: Note
    ) -> None:
        """Write down a step and its recorded result: two stops, between which nothing changes.

        Args:
            opened: Row of the intent.
            row: Row of the result.
            position: Where in the program.
            name: Its name.
            where: See `add`.
            asked: What was asked.
            answered: What was answered.
        """
        places, changed, seen, others = where
        self._facts += (
            opened, _STARTED, position, name, "", places, changed, seen, others, *asked,
            row, _COMPLETED, position, name, _RECORDED, places, (), seen, others, *answered,
        )  # fmt: skip

    def happened_at(self, time_ns: int) -> None:
        """When the last stop was, where that is not as recorded."""
        self._moved[len(self) - 1] = time_ns

    def outermost(self) -> Where:
        """Where the workflow function itself stood at the last stop; the code has moved nothing since."""
        if not self._facts or not self._facts[5 - _WIDTH]:
            return NOWHERE_AT_ALL
        places, _, seen, others = self._facts[5 - _WIDTH : 9 - _WIDTH]
        return (places[-1],), (), others[-1] if others else seen, ()

    def __len__(self) -> int:
        """Number of stops."""
        return len(self._facts) // _WIDTH

    @overload
    def __getitem__(self, index: int) -> Stop: ...
    @overload
    def __getitem__(self, index: slice) -> list[Stop]: ...
    def __getitem__(self, index: int | slice) -> Stop | list[Stop]:
        """One stop, or a list of some."""
        if isinstance(index, slice):
            return [self._stop(number) for number in range(len(self))[index]]
        return self._stop(range(len(self))[index])

    def __iter__(self) -> Iterator[Stop]:
        """Every stop, in order."""
        return map(self._stop, range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether the stops are the same, whatever holds the others."""
        if not isinstance(other, Stops | list | tuple):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as a list, which it stands for

    def __repr__(self) -> str:
        return repr(list(self))

    def __reduce__(self) -> tuple[type[list[Stop]], tuple[list[Stop]]]:
        """A copy, also in another process, has no log behind it: there it is a list."""
        return list, (list(self),)

    def _stop(self, index: int) -> Stop:
        made = self._made.get(index)
        if made is None:
            start = index * _WIDTH
            row, event, position, name, source, places, changed, seen, others, tell, told = self._facts[
                start : start + _WIDTH
            ]
            seq = self._history.columns.seq[row] if row >= 0 else 0
            note = told if tell is None else tell(self._history, row, name, told)
            stack = _stack(places, seen, others)
            made = Stop(index, seq, event, position, name, source, stack, changed, note, self._time(index))
            if len(self._made) >= _LOOKED_AT:
                self._made.clear()
            made = self._made.setdefault(index, made)  # two threads may look at once: both get the same stop
        return made

    def _time(self, index: int) -> int:
        """A line stop happens when the event before it did."""
        while index >= 0:
            if (moved := self._moved.get(index)) is not None:
                return moved
            row: int = self._facts[index * _WIDTH]
            if row >= 0:
                return self._history.columns.time_ns[row]
            index -= 1
        return 0

    # --- columns: searching through all stops without making any --------------------------------------------

    @property
    def rows(self) -> list[int]:
        """Row of each stop's event; -1 beyond the log and between events."""
        return self._facts[0::_WIDTH]

    @property
    def seqs(self) -> list[int]:
        """Number of each stop's recorded event; 0 beyond the log and between events."""
        numbers = self._history.columns.seq
        return [numbers[row] if row >= 0 else 0 for row in self.rows]

    @property
    def times(self) -> list[int]:
        """When each stop was, nanoseconds since the Unix epoch, by the clock of this trace."""
        recorded, moved = self._history.columns.time_ns, self._moved
        times: list[int] = []
        last = 0
        for index, row in enumerate(self.rows):
            last = moved.get(index, recorded[row] if row >= 0 else last)
            times.append(last)
        return times

    @property
    def sources(self) -> list[str]:
        """Where the answer of each stop came from."""
        return self._facts[4::_WIDTH]

    @property
    def events(self) -> list[str]:
        """Event type of each stop."""
        return self._facts[1::_WIDTH]

    @property
    def positions(self) -> list[Position]:
        """Position of each stop."""
        return self._facts[2::_WIDTH]

    @property
    def names(self) -> list[str]:
        """Step, signal or child name of each stop."""
        return self._facts[3::_WIDTH]

    @property
    def places(self) -> list[tuple[Place, ...]]:
        """Places of each stop's user frames, innermost first; stops at one place share the tuple."""
        return self._facts[5::_WIDTH]

    @property
    def changes(self) -> list[tuple[str, ...]]:
        """Names that changed at each stop."""
        return self._facts[6::_WIDTH]

    @property
    def seen(self) -> list[Seen | None]:
        """Locals of the innermost frame of each stop."""
        return self._facts[7::_WIDTH]

    @property
    def others(self) -> list[tuple[Seen, ...]]:
        """Locals of the frames below it."""
        return self._facts[8::_WIDTH]

    @cached_property
    def notes(self) -> list[str]:
        """What each stop asked or was answered; the first search through a trace writes them all."""
        parts = zip(self.rows, self.names, self._facts[9::_WIDTH], self._facts[10::_WIDTH], strict=True)
        history = self._history
        return [told if tell is None else tell(history, row, name, told) for row, name, tell, told in parts]


def _stack(places: tuple[Place, ...], seen: Seen | None, others: tuple[Seen, ...]) -> tuple[Frame, ...]:
    if seen is None:
        return tuple([Frame(place, {}) for place in places])
    return tuple([Frame(place, Locals(each)) for place, each in zip(places, (seen, *others), strict=True)])
