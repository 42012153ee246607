"""Crash a finished run at every boundary of its log, by cutting a copy, and go on with each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.journal import open_log
from workbench.journal.format import FRAME, FRAME_SIZE, SEGMENT_SIZE
from workbench.machine import RunRecord, read_run
from workbench.model import EventType, History, position_text


@dataclass(frozen=True)
class Crash:
    """A log that ends early.

    Attributes:
        path: The cut copy.
        after: What was written last.
        record: The run, as far as the copy holds it.
    """

    path: Path
    after: str
    record: RunRecord

    def done(self) -> set[str]:
        """Positions of steps whose outcome the copy holds."""
        return {position_text(slot.position) for slot in self.record.slots.values() if slot.type is not None}


def crashes(path: Path, run_id: str) -> Iterator[Crash]:
    """A copy of the log for each frame that may have been its last."""
    raw = path.read_bytes()
    end = SEGMENT_SIZE
    while end < len(raw):
        header = FRAME.unpack_from(raw, end)
        end += FRAME_SIZE + header[4]
        copy = path.with_name(f"cut-{end}.wlog")
        copy.write_bytes(raw[:end])
        record = read_run(open_log(copy).history, run_id)
        yield Crash(copy, f"frame {header[5]} of type {header[2]}", record)


def events_of(path: Path, run_id: str) -> list[str]:
    """What happened in a run, in words: `StepStarted charge at 3`."""
    history = open_log(path).history
    return [_words(history, row) for row in history.rows_of(run_id)]


def _words(history: History, row: int) -> str:
    event = history.event(row)
    where = f" at {position_text(event.position)}" if event.position else ""
    return f"{EventType(event.type).name} {event.name}".strip() + where
