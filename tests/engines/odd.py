"""What anybody may put into a JSON document, where it can go, and what a person would look at then."""

from __future__ import annotations

import contextlib
import copy
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import workbench as wb

__all__ = ["BROKEN", "ODD", "changed", "look_at", "memory_of", "places", "written"]

ODD: list[Any] = [
    None, True, "\ud800", {"name": "\udfff"}, -1, 0, 255, 1 << 40, 1 << 70, 1e308, float("nan"), float("inf"), "", "x",
    "-7", "9" * 4000, [], {}, [[]], [256], [1, "x"], {"Success": 5}, {"Failure": "x"}, {"Failure": {"code": []}},
    "{", "[" * 3000, '{"Command": 1}', '{"Notification": {"Completion": []}}', '{"Command": {"Run": {"name": 7}}}',
    {"Payload": "[" * 3000}, {"Payload": 5}, {"Payload": {"ErrorType": []}}, {"Error": []}, {"Index": -1}, {"Name": {}},
    "9999-12-31T23:59:59Z", "0001-01-01", "2026-11-24T10:00:00+23:59", "Notification: Run", "Command: Input",
    "StepSucceeded", "ExecutionStarted",
]  # fmt: skip

BROKEN = [
    (b"", "is empty"),
    (b" \n\t", "is empty"),
    (b"\xef\xbb\xbf", "is empty"),
    (b'{"rows": [{"id": "inv_1", "entry_type": "Comm', "ends in the middle"),
    (b'{"Events": [{"EventType": "ExecutionStarted"}', "ends in the middle"),
    (b'{"rows": [{"index": 1} x', "line 1, column 24"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"rows": [{"index": ' + b"9" * 5000 + b"}]}", "is no JSON"),
    (b'{"rows": "\xff\xfe"}', "is no JSON"),
]
"""What is wrong with a file, and what is said."""


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Ways to every part of a document, itself left out."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [place for key, part in parts for place in places(part, (*path, key))]
    return [path, *found] if path else found


def changed(document: Any, changes: list[tuple[tuple[Any, ...], Any]]) -> Any:
    """A document with other values at some places."""
    document = copy.deepcopy(document)
    for (*way, last), value in changes:
        node = document
        with contextlib.suppress(LookupError, TypeError):  # an earlier change has taken the way away
            for key in way:
                node = node[key]
            node[last] = copy.deepcopy(value)  # a later change may go into it
    return document


def look_at(path: Path) -> int:
    """Everything a person would look at; the number of runs."""
    recording = wb.open(path)
    assert len(recording.events) == sum(recording.runs["events"])
    assert len(recording.steps) == sum(recording.runs["steps"])
    for run in recording:
        assert str(run.verdict())
        assert run.verdict().options is not None
        assert run.hazards() is not None
        assert run.terminal_timeline()
        assert run._repr_html_()
        for seq in run.events["seq"]:
            assert repr(run.payload(int(seq)))
    return len(recording)


_MEMORY = textwrap.dedent(
    """
    import sys
    from importlib import import_module
    from pathlib import Path

    def peak():
        # of this process alone: ru_maxrss goes on from the parent
        return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

    engine = import_module("workbench.engines." + sys.argv[1])
    from workbench._errors import WorkbenchError
    before = peak()
    try:
        engine.load(Path(sys.argv[2]))
    except WorkbenchError:
        pass
    print((peak() - before) * 1024)
    """
)


def memory_of(engine: str, path: Path) -> int:
    """Bytes that opening a file takes, in a process of its own."""
    command = [sys.executable, "-c", _MEMORY, engine, str(path)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def written(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document))
    return path
