"""Explore a run in a process of its own with another hash seed: is it the order of a set that changes what is asked?

The order in which Python goes through a set of text is decided once per process. The child is killed when it takes
too long. It imports the workflow's module as replay does, or, where that cannot be imported, executes its text.
"""

from __future__ import annotations

import json
import linecache
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench._errors import WorkbenchError
from workbench.program import Workflow
from workbench.replay.explore import Exploration, explore

__all__ = ["Signature", "explored_with_seeds", "signature"]

_PATIENCE_SECONDS = 60.0
Signature = tuple[Any, ...]
"""How an exploration left the log; see `signature`."""


def signature(exploration: Exploration, *, with_arguments: bool) -> Signature:
    """What decides whether two explorations left the log in the same way; `("fits",)` when it was not left.

    Args:
        exploration: What the code asked for.
        with_arguments: Whether other arguments of the same call count.
    """
    if exploration.left_at is None:
        return ("fits",)
    asked = exploration.first
    if asked is None:
        return ("ended", exploration.left_at)
    call = asked.call
    words = repr(asked.arguments) if with_arguments else ""
    return ("asked", exploration.asked_before, exploration.left_at, str(call.verb), call.name, words)


def explored_with_seeds(
    workflow: Workflow[..., Any], origin: str, run_id: str, seeds: Sequence[int], *, with_arguments: bool
) -> list[Signature]:
    """The signature of an exploration for each hash seed; seeds whose process failed are left out.

    Args:
        workflow: The code; defined at the top of a module whose source is at hand.
        origin: Path of the log.
        run_id: The run.
        seeds: Values for `PYTHONHASHSEED`; one process each, all at once.
        with_arguments: See `signature`.
    """
    function = workflow.function
    code = getattr(function, "__code__", None)
    if code is None or "." in function.__qualname__ or not Path(origin).is_file():
        return []
    request = {
        "path": sys.path, "origin": str(Path(origin).resolve()), "run_id": run_id, "module": function.__module__,
        "name": function.__name__, "file": code.co_filename, "with_arguments": with_arguments,
        "text": "".join(linecache.getlines(code.co_filename, function.__globals__)),
    }  # fmt: skip
    children = [_child(seed) for seed in seeds]
    for child in children:
        with suppress(OSError):
            assert child.stdin is not None  # noqa: S101 - a pipe was asked for
            child.stdin.write(json.dumps(request))
            child.stdin.close()
    return [found for child in children if (found := _answer(child)) is not None]


def _child(seed: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", "from workbench.replay.seeded import main; main()"]
    environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(  # noqa: S603 - this interpreter
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _answer(child: subprocess.Popen[str]) -> Signature | None:
    assert child.stdout is not None  # noqa: S101 - a pipe was asked for
    child.stdin = None  # closed already
    try:
        text, _ = child.communicate(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return None
    try:
        last = json.loads(text.splitlines()[-1])
    except (IndexError, ValueError):
        return None
    return tuple(last) if isinstance(last, list) else None


def main() -> None:
    """The child: reads a request from standard input, prints a signature."""
    request = json.load(sys.stdin)
    sys.path[:] = request["path"]
    from workbench.journal import open_log

    history = open_log(Path(request["origin"])).history
    try:
        code = _loaded(request)
        found = signature(explore(code, history, request["run_id"]), with_arguments=request["with_arguments"])
    except WorkbenchError:
        return
    print(json.dumps(found))  # noqa: T201 - the answer to the parent


def _loaded(request: dict[str, Any]) -> Callable[..., Any]:
    """The workflow: of the importable module where that is the same file, else of the text."""
    try:
        module = import_module(request["module"])
    except Exception:  # noqa: BLE001 - a notebook, a script, a module made by hand: its text is there
        module = ModuleType("none")
    if getattr(module, "__file__", None) != request["file"]:
        module = ModuleType(request["module"])
        module.__file__ = request["file"]
        sys.modules[request["module"]] = module
        exec(compile(request["text"], request["file"], "exec"), module.__dict__)  # noqa: S102 - the user's own module
    code: Callable[..., Any] = getattr(module, request["name"])
    return code
