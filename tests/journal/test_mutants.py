"""Faults put into the reader and the writer by hand: each must be caught by a small copy of some other test.

A test that no fault can fail is no test. Each mutant says which check kills it.
"""

from __future__ import annotations

import os
import random
import struct
import zlib
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journal import hostile
from tests.journal.logs import Pen, abandon, clocks, facts_of, frame_end, make_log, read
from workbench._errors import LogDegradedError, LogError
from workbench.journal import GapReason, LogWriter, OpenMode, damage, disk, frames, open_log, open_writer, scan
from workbench.journal.format import FRAME_MAGIC, HOT, FrameType
from workbench.journal.tables import Tables
from workbench.journal.writer import Tail

Patch = pytest.MonkeyPatch


# --- the checks, in miniature -------------------------------------------------------------------------------------


def cuts(folder: Path) -> None:
    """Every cut of a small log of two segments is the exact prefix and never rotten."""
    make_log(folder / "a.wlog", 1_800, segments=2)
    whole = (folder / "a.wlog").read_bytes()
    found = read(whole)
    for cut in range(104, len(whole)):
        got = read(whole[:cut], OpenMode.SALVAGE)
        assert got.offsets == array("Q", (at for at in found.offsets if frame_end(whole, at) <= cut))
        assert not got.report.rotten
        assert got.end + sum(gap.length for gap in got.report.gaps) == cut


def bits(folder: Path) -> None:
    """Every toggled bit is seen and costs one frame."""
    make_log(folder / "b.wlog", 1_200)
    buffer = bytearray((folder / "b.wlog").read_bytes())
    found = read(buffer)
    for start in found.offsets:
        left = array("Q", (at for at in found.offsets if at != start))
        for byte in range(start, frame_end(buffer, start)):
            for bit in range(8):
                buffer[byte] ^= 1 << bit
                got = read(buffer, OpenMode.SALVAGE)
                buffer[byte] ^= 1 << bit
                assert got.offsets == left
                assert got.report.gaps


def foreign(folder: Path) -> None:
    """Old contents of a recycled block, in the same format and with fitting numbers, are no events."""
    make_log(folder / "new.wlog", 2_000, close=False)
    new = (folder / "new.wlog").read_bytes()
    same = Tail(open_log(folder / "new.wlog").recording, 0, 0, 0, Tables())  # the worst case: an earlier try at it
    twin = LogWriter(folder / "old.wlog", tail=lambda _path: same, **clocks())
    Pen(twin, 1).fill(3_000)
    twin.close()
    old = (folder / "old.wlog").read_bytes()
    found, other = read(new), read(old)
    for seq in range(3, 8):
        at = next(at for at in found.offsets if struct.unpack_from("<Q", new, at + 12)[0] >= seq)
        donor = next(at for at in other.offsets if old[at + 12 : at + 20] == new[at + 12 : at + 20])
        got = read(new[:at] + old[donor:])
        assert list(got.offsets) == [start for start in found.offsets if start < at]


def zeros(folder: Path) -> None:
    """A tail of zeros is torn and gives no frames."""
    make_log(folder / "z.wlog", 1_000, close=False)
    whole = (folder / "z.wlog").read_bytes()
    got = read(whole + bytes(1_000), OpenMode.SALVAGE)
    assert got.report.frames == read(whole).report.frames
    assert got.report.torn
    assert not got.report.rotten


def holes(folder: Path) -> None:
    """Frames taken out are missed, frames doubled count once."""
    make_log(folder / "h.wlog", 1_500)
    whole = (folder / "h.wlog").read_bytes()
    found = read(whole)
    at = found.offsets[3]
    end = frame_end(whole, at)
    assert read(whole[:at] + whole[end:], OpenMode.SALVAGE).report.rotten
    doubled = read(whole[:end] + whole[at:end] + whole[end:], OpenMode.SALVAGE)
    assert len(doubled.offsets) == len(found.offsets)


def lost_end(folder: Path) -> None:
    """Events that the next writer had seen, and this reader does not, are missed."""
    make_log(folder / "e.wlog", 1_000, close=False)
    first = (folder / "e.wlog").stat().st_size
    make_log(folder / "e.wlog", 1_500, seed=3)
    raw = (folder / "e.wlog").read_bytes()
    last = read(raw[:first]).offsets[-1]
    got = read(raw[:last] + bytes(first - last) + raw[first:], OpenMode.SALVAGE)
    assert [gap.reason for gap in got.report.gaps] == [GapReason.ROTTEN]


def intent_first(folder: Path) -> None:
    """A durable event is synced before `append` returns, and its sync comes after its write."""
    done: list[str] = []
    patch = Patch()

    def write(fd: int, data: bytes) -> int:
        done.append("write")
        return os.write(fd, data)

    def datasync(fd: int) -> None:
        done.append("sync")
        os.fdatasync(fd)

    patch.setattr(disk, "write", write)
    patch.setattr(disk, "datasync", datasync)
    patch.setattr("workbench.journal.flusher.Flusher.wake", lambda _self: None)
    try:
        writer = open_writer(folder / "i.wlog")
        pen = Pen(writer)
        pen.event()
        done.clear()
        pen.event(durable=True)
        assert done[-1] == "sync"
        assert writer.synced_seq == writer._seq
    finally:
        patch.undo()
    abandon(writer)


def fsyncgate(folder: Path) -> None:
    """After a failed sync no later one counts."""
    writer = open_writer(folder / "f.wlog")
    pen = Pen(writer)
    patch = Patch()
    patch.setattr(disk, "datasync", lambda _fd: (_ for _ in ()).throw(OSError(5, "no")))
    try:
        with pytest.raises(LogDegradedError):
            pen.event(durable=True)
    finally:
        patch.undo()
    try:
        with pytest.raises(LogDegradedError):
            pen.event(durable=True)
        with pytest.raises(LogDegradedError):
            writer.sync()
    finally:
        abandon(writer)


def full_disk(folder: Path) -> None:
    """A write that the disk cut off costs that event, which the log counts, and no other."""
    writer = open_writer(folder / "d.wlog", **clocks())
    pen = Pen(writer)
    for _ in range(4):
        pen.event()
    patch = Patch()

    def cut(fd: int, data: bytes) -> int:
        os.write(fd, data[:-3])
        raise OSError(28, "full")

    patch.setattr(disk, "write", cut)
    try:
        with pytest.raises(LogDegradedError):
            pen.event(size=20)
    finally:
        patch.undo()
    for _ in range(4):
        pen.event()
    writer.close()
    opened = open_log(writer.path, OpenMode.TAIL)
    assert facts_of(opened.history) == pen.written
    assert opened.report.dropped == 1


def lost_definition(folder: Path) -> None:
    """A number whose definition rotted is not given to somebody else."""
    log = folder / "l.wlog"
    make_log(log, 1_500, close=False)
    raw = bytearray(log.read_bytes())
    found = read(raw)
    for at in found.own:
        if raw[at + 6] == FrameType.DEFINE:
            raw[at + 62] ^= 1
    log.write_bytes(raw)
    writer = open_writer(log)
    used = set(open_log(log, OpenMode.SALVAGE).history.columns.run)
    assert writer.run_number("new") not in used
    writer.close()


def bombs(_folder: Path) -> None:
    """Impossible frames are damage."""
    for body in (b"\xdd\0\1\0\0" + b"\x90" * 65_536, b"\xc0", b"\x81\xa5table\xa3zoo"):
        raw = hostile.log(hostile.frame(1, body, FrameType.DEFINE))
        assert read(raw, OpenMode.SALVAGE).report.rotten


# --- the mutants --------------------------------------------------------------------------------------------------


def rewrite(patch: Patch, module: Any, owner: Any, name: str, old: str, new: str) -> None:
    """Put a changed copy of a function in place of it."""
    import inspect
    import textwrap

    source = textwrap.dedent(inspect.getsource(getattr(owner, name)))
    assert source.count(old) >= 1, f"{name} no longer holds {old!r}: the mutant must be made anew"
    scope: dict[str, Any] = {}
    text = source.replace(old, new).replace("super()", "super(type(self), self)")
    exec(compile("from __future__ import annotations\n" + text, f"<mutant {name}>", "exec"), vars(module), scope)  # noqa: S102 - our own source
    patch.setattr(owner, name, scope[name])


def drop_the_salt(patch: Patch) -> None:
    for module in (frames, scan):
        patch.setattr(module, "segment_seed", lambda recording, _salt: zlib.crc32(recording))


def drop_the_seed(patch: Patch) -> None:
    for module in (frames, scan):
        patch.setattr(module, "segment_seed", lambda _recording, _salt: 0)


def skip_the_seq_check(patch: Patch) -> None:
    rewrite(patch, scan, scan.Walk, "_one_by_one", "frame_seq != seq", "False")


def skip_the_crc(patch: Patch) -> None:
    rewrite(patch, scan, scan.Walk, "_one_by_one", "!= crc", "!= crc and False")


def crc_without_header(patch: Patch) -> None:
    rewrite(patch, scan, scan.Walk, "_one_by_one", "buffer[at + CRC_SIZE : end]", "buffer[at + FRAME_SIZE : end]")
    rewrite(patch, damage, damage, "_fits", "buffer[at + CRC_SIZE : end]", "buffer[at + FRAME_SIZE : end]")
    rewrite(patch, frames, frames.FrameFile, "_put", "_crc32(rest, self._seed)", "_crc32(rest[56:], self._seed)")
    rewrite(patch, frames, frames.FrameFile, "_note", "_crc32(rest, seed)", "_crc32(rest[56:], seed)")


def naive_frames(patch: Patch) -> None:
    """The frame that everybody writes first: zeros are a valid one, as crc32(b"") is 0."""
    patch.setattr(scan.Walk, "frames", _naive)


def _naive(self: Any, at: int) -> int:
    while at + 60 <= self.size:
        crc, magic, _, length, _, _ = HOT.unpack_from(self.buffer, at)
        end = at + 60 + length
        body = self.buffer[at + 4 : end] if magic == FRAME_MAGIC else self.buffer[at + 60 : end]
        if end > self.size or zlib.crc32(body, self.seed if magic else 0) != crc:
            break
        self.found.own.append(at)
        if magic == FRAME_MAGIC and self.buffer[at + 6] < 200:
            self.found.own.pop()
            self.found.offsets.append(at)
        at = end
    return at


def no_previous_end_check(patch: Patch) -> None:
    rewrite(patch, damage, damage, "why", "following.previous_end > start", "False")
    patch.setattr(scan, "why", damage.why)


def torn_headers_are_rot(patch: Patch) -> None:
    rewrite(patch, damage, damage, "why", "first != -1 and not _only_torn_headers(buffer, first, stop)", "first != -1")
    patch.setattr(scan, "why", damage.why)


def no_resync(patch: Patch) -> None:
    patch.setattr(scan, "good_frame_after", lambda *_: None)


def resync_accepts_old_numbers(patch: Patch) -> None:
    rewrite(patch, damage, damage, "_fits", "seq < lowest", "False")


def sync_before_the_write(patch: Patch) -> None:
    original = LogWriter.append

    def append(self: LogWriter, *args: Any, durable: bool = False, **facts: Any) -> int:
        if durable:
            disk.datasync(self._fd)
        seq = original(self, *args, **facts)
        self.synced_seq = self._seq
        return seq

    patch.setattr(LogWriter, "append", append)


def durable_means_later(patch: Patch) -> None:
    original = LogWriter.append

    def append(self: LogWriter, *args: Any, **facts: Any) -> int:
        return original(self, *args, **(facts | {"durable": False}))

    patch.setattr(LogWriter, "append", append)


def trust_after_failed_sync(patch: Patch) -> None:
    rewrite(patch, frames, frames.FrameFile, "_distrust", "self.distrusted = error", "pass")


def go_on_behind_a_torn_frame(patch: Patch) -> None:
    patch.setattr(LogWriter, "_recover", lambda self: setattr(self, "degraded", None))


def forget_what_was_dropped(patch: Patch) -> None:
    rewrite(patch, frames, frames.FrameFile, "_begin_segment", "if self._dropped:", "if False:")


def number_reused(patch: Patch) -> None:
    patch.setattr(Tables, "reserve", lambda *_: None)
    patch.setattr(Tables, "free", lambda self, table: len(self._keys[table]))


def believe_definitions(patch: Patch) -> None:
    patch.setattr("workbench.journal.notes.Notes.take", lambda *_: None)


MUTANTS: list[tuple[Callable[[Patch], None], Callable[[Path], None]]] = [
    (drop_the_salt, foreign),
    (drop_the_seed, foreign),
    (skip_the_seq_check, holes),
    (skip_the_crc, bits),
    (crc_without_header, bits),
    (naive_frames, zeros),
    (no_previous_end_check, lost_end),
    (torn_headers_are_rot, cuts),
    (no_resync, bits),
    (resync_accepts_old_numbers, holes),
    (sync_before_the_write, intent_first),
    (durable_means_later, intent_first),
    (trust_after_failed_sync, fsyncgate),
    (go_on_behind_a_torn_frame, full_disk),
    (forget_what_was_dropped, full_disk),
    (number_reused, lost_definition),
    (believe_definitions, bombs),
]
CHECKS = [cuts, bits, foreign, zeros, holes, lost_end, intent_first, fsyncgate, full_disk, lost_definition, bombs]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_sound_code_passes(tmp_path: Path, check: Callable[[Path], None]) -> None:
    random.seed(0)
    check(tmp_path)


@pytest.mark.parametrize(("mutant", "check"), MUTANTS, ids=lambda part: part.__name__)
def test_the_mutant_is_killed(
    tmp_path: Path, monkeypatch: Patch, mutant: Callable[[Patch], None], check: Callable[[Path], None]
) -> None:
    mutant(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception, LogError, StopIteration, ValueError)):
        check(tmp_path)
