"""Looking at a replay while it runs: an observer is shown the live frames at each stop.

This is how expressions are watched, how a value is had at one stop, how a debugger gets into the past. A replay
without an observer does nothing of this.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, ClassVar, NamedTuple

from workbench.machine import Answer, AnswerSource, Call, RunRecord
from workbench.model import Position
from workbench.replay.frames import FrameReader, Where
from workbench.replay.note import NO_NOTE, Note
from workbench.replay.tracer import Tracer

__all__ = ["Entry", "LiveTracer", "Moment", "Observer"]


class Entry(NamedTuple):
    """The workflow function before its first line.

    Attributes:
        globals: Its module's names.
        arguments: Its arguments by name.
    """

    globals: Mapping[str, Any]
    arguments: Mapping[str, Any]


class Moment(NamedTuple):
    """What an observer gets at a stop.

    Attributes:
        at: Number of the stop.
        event: Its event.
        position: Its position.
        where: Where the code stands, as the stop shows it.
        frames: Live user frames, innermost first; those of async code may be suspended, those at the end are over.
        entry: At the first stop, where no frame is alive yet.
        call: Where the code makes a call, that call with the very objects that it was given.
    """

    at: int
    event: str
    position: Position
    where: Where
    frames: Sequence[FrameType]
    entry: Entry | None
    call: Call | None = None


Observer = Callable[[Moment], bool]
"""Looks at a moment; true when it has seen enough and the replay may end."""


class LiveTracer(Tracer):
    """Collects stops and shows each to an observer.

    Args:
        record: The run that is replayed.
        frames: Reads the stack.
        observer: Looks.
        entry: What it sees at the first stop.

    Attributes:
        enough: The observer has seen enough.
        failure: What it raised; the workflow's code must not get that.
        cut: Ends the code, for a reason.
    """

    steps_in_line: ClassVar[bool] = False
    cut: Callable[[str], None]

    def __init__(self, record: RunRecord, frames: FrameReader, observer: Observer, entry: Entry) -> None:
        super().__init__(record, frames)
        self.enough = False
        self.failure: BaseException | None = None
        self._observer = observer
        self._entry = entry
        self._add = self._add_and_show
        self._live: dict[Position, Sequence[FrameType]] = {}
        self._now: Sequence[FrameType] = ()
        self._call: Call | None = None

    def _add_and_show(  # noqa: PLR0913, PLR0917 - as `Stops.add`
        self, row: int, event: str, position: Position, name: str, source: str, where: Where, note: Note
    ) -> None:
        self.stops.add(row, event, position, name, source, where, note)
        if self.enough:
            return
        index = len(self.stops) - 1
        frames = self._now if where[0] else ()
        try:
            moment = Moment(index, event, position, where, frames, None if index else self._entry, self._call)
            self.enough = self._observer(moment)
        except BaseException as error:  # noqa: BLE001 - raised again when the replay has ended
            self.failure, self.enough = error, True
        if self.enough:
            self.cut(f"the observer had seen enough at stop {index}")

    # --- which frames are alive, for each way to stop -------------------------------------------------------

    def asked(self, call: Call, row: int, note: Note) -> None:
        """See `Tracer.asked`."""
        self._now = self._live[call.position] = self._frames.user_frames(sys._getframe(1))  # noqa: SLF001 - as there
        self._call = call
        super().asked(call, row, note)
        self._call = None

    def drew(self, call: Call, row: int, source: AnswerSource, note: str) -> None:
        """See `Tracer.drew`."""
        self._now = self._frames.user_frames(sys._getframe(1))  # noqa: SLF001 - as there
        super().drew(call, row, source, note)

    def checked(self, row: int, patch_id: str) -> None:
        """See `Tracer.checked`."""
        self._now = self._frames.user_frames(sys._getframe(1))  # noqa: SLF001 - as there
        super().checked(row, patch_id)

    def answered(self, answer: Answer, now_ns: int, note: Note = NO_NOTE, *, failed: bool = False) -> None:
        """See `Tracer.answered`."""
        self._now = self._live.get(answer.call.position, ())
        super().answered(answer, now_ns, note, failed=failed)
        self._live.pop(answer.call.position, None)

    def line(self, frame: FrameType) -> None:
        """See `Tracer.line`."""
        self._now = self._frames.user_frames(frame)
        super().line(frame)

    def ended(self, frames: Sequence[tuple[FrameType, int]], *, failed: bool, note: str, recorded: bool) -> None:
        """See `Tracer.ended`."""
        self._now = [frame for frame, _ in frames]
        super().ended(frames, failed=failed, note=note, recorded=recorded)

    def forget(self) -> None:
        """See `Tracer.forget`."""
        super().forget()
        self._live.clear()
        self._now = ()

    def _add_quiet(self, row: int) -> None:
        now = self._now
        waiting = next(reversed(self._live.values()), ())
        self._now = self._live.get(self._record.history.position(row), waiting)
        super()._add_quiet(row)
        self._now = now
