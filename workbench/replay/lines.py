"""Stops at each source line of the workflow's own code, between the events: only when somebody asks for them.

`sys.settrace` tells of every function that Python enters. Functions of the user's that the workflow called are
followed line by line; coroutines and generators are entered anew each time they go on. Followed are neither
libraries nor what Workbench itself calls of the user's (a `__post_init__` while a result is read from the log).
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from workbench.replay.frames import is_user_code

__all__ = ["following_lines"]

_STARTS_WORKFLOWS: Final = frozenset({"workbench.replay.replay", "workbench.program.loop"})
"""Modules that call the workflow's code as the workflow; others of Workbench call it to read or write a value."""

Follow = Callable[[FrameType, str, Any], Any]


@contextmanager
def following_lines(package: str, file: str, on_line: Callable[[FrameType], None]) -> Generator[None]:
    """Call `on_line` before each line of user code that runs in this thread; another tracer is restored afterwards.

    Args:
        package: The user's, see `package_of`.
        file: Where the workflow is defined; the user's, whatever its name.
        on_line: Gets the frame. What it raises is raised by the line, and ends the following.
    """
    before = sys.gettrace()
    sys.settrace(_Follower(package, file, on_line).enter)
    try:
        yield
    finally:
        sys.settrace(before)


class _Follower:
    def __init__(self, package: str, file: str, on_line: Callable[[FrameType], None]) -> None:
        self._package = package
        self._file = file
        self._on_line = on_line
        self._known: dict[tuple[str, str], bool] = {}
        self._others: set[Any] = set()
        """Modules whose functions are nobody's but Python's and Workbench's: most of what is entered."""

    def enter(self, frame: FrameType, _event: str, _argument: Any) -> Follow | None:
        """A function begins, or a generator or coroutine goes on."""
        module = frame.f_globals.get("__name__")
        if module in self._others:
            return None
        if frame.f_trace is not None or (self._is_users(frame) and self._is_called_by_users(frame.f_back)):
            return self.follow
        if not is_user_code(frame.f_code.co_filename, str(module), self._package):
            self._others.add(module)
        return None

    def follow(self, frame: FrameType, event: str, _argument: Any) -> Follow:
        """Something happens in a function that is followed."""
        if event == "line":
            self._on_line(frame)
        return self.follow

    def _is_users(self, frame: FrameType) -> bool:
        key = (frame.f_code.co_filename, frame.f_globals.get("__name__", ""))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = is_user_code(*key, self._package) and self._is_written(frame)
        return known

    def _is_written(self, frame: FrameType) -> bool:
        """Code without a file was mostly written by no person: the methods of a dataclass are such."""
        file = frame.f_code.co_filename
        return not file.startswith("<") or file == self._file or bool(linecache.getlines(file, frame.f_globals))

    def _is_called_by_users(self, caller: FrameType | None) -> bool:
        while caller is not None:
            module = caller.f_globals.get("__name__", "")
            if module in _STARTS_WORKFLOWS:
                return True
            if self._is_users(caller):
                return caller.f_trace is not None
            if module.startswith("workbench."):
                return False
            caller = caller.f_back
        return False
