"""What was found on opening a log, besides its events. Missing is not broken, torn is not rotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Gap", "GapReason", "OpenMode", "Report"]


class OpenMode(StrEnum):
    """How to meet damage; the names follow RocksDB's WAL recovery modes."""

    PREFIX = "prefix"
    """Everything before the first damage; a torn tail is no damage. The default."""
    TAIL = "tail"
    """As `prefix`, but damage inside the file is an error."""
    STRICT = "strict"
    """Any unreadable byte is an error, a torn tail too."""
    SALVAGE = "salvage"
    """Skip what is damaged and go on behind it."""


class GapReason(StrEnum):
    """Why bytes of the file are no events."""

    TORN = "torn"
    """The last write of a process was cut off; its event was never acknowledged."""
    ROTTEN = "rotten"
    """The bytes were complete once and have changed since."""
    MISSING = "missing"
    """Sequence numbers skip here: whole frames were taken out."""
    FOREIGN = "foreign"
    """A segment of another recording."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of bytes without readable frames.

    Attributes:
        offset: First byte.
        length: Number of bytes; 0 where frames are missing without a trace.
        reason: Why.
    """

    offset: int
    length: int
    reason: GapReason


@dataclass(slots=True)
class Report:
    """The state in which a log was found.

    Attributes:
        mode: How it was opened.
        size: Bytes looked at.
        events: Events read.
        frames: Frames read, the journal's own included.
        last_seq: Highest sequence number read; 0 for none.
        synced_seq: Everything up to here is known to be on stable storage.
        segments: Number of processes that wrote, by their headers.
        gaps: Unreadable stretches, in file order.
        closed: The last writer ended in good order.
        dropped: Events that a writer says it could not store.
        same_boot: The machine has not restarted since the last writer began; `None` where it can't be known.
        writer_alive: A live process holds the writer lock.
        version: Format version of the file.
        recording: Unique id of the recording, hexadecimal.
    """

    mode: OpenMode = OpenMode.PREFIX
    size: int = 0
    events: int = 0
    frames: int = 0
    last_seq: int = 0
    synced_seq: int = 0
    segments: int = 0
    gaps: list[Gap] = field(default_factory=list)
    closed: bool = False
    dropped: int = 0
    same_boot: bool | None = None
    writer_alive: bool = False
    version: int = 0
    recording: str = ""

    @property
    def torn(self) -> bool:
        """The last write of some process was cut off."""
        return any(gap.reason is GapReason.TORN for gap in self.gaps)

    @property
    def rotten(self) -> bool:
        """Events may be missing from the middle: bytes changed, frames are gone, or the disk refused some."""
        return self.dropped > 0 or any(gap.reason is not GapReason.TORN for gap in self.gaps)

    def __str__(self) -> str:
        """A few plain sentences."""
        words = [f"{self.events:,} events in {self.size:,} bytes, {self.segments} segment(s), last seq {self.last_seq}"]
        words += [f"{gap.reason}: {gap.length:,} bytes at offset {gap.offset:,}" for gap in self.gaps]
        if self.dropped:
            words.append(f"{self.dropped} event(s) were refused by the disk")
        words.append("closed in good order" if self.closed else "not closed (crashed, or still being written)")
        if self.writer_alive:
            words.append("a live process is writing")
        return "\n".join(words)
