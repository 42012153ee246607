"""`kill -9` at any moment: no acknowledged event is lost, every log opens, and can be gone on with."""

from __future__ import annotations

import os
import random
import select
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.journal.logs import Pen
from tests.journal.writing_child import ACKNOWLEDGED
from workbench.journal import Log, OpenMode, open_log, open_writer
from workbench.model import EventType

CHILD = Path(__file__).with_name("writing_child.py")
LOOPS = 34
"""Of each of three variants: 102 kills."""

VARIANTS = pytest.mark.parametrize(
    ("threads", "intents"), [(1, False), (4, False), (1, True)], ids=["1", "4", "intents"]
)


def kill_a_writer(log: Path, threads: int, *, intents: bool, after: int) -> list[tuple[int, int, int]]:
    """Run a writer until it has acknowledged `after` events or a little more, kill it, return all it acknowledged."""
    reading, writing = os.pipe()
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-S", str(CHILD), str(log), str(writing), str(threads), str(int(intents))]
    paths = os.pathsep.join([root, *sys.path])
    child = subprocess.Popen(command, pass_fds=[writing], env={**os.environ, "PYTHONPATH": paths})
    os.close(writing)
    told = bytearray()
    try:
        while len(told) < after * ACKNOWLEDGED.size:
            assert select.select([reading], [], [], 60)[0], "the child writes nothing"
            part = os.read(reading, 1 << 16)
            assert part, f"the child ended by itself with {child.wait()}"
            told += part
    finally:
        child.kill()
        child.wait()
    while part := os.read(reading, 1 << 16):
        told += part
    os.close(reading)
    whole = len(told) - len(told) % ACKNOWLEDGED.size
    return list(ACKNOWLEDGED.iter_unpack(told[:whole]))


def count_events(log: Log) -> dict[str, Counter[int]]:
    """How often each run has each type of event, after checking that its positions leave no hole."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for row, (run, type_) in enumerate(zip(log.history.columns.run, log.history.columns.type, strict=True)):
        counter = counts[log.history.runs[run]]
        counter[type_] += 1
        assert log.history.position(row) == (counter[type_],)
        body = log.history.payload(row)
        assert int.from_bytes(body[:4], "little") == counter[type_] - 1
    return counts


def one_loop(log: Path, seed: int, threads: int, *, intents: bool) -> None:
    draw = random.Random(seed)
    told = kill_a_writer(log, threads, intents=intents, after=draw.choice([1, 2, 3, 10, 40, draw.randrange(1, 300)]))
    opened = open_log(log, OpenMode.TAIL)  # raises for anything but a torn tail
    counts = count_events(opened)
    answered = EventType.StepCompleted if intents else EventType.TimerFired
    for thread in range(threads):
        events = max((number + 1 for who, number, effect in told if who == thread and not effect), default=0)
        effects = max((number + 1 for who, number, effect in told if who == thread and effect), default=0)
        counter = counts[f"thread-{thread}"]
        assert counter[answered] >= events, f"{seed=}: an acknowledged event is lost"
        assert counter[answered] <= events + 1, f"{seed=}: an event that nobody wrote"
        if intents:
            assert counter[EventType.StepStarted] >= effects, f"{seed=}: an effect without its intent"
    assert not opened.report.closed
    assert not opened.report.writer_alive
    with_more = open_writer(log)
    pen = Pen(with_more)
    pen.event(durable=True)
    with_more.close()
    again = open_log(log, OpenMode.TAIL)
    assert len(again.history) == len(opened.history) + 1
    assert again.report.segments == 2
    assert again.report.closed
    assert list(again.history.columns.seq) == sorted(set(again.history.columns.seq))


@VARIANTS
@pytest.mark.parametrize("part", range(2))
def test_no_acknowledged_event_is_lost(tmp_path: Path, part: int, threads: int, *, intents: bool) -> None:
    for number in range(LOOPS // 2):
        seed = part * 1_000 + number
        one_loop(tmp_path / f"{seed}.wlog", seed, threads, intents=intents)


@pytest.mark.nightly
@VARIANTS
@pytest.mark.parametrize("part", range(8))
def test_no_acknowledged_event_is_lost_in_many_kills(tmp_path: Path, part: int, threads: int, *, intents: bool) -> None:
    for number in range(84):
        seed = 10_000 + part * 1_000 + number
        one_loop(tmp_path / "shop.wlog", seed, threads, intents=intents)
        (tmp_path / "shop.wlog").unlink()
