"""A million events, the same in a log, in an SQLite table and in an MCAP file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import msgpack

from workbench.journal import open_writer
from workbench.model import NOWHERE, Declaration, EventType, Kind, Position, position_text

__all__ = ["EVENTS", "Files", "write_log", "write_mcap", "write_sqlite"]

EVENTS = 1_000_000
_RUNS = 1_000
_PER_RUN = EVENTS // _RUNS
_STEP_NAMES = 13
_START_NS = 1_790_000_000_000_000_000
_TICK_NS = 137_000
_IDEMPOTENCY = 0x9E3779B97F4A7C15F39CC0605CEDC834


@dataclass(frozen=True, slots=True)
class Files:
    """The same events three times.

    Attributes:
        log: As our log.
        sqlite: As an SQLite database.
        mcap: As an MCAP file.
        cache: Cache folder that holds the log's index.
    """

    log: str
    sqlite: str
    mcap: str
    cache: str


class _Event(NamedTuple):
    seq: int
    time_ns: int
    run: str
    type: EventType
    position: Position
    name: str
    attempt: int
    cause: int
    body: bytes


def events() -> Iterator[_Event]:
    """Runs one after the other: a beginning, steps that start and complete, some of them in branches, an end."""
    for seq in range(1, EVENTS + 1):
        run, place = divmod(seq - 1, _PER_RUN)
        run_id, time_ns = f"order-{run:06}", _START_NS + seq * _TICK_NS
        if place in {0, _PER_RUN - 1}:
            type_ = EventType.RunCompleted if place else EventType.RunStarted
            yield _Event(seq, time_ns, run_id, type_, NOWHERE, "checkout", 0, 0, _body(seq, run))
            continue
        step, closing = divmod(place - 1, 2)
        position = (step + 1,) if step % 4 else (step + 1, 2)
        type_ = EventType.StepCompleted if closing else EventType.StepStarted
        cause = seq - 1 if closing else 0
        yield _Event(seq, time_ns, run_id, type_, position, f"step-{step % _STEP_NAMES}", 1, cause, _body(seq, run))


def _body(seq: int, run: int) -> bytes:
    idempotency = f"{seq * _IDEMPOTENCY % (1 << 128):032x}"
    arguments = {"amount": seq % 99_991, "currency": "EUR", "idempotency_key": idempotency}
    body: bytes = msgpack.packb(
        {"args": [run, f"customer-{run:06}", "Main Street 1"], "kwargs": arguments, "at": ["flow.py", seq % 300]}
    )
    return body


def write_log(path: Path) -> None:
    """Record them through the writer, with its own clocks."""
    declarations: dict[str, Declaration] = {}
    writer = open_writer(path)
    for event in events():
        declaration = declarations.setdefault(event.name, Declaration(event.name, Kind.IDEMPOTENT, kind_assumed=False))
        writer.append(
            event.type, writer.run_number(event.run), writer.name_number(declaration), event.position, event.body,
            attempt=event.attempt, cause=event.cause,
        )  # fmt: skip
    writer.close()


def write_sqlite(path: Path) -> None:
    """Insert them into one table."""
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE events (seq INTEGER PRIMARY KEY, time INTEGER, run_id TEXT, event TEXT, position TEXT,"
        " name TEXT, attempt INTEGER, cause INTEGER, payload BLOB)"
    )
    database.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (one.seq, one.time_ns, one.run, one.type.name, position_text(one.position), *one[5:])
            for one in events()
        ),
    )  # fmt: skip
    database.commit()
    database.close()


def write_mcap(path: Path) -> None:
    """Write them as messages in chunks of 1 MiB, not compressed, with checksums: the fastest that MCAP is read."""
    mcap = import_module("mcap.writer")
    with path.open("wb") as file:
        writer = mcap.Writer(file, compression=mcap.CompressionType.NONE)
        writer.start(profile="bench", library="workbench")
        channel = writer.register_channel("events", "msgpack", writer.register_schema("event", "", b""))
        for one in events():
            data = msgpack.packb((one.run, one.type.name, one.position, *one[5:]))
            writer.add_message(channel, log_time=one.time_ns, publish_time=one.time_ns, sequence=one.seq, data=data)
        writer.finish()
