"""Behind the structure that never acts stands a tripwire: an audit hook that stops ordinary side effects.

It is no sandbox (CPython says so of audit hooks, C extensions raise no events, and other threads are the business of
`one_thread`): what it stops and what it misses is listed in the security notes, and every trace says which isolation
was on.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from workbench._errors import ActedDuringReplayError

__all__ = ["tripwire"]

_FORBIDDEN = frozenset(
    {
        "_thread.start_joinable_thread", "_thread.start_new_thread", "ftplib.connect", "http.client.connect",
        "http.client.send", "os.chdir", "os.chflags", "os.chmod", "os.chown", "os.exec", "os.fork",
        "os.forkpty", "os.kill", "os.killpg", "os.link", "os.mkdir", "os.posix_spawn", "os.putenv", "os.remove",
        "os.removexattr", "os.rename", "os.rmdir", "os.setxattr", "os.spawn", "os.symlink", "os.system",
        "os.truncate", "os.unsetenv", "os.utime", "pty.spawn", "shutil.copyfile", "shutil.move",
        "shutil.rmtree", "signal.pthread_kill", "smtplib.connect", "smtplib.send", "socket.bind",
        "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendmsg", "socket.sendto",
        "sqlite3.connect", "subprocess.Popen", "tempfile.mkdtemp", "tempfile.mkstemp", "urllib.Request",
        "webbrowser.open",
    }
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MODES = frozenset("wax+")


class _Armed(threading.local):
    def __init__(self) -> None:
        self.tripped: list[list[ActedDuringReplayError]] = []


_armed = _Armed()
_installed = threading.Lock()
_state = {"installed": False}
_importing = threading.Lock()
_bytecode: list[bool] = []
"""What `sys.dont_write_bytecode` was before the first of those who hold it up, and one entry for each of these."""


@contextmanager
def tripwire() -> Generator[None]:
    """Stop side effects of code that runs in this thread.

    Raises:
        ActedDuringReplayError: From within the offending call, and again at the end where the code swallowed it.
    """
    _install()
    tripped: list[ActedDuringReplayError] = []
    _armed.tripped.append(tripped)
    with _no_bytecode():
        try:
            yield
        finally:
            _armed.tripped.pop()
    if tripped:
        raise tripped[0]


@contextmanager
def _no_bytecode() -> Generator[None]:
    """An import inside must not write its cache. The switch is one for all threads: the last one out turns it back."""
    with _importing:
        _bytecode.append(sys.dont_write_bytecode if not _bytecode else _bytecode[0])
        sys.dont_write_bytecode = True
    try:
        yield
    finally:
        with _importing:
            before = _bytecode.pop()
            if not _bytecode:
                sys.dont_write_bytecode = before


def _install() -> None:
    with _installed:
        if not _state["installed"]:
            sys.addaudithook(_hook)  # for the life of the process: audit hooks cannot be taken out
            _state["installed"] = True


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # Reading a frame is an event, too, and replay reads frames all the time: what is not watched returns at once.
    if event in _WATCHED and _armed.tripped and (event in _FORBIDDEN or _ASKING[event](arguments)):
        detail = ", ".join(_shown(argument) for argument in arguments[:2])
        error = ActedDuringReplayError(event, detail)
        _armed.tripped[-1].append(error)
        raise error


def _shown(argument: Any) -> str:
    return str(argument)[:80] if type(argument) in {str, bytes, int} else f"<{type(argument).__name__}>"


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    if isinstance(mode, str):
        return not _MODES.isdisjoint(mode)
    return isinstance(flags, int) and bool(flags & _WRITING)


def _loads(arguments: tuple[Any, ...]) -> bool:
    return arguments[0] is not None  # `import ctypes` itself opens the running program: `dlopen(None)`


_ASKING = {"ctypes.dlopen": _loads, "open": _writes}
"""Events that act or not, depending on their arguments."""

_WATCHED = _FORBIDDEN | _ASKING.keys()
