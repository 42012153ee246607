"""The stops of a trace, written down while the code runs and made when somebody looks at them.

Most stops of a long run are stepped over and never seen. Beside the facts of each, its note is kept as what it is
made of: only what cannot change and is small, or the row of the log that says it. A trace keeps no graph of the
user's objects alive, and never shows what the code did to a value later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

from workbench.model import History, Position
from workbench.replay.frames import Where
from workbench.replay.note import Note
from workbench.replay.stop import Stop

__all__ = ["Stops"]

_WIDTH: Final = 9


class Stops(Sequence[Stop]):
    """The stops of one trace, in order. Each is made once, when it is asked for.

    Args:
        history: What the stops are about.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._facts: list[Any] = []
        """The facts of all stops, one after the other: a list of numbers and shared things costs the collector of
        garbage nothing, which an object per stop would."""
        self._made: dict[int, Stop] = {}

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
            where: User frames, and what changed in the innermost one.
            note: What was asked or answered.
        """
        self._facts += (row, event, position, name, source, *where, *note)

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
            row, event, position, name, source, stack, changed, tell, told = self._facts[start : start + _WIDTH]
            seq = self._history.columns.seq[row] if row >= 0 else 0
            note = told if tell is None else tell(self._history, row, name, told)
            made = Stop(index, seq, event, position, name, source, stack, changed, note)
            made = self._made.setdefault(index, made)  # two threads may look at once: both get the same stop
        return made
