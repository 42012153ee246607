"""Replays recorded shapes in a process with another hash seed, time zone, locale and load, and prints what they asked.

    python -m tests.replay.elsewhere FOLDER THREADS

One line of JSON: for each shape the digest of its command stream (verb, position, name and encoded arguments of every
call, in order), the number of calls, and how it ended.
"""

from __future__ import annotations

import hashlib
import json
import locale
import sys
import threading
from pathlib import Path

from tests.replay.flows import SHAPES, replayed
from workbench.journal import open_log
from workbench.journal.codec import encode
from workbench.machine import Answer, BranchingMachine, Call, Slot, State
from workbench.program import plain_arguments
from workbench.replay import stepping

asked: list[bytes] = []


class Listening(BranchingMachine):
    """Writes down every call."""

    def ask(self, call: Call) -> State:
        note(call)
        return super().ask(call)

    def step_in_line(self, call: Call) -> Slot | None:
        slot = super().step_in_line(call)
        if slot is not None:
            note(call)
        return slot

    def instant(self, call: Call) -> Answer | None:
        note(call)
        return super().instant(call)


def note(call: Call) -> None:
    asked.append(encode([str(call.verb), list(call.position), call.name, plain_arguments(call)]))


def spin(over: threading.Event) -> None:
    while not over.is_set():
        sum(range(200))


def main(folder: str, threads: str) -> None:
    locale.setlocale(locale.LC_ALL, "")
    sys.setswitchinterval(1e-5)
    over = threading.Event()
    for _ in range(int(threads)):
        threading.Thread(target=spin, args=(over,), daemon=True).start()
    setattr(stepping, "BranchingMachine", Listening)  # noqa: B010 - this process only listens, and types need not know
    found = {}
    for name, (code, _) in SHAPES.items():
        asked.clear()
        trace = replayed(code, open_log(Path(folder, f"{name}.wlog")).history)
        digest = hashlib.sha256(b"".join(asked)).hexdigest()
        found[name] = [digest, len(asked), str(trace.outcome), len(trace)]
    over.set()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
