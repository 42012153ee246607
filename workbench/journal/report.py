"""What was found on opening a log, besides its events. Missing is not broken, torn is not rotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Gap", "GapReason", "OpenMode", "Report"]

_SHOWN = 20


class OpenMode(StrEnum):
    """How to meet damage; the names follow RocksDB's WAL recovery modes."""

    PREFIX = "prefix"
    """Everything before the first damage; a torn tail is no damage. The default."""
    TAIL = "tail"
    """As `prefix`, but damage inside the file is an error."""
    STRICT = "strict"
    """Any unreadable byte is an error, a torn tail too, and so are events that the disk refused."""
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
    """A segment of another recording, or one that stood elsewhere."""
    FORGED = "forged"
    """A frame whose checksum fits and whose content is impossible: somebody, or a faulty program, made it."""


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

    def __str__(self) -> str:
        """One line."""
        return f"{self.reason}: {self.length:,} bytes at offset {self.offset:,}"


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
        dropped: Events that a writer says it could not store. Whoever recorded them was told, so this is no rot.
        sync_failed: A sync failed: what came after `synced_seq` may be lost with the power, whatever was said later.
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
    sync_failed: bool = False
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
        """Events may be missing from the middle: bytes have changed, or frames are gone."""
        return any(gap.reason is not GapReason.TORN for gap in self.gaps)

    def __str__(self) -> str:
        """A few plain sentences."""
        words = [f"{self.events:,} events in {self.size:,} bytes, {self.segments} segment(s), last seq {self.last_seq}"]
        words += [str(gap) for gap in self.gaps[:_SHOWN]]
        if len(self.gaps) > _SHOWN:
            words.append(f"… and {len(self.gaps) - _SHOWN:,} more gaps")
        if self.dropped:
            words.append(f"{self.dropped} event(s) were refused by the disk")
        if self.sync_failed:
            words.append(f"a sync failed: what follows seq {self.synced_seq} may not survive a power cut")
        words.append("closed in good order" if self.closed else "not closed (crashed, or still being written)")
        if self.writer_alive:
            words.append("a live process is writing")
        return "\n".join(words)
