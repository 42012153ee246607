"""The user's frames on the stack, with bounded locals and what changed since the last stop there."""

from __future__ import annotations

import site
import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from types import CodeType, FrameType
from typing import Any

from workbench.program import Place
from workbench.replay.safe_repr import safe_repr
from workbench.replay.stop import Frame

__all__ = ["FrameReader"]

_DRIVING = ("workbench.program", "workbench.replay", "workbench.machine")


class FrameReader:
    """Reads user frames, remembering what each function's locals were.

    Args:
        boundary: Code of the function that called the workflow; frames below it are not the workflow's.
        with_locals: Whether to read locals.
    """

    def __init__(self, boundary: CodeType, *, with_locals: bool = True) -> None:
        self._boundary = boundary
        self._with_locals = with_locals
        self._last: dict[tuple[Any, ...], Mapping[str, str]] = {}

    def read(self, branch: tuple[int, ...], fallback: Place) -> tuple[tuple[Frame, ...], tuple[str, ...]]:
        """User frames, innermost first, and the names that changed in the innermost one.

        Args:
            branch: Position of the branch that runs, to tell two calls of one function apart.
            fallback: Where the call was written, for calls that a loop runs directly.
        """
        found = []
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the stack
        while frame is not None and frame.f_code is not self._boundary:
            if _is_user_code(frame.f_code.co_filename, frame.f_globals.get("__name__", "")):
                found.append(frame)
            frame = frame.f_back
        if not found:
            return ((Frame(fallback, {}),) if fallback.line else ()), ()
        frames: list[Frame] = []
        changed: tuple[str, ...] = ()
        for depth, user in enumerate(reversed(found)):
            key = (branch, depth, user.f_code)
            names = self._locals(user)
            before = self._last.get(key, {})
            changed = tuple(name for name, text in names.items() if before.get(name) != text)
            self._last[key] = names if changed or len(names) != len(before) else before
            place = Place(user.f_code.co_filename, user.f_lineno, user.f_code.co_name)
            frames.append(Frame(place, self._last[key]))
        return tuple(reversed(frames)), changed

    def _locals(self, frame: FrameType) -> Mapping[str, str]:
        if not self._with_locals:
            return {}
        return {name: safe_repr(value) for name, value in frame.f_locals.items() if not name.startswith("@")}


@cache
def _is_user_code(file: str, module: str) -> bool:
    if module.startswith(_DRIVING):
        return False
    return not file.startswith(_LIBRARY) or any(part in file for part in ("/workbench/simulate/",))


def _library_folders() -> tuple[str, ...]:
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *site.getsitepackages()}
    return (*sorted(folder for folder in folders if folder), "<frozen ")


_LIBRARY = _library_folders()
"""The standard library and installed packages: their frames are not the user's."""
