"""Logs to damage, and what is in them."""

from __future__ import annotations

import random
from array import array
from itertools import count
from pathlib import Path
from typing import Any

import msgpack

from workbench.journal import LogWriter, OpenMode, open_log, open_writer
from workbench.journal.entrance import first_header
from workbench.journal.format import FRAME, FRAME_SIZE
from workbench.journal.scan import Scan, scan
from workbench.model import Declaration, EventType, History, Kind

Fact = tuple[Any, ...]

NOWHERE_FILE = Path("shop.wlog")
"""A name for error messages about bytes that are in no file."""

STEPS = [Declaration("charge_card", Kind.COMPENSATABLE, kind_assumed=False, undo="refund"), Declaration("reserve")]


class Pen:
    """Writes made-up but repeatable events through a writer.

    Args:
        writer: The log.
        seed: Decides sizes and contents.
    """

    def __init__(self, writer: LogWriter, seed: int = 0) -> None:
        self.writer = writer
        self.random = random.Random(seed)
        self.written: list[Fact] = []

    def event(self, *, durable: bool = False, size: int | None = None) -> int:
        """Write one event; its facts are remembered once it is acknowledged."""
        draw, writer = self.random, self.writer
        run = writer.run_number(f"order-{draw.randrange(3)}")
        name = writer.name_number(draw.choice(STEPS))
        tag = writer.tag_number(draw.choice(["", "", "", "TimeoutError"]))
        position = tuple(draw.randrange(1, 9) for _ in range(draw.randrange(4)))
        body = msgpack.packb({"value": draw.randbytes(draw.randrange(90) if size is None else size)})
        event = draw.choice([EventType.StepStarted, EventType.StepCompleted, EventType.TimerFired])
        attempt, cause = draw.randrange(3), draw.randrange(9)
        seq = writer.append(event, run, name, position, body, attempt=attempt, tag=tag, cause=cause, durable=durable)
        self.written.append((seq, int(event), run, name, tag, attempt, cause, position, body))
        return seq

    def fill(self, size: int) -> None:
        """Write until the file has about this size."""
        while self.writer.path.stat().st_size < size:
            self.event()


def clocks() -> dict[str, Any]:
    """Clocks that tick by one millisecond, so that a log has the same bytes but for its salt."""
    wall, mono = count(1_700_000_000_000_000_000, 1_000_000), count(5_000_000_000, 1_000_000)
    return {"wall_ns": lambda: next(wall), "mono_ns": lambda: next(mono)}


def make_log(path: Path, size: int, *, seed: int = 0, close: bool = True, segments: int = 1) -> list[Fact]:
    """Write a log of about `size` bytes.

    Args:
        path: Where; a log that is there already is gone on with.
        size: Size at which writing stops.
        seed: Decides the contents.
        close: End in good order.
        segments: How many writers share the size, one after the other; all but the last one crash.
    """
    facts: list[Fact] = []
    for number in range(1, segments + 1):
        writer = open_writer(path, **clocks())
        pen = Pen(writer, seed + number)
        pen.fill(size * number // segments)
        facts += pen.written
        if close and number == segments:
            writer.close()
        else:
            abandon(writer)
    return facts


def abandon(writer: LogWriter) -> None:
    """End a writer as a crash does: nothing more is written, the lock goes."""
    import os

    writer._flusher.stop()
    fd, writer._fd = writer._fd, -1
    writer.closed = True
    os.close(fd)


def facts_of(history: History, raw: Any = None) -> list[Fact]:
    """The events of a history in the form in which `Pen` remembers them."""
    columns = history.columns
    read = raw or history.payloads.raw  # type: ignore[attr-defined]  # LogPayloads has it, the protocol need not
    return [
        (
            columns.seq[row], columns.type[row], columns.run[row], columns.name[row], columns.tag[row],
            columns.attempt[row], columns.cause[row], history.position(row), read(row),
        )
        for row in range(len(history))
    ]  # fmt: skip


def read_facts(path: Path, mode: OpenMode = OpenMode.PREFIX) -> list[Fact]:
    """The events of a file."""
    return facts_of(open_log(path, mode).history)


def read(buffer: bytes | bytearray, mode: OpenMode = OpenMode.PREFIX) -> Scan:
    """Scan bytes that are in no file."""
    return scan(buffer, mode, first_header(NOWHERE_FILE, buffer))


def frames(found: Scan) -> list[tuple[int, int]]:
    """Start of each frame and its type, in file order."""
    return sorted([(at, 0) for at in found.offsets] + [(at, 1) for at in found.own])


def frame_end(buffer: bytes | bytearray, at: int) -> int:
    """Where the frame that begins here ends."""
    return at + FRAME_SIZE + int(FRAME.unpack_from(buffer, at)[4])


def before(offsets: array[int], limit: int, ends: dict[int, int]) -> list[int]:
    """Those offsets whose frames end by `limit`."""
    return [at for at in offsets if ends[at] <= limit]
