"""A process that records: `python -m tests.server.writer LOG`. Each line that it reads is the id of a run to record."""

from __future__ import annotations

import sys
from pathlib import Path

import workbench as wb
from tests.recording.shop import buy

if __name__ == "__main__":
    with wb.Recorder(Path(sys.argv[1])) as recorder:
        for line in sys.stdin:
            recorder.run(buy, ["book"], id=line.strip())
            sys.stdout.write(f"{line.strip()}\n")
            sys.stdout.flush()
