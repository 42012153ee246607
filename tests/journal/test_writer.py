"""The writer: numbers that only grow, large payloads, durability, closing, threads."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.journal.logs import Pen, clocks, facts_of, make_log, read_facts
from workbench._errors import (
    LogError,
    PayloadTooLargeError,
    UsageError,
)
from workbench.journal import OpenMode, disk, open_log, open_writer
from workbench.journal.flusher import Flusher
from workbench.journal.format import INLINE_LIMIT, PAYLOAD_LIMIT
from workbench.model import Declaration, EventType


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "shop.wlog"


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


def test_stopping_the_flusher_while_it_clears_its_signal_ends_it(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "a.wlog")
    flusher = Flusher(writer)
    clear = flusher._dirty.clear

    def stopped_just_before() -> None:
        flusher._stopped.set()
        flusher._dirty.set()
        clear()

    flusher._dirty.clear = stopped_just_before  # type: ignore[method-assign]  # the moment of the race, made certain
    flusher.wake()
    assert flusher._thread is not None
    flusher._thread.join(10)
    assert not flusher._thread.is_alive()
    writer.close()
