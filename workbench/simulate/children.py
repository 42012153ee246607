"""Processes that do one thing and are over: forked, heard through a pipe, and never left behind."""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, NoReturn

from workbench._errors import WorkbenchError

__all__ = ["ChildError", "Heard", "in_child", "in_children"]

_PATIENCE_SECONDS = 60
"""Nothing in a simulation waits for real; what takes so long hangs."""
_BROKE = 3


class ChildError(WorkbenchError):
    """A child process broke: the simulation itself has failed."""


class Heard(NamedTuple):
    """What became of a child.

    Attributes:
        died: It was killed, as planned.
        said: What it returned; `None` where it died.
    """

    died: bool
    said: Any = None


def in_child(work: Callable[[], Any]) -> Heard:
    """Do something in a child process that may kill itself.

    Args:
        work: What to do; it returns a JSON value.

    Raises:
        ChildError: It neither died by SIGKILL nor came to its end.
    """
    child, pipe = _fork(lambda tell: tell(work()), patience_seconds=_PATIENCE_SECONDS)
    try:
        with os.fdopen(pipe, "rb") as file:
            said = file.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Heard(died=True)
    _must_be_well(status, said)
    return Heard(died=False, said=json.loads(said))


def in_children(work: Sequence[Callable[[], Iterable[Any]]], at_once: int) -> Iterator[Any]:
    """Do many things in some child processes, and hear of each as it is done.

    Args:
        work: What to do; each gives JSON values.
        at_once: How many processes.

    Yields:
        What they give, in the order in which it is there.

    Raises:
        ChildError: A process broke.
    """
    children: dict[int, int] = {}
    lines: dict[int, bytes] = {}
    with selectors.DefaultSelector() as ready:
        try:
            for first in range(min(at_once, len(work))):
                child, pipe = _fork(partial(_tell_all, work[first::at_once]))
                children[pipe], lines[pipe] = child, b""
                ready.register(pipe, selectors.EVENT_READ)
            while children:
                for key, _ in ready.select():
                    pipe = key.fd
                    chunk = os.read(pipe, 1 << 16)
                    *whole, lines[pipe] = (lines[pipe] + chunk).split(b"\n")
                    yield from map(json.loads, whole)
                    if not chunk:
                        ready.unregister(pipe)
                        os.close(pipe)
                        _must_be_well(os.waitpid(children.pop(pipe), 0)[1], lines[pipe])
        finally:
            for pipe, child in children.items():
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                os.close(pipe)


def _tell_all(work: Iterable[Callable[[], Iterable[Any]]], tell: Callable[[Any], None]) -> None:
    for one in work:
        for said in one():
            tell(said)


def _fork(work: Callable[[Callable[[Any], None]], None], *, patience_seconds: int = 0) -> tuple[int, int]:
    """A child at work, and the pipe on which it tells."""
    sys.stdout.flush()
    sys.stderr.flush()
    read, write = os.pipe()
    with warnings.catch_warnings():  # a notebook's kernel has threads; the child uses nothing that they hold
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        os.close(write)
        return child, read
    os.close(read)
    return _live(work, write, patience_seconds)


def _live(work: Callable[[Callable[[Any], None]], None], write: int, patience_seconds: int) -> NoReturn:
    """The child: it never comes back to the code of its parent, and prints nothing between its parent's lines."""
    gc.disable()  # it ends soon, and a collection would copy every page that it shares with its parent
    try:
        with suppress(ValueError):  # only the main thread may set signals; a thread's child then has no alarm
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.alarm(patience_seconds)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - open until the process ends
        work(lambda said: _write(write, json.dumps(said).encode() + b"\n"))
    except BaseException:  # noqa: BLE001 - the parent is told, and nothing may unwind into its code
        _write(write, traceback.format_exc().encode())
        os._exit(_BROKE)
    os._exit(0)


def _write(pipe: int, content: bytes) -> None:
    while content:
        content = content[os.write(pipe, content) :]


def _must_be_well(status: int, said: bytes) -> None:
    if status == 0:
        return
    how = f"was ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "broke"
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        how = "hangs: something in it waits for real"
    raise ChildError(f"a simulated life {how}: {said.decode(errors='replace').strip()}")
