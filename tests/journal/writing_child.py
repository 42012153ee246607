"""A process to be killed: writes through `LogWriter` and tells each acknowledged event over a pipe.

Run as `python writing_child.py LOG FD THREADS INTENTS`.
"""

from __future__ import annotations

import os
import struct
import sys
import threading

from workbench.journal import open_writer
from workbench.model import Declaration, EventType, Kind

ACKNOWLEDGED = struct.Struct("<IIB")
"""Thread, its own count, and what: 0 an event, 1 the effect itself (its intent was durable before)."""


def main() -> None:
    """Write until killed."""
    path, fd, threads, intents = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1"
    writer = open_writer(path)
    name = writer.name_number(Declaration("charge", Kind.WRITE))

    def work(thread: int) -> None:
        run = writer.run_number(f"thread-{thread}")
        number = 0
        while True:
            body = b"\xc4\xff" + number.to_bytes(4, "little") + bytes(251)
            if intents:
                seq = writer.append(EventType.StepStarted, run, name, (number + 1,), body, durable=True)
                os.write(fd, ACKNOWLEDGED.pack(thread, number, 1))  # the effect: the world has changed
                writer.append(EventType.StepCompleted, run, name, (number + 1,), body, cause=seq)
            else:
                writer.append(EventType.TimerFired, run, name, (number + 1,), body)
            os.write(fd, ACKNOWLEDGED.pack(thread, number, 0))
            number += 1

    for thread in range(threads):
        threading.Thread(target=work, args=(thread,)).start()


if __name__ == "__main__":
    main()
