"""The disk refuses the N-th operation, for every N: the caller is told, the log says it, and nothing else is lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.journal.logs import Pen, abandon, clocks, facts_of
from workbench._errors import LogDegradedError
from workbench.journal import Log, OpenMode, disk, open_log, open_writer, writer_lives
from workbench.model import Source

CALLS = 14


class Fault:
    """A disk whose N-th operation goes wrong.

    Args:
        kind: How.
        number: Which one, 1-based; it counts writes, or syncs when `kind` begins with "sync".
        times: How many operations go wrong.
    """

    def __init__(self, kind: str, number: int, times: int = 1) -> None:
        self.kind, self.left, self.times = kind, number, times
        self.struck = 0

    def strikes(self) -> bool:
        self.left -= 1
        hit = -self.times < self.left <= 0
        self.struck += hit
        return hit

    def write(self, fd: int, data: bytes) -> int:
        if self.kind.startswith("sync") or not self.strikes():
            return os.write(fd, data)
        return WAYS[self.kind](fd, data)

    def datasync(self, fd: int) -> None:
        if self.kind.startswith("sync") and self.strikes():
            raise OSError(int(self.kind.removeprefix("sync ")), "no")
        os.fdatasync(fd)


def _refuse(code: int) -> Callable[[int, bytes], int]:
    def way(_fd: int, _data: bytes) -> int:
        raise OSError(code, os.strerror(code))

    return way


def _cut(fd: int, data: bytes) -> int:
    os.write(fd, data[: max(1, len(data) * 2 // 3)])
    raise OSError(errno.ENOSPC, "full")


def _landed(fd: int, data: bytes) -> int:
    os.write(fd, data)
    raise OSError(errno.EIO, "said too late")


def _interrupted_before(_fd: int, _data: bytes) -> int:
    raise KeyboardInterrupt


def _interrupted_within(fd: int, data: bytes) -> int:
    os.write(fd, data[: len(data) // 2])
    raise KeyboardInterrupt


def _interrupted_after(fd: int, data: bytes) -> int:
    os.write(fd, data)
    raise KeyboardInterrupt


WAYS: dict[str, Callable[[int, bytes], int]] = {
    "ENOSPC": _refuse(errno.ENOSPC),
    "EIO": _refuse(errno.EIO),
    "EINTR": _refuse(errno.EINTR),
    "short": lambda fd, data: os.write(fd, data[: max(1, len(data) // 2)]),
    "cut": _cut,
    "landed": _landed,
    "interrupted before": _interrupted_before,
    "interrupted within": _interrupted_within,
    "interrupted after": _interrupted_after,
}
SYNCS = [f"sync {errno.EIO}", f"sync {errno.ENOSPC}"]


class Story:
    """Opens a log and writes events of all sorts, whatever the disk says."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.refused = 0
        self.pen: Pen | None = None

    def run(self) -> None:
        writer = None
        while writer is None:
            with self._patience():
                writer = open_writer(self.log, **clocks())
        self.refused = 0
        pen = self.pen = Pen(writer)
        for number in range(CALLS):
            with self._patience():
                pen.event(size=3_000 if number == 7 else None, durable=number in {2, 5, 9})
            if number == 8:
                with self._patience():
                    writer.add_source(Source("0" * 64, "shop.py", "shop", "def checkout(): ...\n"))
            if number % 4 == 3:
                with suppress(LogDegradedError, KeyboardInterrupt):
                    writer.mark_synced()
        with suppress(LogDegradedError, KeyboardInterrupt):
            writer.close()

    def _patience(self) -> suppress:
        story = self

        class Patience(suppress):
            def __exit__(self, kind: object, *rest: object) -> bool:
                story.refused += kind is not None
                return super().__exit__(kind, *rest)  # type: ignore[arg-type]  # a stand-in for the system call

        return Patience(LogDegradedError, KeyboardInterrupt)


def strike(log: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault) -> tuple[Story, Log]:
    """One story on a faulty disk, and what a reader finds afterwards."""
    monkeypatch.setattr("workbench.journal.writer.INLINE_LIMIT", 1_000)
    monkeypatch.setattr("workbench.journal.flusher.Flusher.wake", lambda _self: None)  # the story syncs by itself
    monkeypatch.setattr(disk, "write", fault.write)
    monkeypatch.setattr(disk, "datasync", fault.datasync)
    story = Story(log)
    story.run()
    monkeypatch.undo()
    return story, open_log(log, OpenMode.TAIL)  # raises for anything but torn tails


def everywhere(kind: str, times: int) -> Iterator[Fault]:
    """One fault for each operation of the story, until the story has no more of them."""
    for number in range(1, 500):
        fault = Fault(kind, number, times)
        yield fault
        if not fault.struck:
            return
    pytest.fail("the story never ends")


@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize("kind", WAYS)
def test_a_refused_write_is_told_and_said_and_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, times: int
) -> None:
    for number, fault in enumerate(everywhere(kind, times)):
        story, opened = strike(tmp_path / f"{number}.wlog", monkeypatch, fault)
        assert story.pen is not None
        facts = facts_of(opened.history)
        told = story.pen.written
        assert [fact for fact in facts if fact in told] == told, (number, str(opened.report))
        extra = len(facts) - len(told)
        assert 0 <= extra <= story.refused, number
        if "interrupted" not in kind and opened.report.closed:
            # "landed" are refused calls whose frame, perhaps a definition only, is there all the same.
            missing = story.refused - extra
            assert opened.report.dropped == missing or (kind == "landed" and opened.report.dropped < missing), number
        if kind == "short":
            assert story.refused == 0
            assert opened.report.closed


@pytest.mark.parametrize("kind", SYNCS)
def test_a_refused_sync_is_never_followed_by_a_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for number, fault in enumerate(everywhere(kind, 1)):
        story, opened = strike(tmp_path / f"{number}.wlog", monkeypatch, fault)
        assert story.pen is not None
        told = story.pen.written
        assert [fact for fact in facts_of(opened.history) if fact in told] == told
        if not fault.struck:
            assert not opened.report.sync_failed
        elif number:  # the very first sync makes the file; that story began again with a new one
            assert opened.report.sync_failed
            assert not opened.report.closed
            durable = [fact for fact in told if fact[0] <= opened.report.synced_seq]
            assert len(durable) <= len(told)


def test_after_a_failed_sync_no_later_one_of_the_same_file_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "shop.wlog"
    writer = open_writer(log)
    pen = Pen(writer)
    pen.event(durable=True)
    synced = writer.synced_seq
    with monkeypatch.context() as broken:
        broken.setattr(disk, "datasync", Fault(SYNCS[0], 1).datasync)
        with pytest.raises(LogDegradedError, match="EIO"):
            pen.event(durable=True)
    pen.event()  # what needs no promise is still written: it survives the process
    for _ in range(3):
        with pytest.raises(LogDegradedError):
            writer.sync()
        with pytest.raises(LogDegradedError):
            pen.event(durable=True)
    assert writer.synced_seq == synced
    writer.close()  # says nothing new
    report = open_log(log).report
    assert report.sync_failed
    assert report.synced_seq <= synced


def failed_sync(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a log behind whose writer saw a sync fail."""
    writer = open_writer(log)
    with monkeypatch.context() as broken:
        broken.setattr(disk, "datasync", Fault(SYNCS[0], 1).datasync)
        with pytest.raises(LogDegradedError):
            Pen(writer).event(durable=True)
    abandon(writer)


def test_a_failed_sync_is_remembered_where_the_disk_cannot_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "shop.wlog"
    failed_sync(log, monkeypatch)
    monkeypatch.setattr(disk, "forget_cached", lambda _fd: False)
    second = open_writer(log)
    Pen(second).event()
    with pytest.raises(LogDegradedError):
        Pen(second).event(durable=True)
    abandon(second)
    monkeypatch.setattr("workbench.journal.resume.boot_hash", lambda: 1)  # what is read after a restart is on the disk
    third = open_writer(log)
    Pen(third).event(durable=True)
    third.close()


def test_a_failed_sync_is_forgiven_to_a_file_that_reads_back_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "shop.wlog"
    failed_sync(log, monkeypatch)
    asked: list[bool] = []

    def forget(fd: int) -> bool:
        asked.append(True)
        log.write_bytes(log.read_bytes()[:-9])  # the disk holds less than the kernel remembered
        return fd >= 0

    monkeypatch.setattr(disk, "forget_cached", forget)
    before = open_log(log).report.frames
    second = open_writer(log)
    assert asked == [True]
    assert second._seq == before
    Pen(second).event(durable=True)
    second.close()


def test_a_sync_that_fails_while_a_log_is_opened_again_is_remembered_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "shop.wlog"
    open_writer(log).close()
    with monkeypatch.context() as broken:
        broken.setattr(disk, "datasync", Fault(SYNCS[0], 1).datasync)
        with pytest.raises(LogDegradedError):
            open_writer(log)
    assert not writer_lives(log)
    assert open_log(log, OpenMode.TAIL).report.sync_failed


def test_the_kernel_can_be_made_to_forget_a_file(tmp_path: Path) -> None:
    log = tmp_path / "shop.wlog"
    writer = open_writer(log)
    Pen(writer).fill(50_000)
    forgotten = disk.forget_cached(writer._fd)
    writer.close()
    report = open_log(log, OpenMode.STRICT).report
    assert report.closed
    assert forgotten in {True, False}  # a file system in memory has nothing to forget


def test_a_new_log_on_a_full_disk_leaves_no_torn_header_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "shop.wlog"
    with monkeypatch.context() as full:
        full.setattr(disk, "write", Fault("cut", 1).write)
        with pytest.raises(LogDegradedError):
            open_writer(log)
    assert not log.exists()
    open_writer(log).close()
    assert open_log(log).report.closed


def test_an_existing_log_on_a_full_disk_is_not_touched_by_opening_it_for_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "shop.wlog"
    open_writer(log).close()
    whole = log.read_bytes()
    with monkeypatch.context() as full:
        full.setattr(disk, "write", Fault("ENOSPC", 1, 100).write)
        with pytest.raises(LogDegradedError):
            open_writer(log)
    assert log.read_bytes() == whole
    open_writer(log).close()


def test_a_sync_that_failed_in_the_background_is_told_at_the_end_at_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_writer(tmp_path / "shop.wlog")
    with monkeypatch.context() as broken:
        broken.setattr(disk, "datasync", Fault(SYNCS[0], 1, 1_000).datasync)
        Pen(writer).event()
        thread = writer._flusher._thread
        assert thread is not None
        thread.join(30)
    assert writer.untold
    with pytest.raises(LogDegradedError):
        writer.close()
    assert not writer_lives(writer.path)


def test_the_flusher_outlives_a_refused_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_writer(tmp_path / "shop.wlog")
    pen = Pen(writer)
    pen.event()
    thread = writer._flusher._thread
    with monkeypatch.context() as full:
        full.setattr(disk, "write", Fault("ENOSPC", 1, 100).write)
        with pytest.raises(LogDegradedError):
            pen.event()
    pen.event()
    assert thread is not None
    assert thread.is_alive()
    writer.close()
    assert open_log(writer.path).report.dropped == 1
