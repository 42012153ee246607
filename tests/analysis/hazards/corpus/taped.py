"""Recordings of real workflows: recorded by `workbench.recorder`, and then looked at with the code of today.

has(11, "lucky customer", '''
@wb.workflow
def flow(order):
    if random.random() < 0.5:
        gift(order)
''')
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import NamedTuple

from tests.analysis.divergence.mutants import load, record
from tests.analysis.hazards.corpus.recording import ENTRIES, Entry, Recording
from tests.story import NS
from workbench.journal import open_log
from workbench.model import History

__all__ = ["HEAD", "Act", "Tape", "environ", "has", "has_not"]

HEAD = """\
import asyncio, concurrent.futures, contextlib, datetime, enum, functools, hashlib, logging, os, queue, random, secrets
import socket, sys, threading, time, uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Optional, Sequence

import workbench as wb

CUSTOMERS = ["anna", "bob", "eve", "joan", "lou", "max", "nina", "otto", "pia"]

@wb.step(kind="read")
def price(sku: Any) -> int:
    return 10 + len(str(sku))

@wb.step(kind="write")
def charge(order: Any, amount: Any = 1) -> str:
    return f"ch_{order}"

@wb.step(kind="write")
def mail(to: Any, text: Any = "") -> str:
    return f"sent to {to}"

@wb.step(kind="idempotent")
def store(key: Any, value: Any = None) -> str:
    return f"stored {key}"

@wb.step(kind="read")
async def look(what: Any) -> str:
    return f"seen {what}"

"""
"""What every taped workflow has at hand."""

_ROOT = Path(__file__).parents[4]
_DONE = "done\n"
_CHILD = "from tests.analysis.hazards.corpus.taped import tape_in_child; tape_in_child()"

Act = Callable[[ModuleType], object]


def _nothing(module: ModuleType) -> None:
    del module


class Tape(NamedTuple):
    """How a workflow is recorded and looked at.

    Attributes:
        now: The code of today; the recorded one by default.
        before: What is done to the surroundings before the recording.
        after: What is done to them afterwards.
        cut: Events that are cut off the end, so that the run is open.
        other_process: Recorded in a process with another seed for hashes.
    """

    now: str = ""
    before: Act = _nothing
    after: Act = _nothing
    cut: int = 0
    other_process: bool = False


_PLAIN = Tape()


def environ(name: str, value: str | None) -> Act:
    """Set a variable, or take it away."""

    def put(module: ModuleType) -> None:
        del module
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value

    return put


def has(hazard: int, name: str, text: str, tape: Tape = _PLAIN) -> None:
    """File a recording that has the hazard.

    Args:
        hazard: Its number.
        name: What the recording is about.
        text: Module text after `HEAD`; the workflow is `flow`.
        tape: How it is recorded and looked at.
    """
    ENTRIES.append(_entry(hazard, name, text, tape)._replace(found=True))


def has_not(hazard: int, name: str, text: str, tape: Tape = _PLAIN) -> None:
    """File a recording that looks as if it had the hazard, and has not; arguments as of `has`."""
    ENTRIES.append(_entry(hazard, name, text, tape))


def _entry(hazard: int, name: str, text: str, tape: Tape) -> Entry:
    title = f"{hazard:02} {name}"

    def make(folder: Path) -> Recording:
        then = HEAD + dedent(text)
        whole = _recorded(folder / "a.wlog", then, tape)
        module = load(HEAD + dedent(tape.now)) if tape.now else load(then)
        tape.after(module)
        history = whole.until(whole.columns.seq[-1 - tape.cut])
        report = open_log(folder / "a.wlog").report
        return Recording(title, history, "r", report, history.columns.time_ns[-1] + 60 * NS, module.flow)

    return Entry(hazard, found=False, name=title, make=make)


def _recorded(path: Path, text: str, tape: Tape) -> History:
    if tape.other_process:
        path.write_bytes(_log_of_other_process(text))
        return open_log(path).history
    module = load(text)
    tape.before(module)
    return record(path, module.flow)


@cache
def _log_of_other_process(text: str) -> bytes:
    """The log of a process in which hashes have another seed than here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.wlog"
        child = _other_process()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps([str(path), text]) + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == _DONE, "the other process has failed"
        return path.read_bytes()


@cache
def _other_process() -> subprocess.Popen[str]:
    """One process with another seed for hashes, for all recordings that want one."""
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    paths = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
    command = [sys.executable, "-c", _CHILD]
    child = subprocess.Popen(command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(child.communicate)  # its input ends, and with it the process
    return child


def tape_in_child() -> None:
    """Record one text after the other, as they come on standard input: in a process of its own, for its seed."""
    for line in sys.stdin:
        path, text = json.loads(line)
        record(Path(path), load(text).flow)
        print(_DONE, end="", flush=True)  # noqa: T201 - the parent waits for it
