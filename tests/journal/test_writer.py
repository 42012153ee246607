"""The writer: one at a time, whatever forks, crashes or threads do; numbers that only grow; limits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.journal.logs import Pen, abandon, clocks, facts_of, make_log, read_facts
from workbench._errors import LogBusyError, LogError, NewerVersionError, NotALogError, PayloadTooLargeError, UsageError
from workbench.journal import OpenMode, disk, open_log, open_writer, writer_lives
from workbench.journal.format import FILE_MAGIC, INLINE_LIMIT, PAYLOAD_LIMIT
from workbench.model import Declaration, EventType

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


# --- numbers and definitions ----------------------------------------------------------------------------------------


def test_numbers_only_grow_over_segments_and_definitions_are_carried_on(log: Path) -> None:
    facts = make_log(log, 6_000, segments=4)
    history = open_log(log, OpenMode.STRICT).history
    assert facts_of(history) == facts
    seqs = list(history.columns.seq)
    assert seqs == sorted(set(seqs))
    writer = open_writer(log)
    assert [writer.run_number(f"order-{number}") for number in range(3)] == [
        history.runs.index(f"order-{number}") for number in range(3)
    ]
    writer.close()
    assert len(open_log(log).history.processes) == 5


def test_a_name_with_another_declaration_is_another_number(log: Path) -> None:
    writer = open_writer(log)
    first = writer.name_number(Declaration("charge"))
    assert writer.name_number(Declaration("charge")) == first
    assert writer.name_number(Declaration("charge", undo="refund")) != first
    writer.close()


def test_what_is_too_long_for_a_definition_is_a_usage_error(log: Path) -> None:
    writer = open_writer(log)
    with pytest.raises(UsageError):
        writer.run_number("x" * 70_000)
    writer.run_number("order-\udc80")  # any text that Python can hold is a name
    Pen(writer).event()
    writer.close()
    assert len(open_log(log, OpenMode.STRICT).history) == 1


def test_attempts_beyond_two_bytes_stay_at_the_highest_number(log: Path) -> None:
    writer = open_writer(log)
    writer.append(EventType.StepStarted, writer.run_number("a"), 0, (1,), b"\xc0", attempt=70_000)
    writer.close()
    assert list(open_log(log).history.columns.attempt) == [0xFFFF]


def test_an_empty_body_is_refused_before_anything_is_written(log: Path) -> None:
    writer = open_writer(log)
    with pytest.raises(ValueError, match="one byte"):
        writer.append(EventType.StepStarted, 0, 0, (), b"")
    writer.close()
    assert open_log(log, OpenMode.STRICT).report.closed


# --- large payloads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [INLINE_LIMIT, INLINE_LIMIT + 1, 3 * INLINE_LIMIT, PAYLOAD_LIMIT])
def test_large_payloads_come_back_whole(log: Path, size: int) -> None:
    writer = open_writer(log)
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    writer.append(EventType.StepCompleted, writer.run_number("a"), 0, (1, 2), body)
    writer.close()
    opened = open_log(log, OpenMode.STRICT)
    assert facts_of(opened.history)[0][-1] == body
    assert opened.report.events == 1


def test_a_payload_beyond_the_limit_is_refused_and_nothing_is_written(log: Path) -> None:
    writer = open_writer(log)
    size = log.stat().st_size
    with pytest.raises(PayloadTooLargeError):
        writer.append(EventType.StepCompleted, 0, 0, (), bytes(PAYLOAD_LIMIT + 1))
    assert log.stat().st_size == size
    writer.close()


def test_parts_refer_rightly_to_each_other_after_a_mended_write(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = open_writer(log)
    pen = Pen(writer)
    pen.event()
    with monkeypatch.context() as full:
        full.setattr(disk, "write", lambda _fd, _data: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(LogError):
            pen.event()
    pen.event(size=INLINE_LIMIT + 5)
    writer.close()
    assert read_facts(log) == pen.written


# --- durability -----------------------------------------------------------------------------------------------------


class Syncs:
    """Counts the syncs of the disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        monkeypatch.setattr(disk, "datasync", self)
        monkeypatch.setattr("workbench.journal.flusher.Flusher.wake", lambda _self: None)

    def __call__(self, fd: int) -> None:
        self.count += 1
        os.fdatasync(fd)


def test_a_durable_event_is_synced_before_append_returns_and_others_are_not(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = Syncs(monkeypatch)
    writer = open_writer(log)
    pen = Pen(writer)
    before = syncs.count
    pen.event()
    assert syncs.count == before
    seq = pen.event(durable=True)
    assert syncs.count == before + 1
    assert writer.synced_seq == seq
    writer.close()


def test_strict_syncs_every_event(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = Syncs(monkeypatch)
    writer = open_writer(log, durability="strict")
    pen = Pen(writer)
    before = syncs.count
    for _ in range(5):
        assert pen.event() == writer.synced_seq
    assert syncs.count == before + 5
    writer.close()


def test_what_is_synced_is_said_in_the_log(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = Syncs(monkeypatch)
    writer = open_writer(log)
    pen = Pen(writer)
    seq = pen.event()
    writer.mark_synced()
    count = syncs.count
    writer.mark_synced()
    assert syncs.count == count, "nothing new to sync"
    assert open_log(log).report.synced_seq == seq
    pen.event()
    assert open_log(log).report.synced_seq == seq
    writer.close()


def test_opening_a_log_again_syncs_what_the_dead_writer_left(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_log(log, 2_000, close=False)
    syncs = Syncs(monkeypatch)
    writer = open_writer(log)
    assert syncs.count == 1
    writer.close()


def test_the_flusher_syncs_by_itself(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = threading.Event()
    writer = open_writer(log)
    original = writer.mark_synced

    def mark() -> None:
        original()
        marked.set()

    monkeypatch.setattr(writer, "mark_synced", mark)
    seq = Pen(writer).event()
    assert marked.wait(30)
    assert open_log(log).report.synced_seq >= seq
    writer.close()


# --- the end, and threads -------------------------------------------------------------------------------------------


def test_closing_twice_is_closing_once(log: Path) -> None:
    writer = open_writer(log)
    writer.close()
    size = log.stat().st_size
    writer.close()
    assert log.stat().st_size == size
    assert open_log(log, OpenMode.STRICT).report.closed


def test_appending_to_a_closed_log_is_an_error_and_writes_nowhere(log: Path) -> None:
    writer = open_writer(log)
    pen = Pen(writer)
    pen.event()
    writer.close()
    size = log.stat().st_size
    for _ in range(2):
        with pytest.raises(LogError, match="closed"):
            pen.event()
    assert log.stat().st_size == size


def test_eight_threads_lose_and_mix_nothing(log: Path) -> None:
    writer = open_writer(log, **clocks())
    pens = [Pen(writer, seed) for seed in range(8)]
    threads = [
        threading.Thread(target=lambda pen=pen: [pen.event(durable=n % 40 == 0) for n in range(200)]) for pen in pens
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    everything = sorted(fact for pen in pens for fact in pen.written)
    assert len(everything) == 1_600
    assert read_facts(log, OpenMode.STRICT) == everything
