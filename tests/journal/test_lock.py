"""One writer at a time: in this process, in another one, after a kill, and after a fork."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journal import hostile
from tests.journal.logs import Pen, abandon, facts_of, read_facts
from workbench._errors import (
    LogBusyError,
    LogError,
    NewerVersionError,
    NotALogError,
    RottenLogError,
)
from workbench.journal import OpenMode, disk, open_log, open_writer, writer_lives
from workbench.journal.format import FILE_MAGIC
from workbench.model import EventType

HOLDER = """
import sys
from workbench.journal import open_writer
writer = open_writer(sys.argv[1])
writer.append(20, writer.run_number("a"), 0, (1,), b"\\xc0")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shop.wlog"


def hold(log: Path) -> subprocess.Popen[str]:
    """Another process that holds the log until it is killed."""
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, *sys.path])}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(log)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    return holder


def in_child(work: object) -> None:
    """Run in a forked child, and fail where it fails."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()  # type: ignore[operator]  # a plain function
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


# --- the lock -------------------------------------------------------------------------------------------------------


def test_a_second_writer_in_the_same_process_is_refused(log: Path) -> None:
    writer = open_writer(log)
    whole = log.read_bytes()
    with pytest.raises(LogBusyError):
        open_writer(log)
    assert log.read_bytes() == whole
    writer.close()
    open_writer(log).close()


def test_a_second_writer_in_another_process_is_refused_until_the_first_is_killed(log: Path) -> None:
    holder = hold(log)
    try:
        with pytest.raises(LogBusyError):
            open_writer(log)
        assert writer_lives(log)
        assert open_log(log).report.writer_alive
    finally:
        holder.kill()
        holder.wait()
    assert not writer_lives(log)
    writer = open_writer(log)
    Pen(writer).event()
    writer.close()
    assert open_log(log, OpenMode.TAIL).report.segments == 2


def test_a_closed_log_has_no_living_writer_and_an_absent_one_neither(log: Path) -> None:
    assert not writer_lives(log)
    open_writer(log).close()
    assert not writer_lives(log)


@pytest.mark.parametrize("raw", [b"SQLite format 3\0" * 10, FILE_MAGIC + b"\2" * 200], ids=["foreign", "damaged"])
def test_a_file_that_is_no_log_is_not_written_to(log: Path, raw: bytes) -> None:
    log.write_bytes(raw)
    with pytest.raises(LogError) as caught:
        open_writer(log)
    assert not isinstance(caught.value, NewerVersionError)
    assert isinstance(caught.value, NotALogError) == raw.startswith(b"SQLite")
    assert log.read_bytes() == raw


def test_a_log_with_a_newer_segment_is_not_gone_on_with(log: Path) -> None:
    old = hostile.log(hostile.frame(1))
    log.write_bytes(old + hostile.newer(hostile.header(offset=len(old), first_seq=2)))
    raw = log.read_bytes()
    with pytest.raises(NewerVersionError):
        open_writer(log)
    assert log.read_bytes() == raw
    assert not writer_lives(log)


def test_a_log_whose_numbers_are_made_up_is_not_gone_on_with(log: Path) -> None:
    log.write_bytes(hostile.header(first_seq=1 << 63) + hostile.frame(1 << 63))
    with pytest.raises(RottenLogError, match="counts to"):
        open_writer(log)


def test_a_file_system_without_locks_is_said(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_fd: int, _how: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(disk.fcntl, "flock", refuse)  # type: ignore[attr-defined]  # the module is disk's own import
    with pytest.raises(LogError, match="No locks"):
        open_writer(log)
    assert not writer_lives(log)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="No such file"):
        open_writer(tmp_path / "nowhere" / "shop.wlog")


def test_a_log_is_readable_by_its_owner_only(log: Path) -> None:
    open_writer(log).close()
    assert log.stat().st_mode & 0o777 == 0o600


# --- fork -----------------------------------------------------------------------------------------------------------


def test_a_forked_child_writes_to_a_file_of_its_own_with_the_same_numbers(log: Path) -> None:
    writer = open_writer(log)
    pen = Pen(writer)
    for _ in range(20):
        pen.event()
    taken = log.with_name("taken")

    def child() -> None:
        taken.write_text(str(os.getpid()))
        log.with_name(f"shop.{os.getpid()}.wlog").write_bytes(b"of an earlier container")
        mine = Pen(writer, seed=8)
        for _ in range(20):
            mine.event()
        run = writer.run_number("order-0")
        writer.append(EventType.RunCompleted, run, 0, (), b"\xc0", durable=True)
        writer.close()
        written = open_log(writer.path, OpenMode.STRICT)
        assert written.history.event(20).run_id == "order-0"
        assert facts_of(written.history)[:20] == mine.written
        assert written.recording == writer.recording

    in_child(child)
    pid = taken.read_text()
    assert log.with_name(f"shop.{pid}.wlog").read_bytes() == b"of an earlier container"
    assert log.with_name(f"shop.{pid}-1.wlog").exists()
    with pytest.raises(LogBusyError):
        open_writer(log)  # the child's exit left the parent's lock alone
    pen.event()
    writer.close()
    assert read_facts(log, OpenMode.STRICT) == pen.written


def test_a_forked_child_that_writes_nothing_leaves_nothing(log: Path) -> None:
    writer = open_writer(log)
    pen = Pen(writer)
    pen.event()
    in_child(writer.close)
    in_child(lambda: None)
    assert [file.name for file in log.parent.iterdir()] == ["shop.wlog"]
    assert writer_lives(log)
    writer.close()


def test_a_child_of_a_child_writes_to_a_file_of_its_own_too(log: Path) -> None:
    writer = open_writer(log)

    def grandchild() -> None:
        Pen(writer).event()
        writer.close()
        assert writer.path.name == f"shop.{os.getpid()}.wlog"

    in_child(lambda: in_child(grandchild))
    assert len(list(log.parent.iterdir())) == 2
    writer.close()


def test_a_forked_child_does_not_keep_the_lock_of_a_dead_parent(log: Path) -> None:
    writer = open_writer(log)
    reading, writing = os.pipe()
    born, bearing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(bearing, b".")  # the hook that lets go of the parent's file has run
        os.read(reading, 1)
        os._exit(0)
    os.read(born, 1)
    try:
        abandon(writer)
        assert not writer_lives(log)
        open_writer(log).close()
    finally:
        os.write(writing, b".")
        os.waitpid(pid, 0)
