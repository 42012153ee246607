"""The user's frames on the stack, with bounded locals and what changed since the last stop there."""

from __future__ import annotations

import datetime as dt
import decimal
import site
import sys
import sysconfig
import uuid
from collections.abc import Mapping
from functools import cache
from types import CodeType, FrameType
from typing import Any, Final

from workbench.program import Place
from workbench.replay.safe_repr import safe_repr
from workbench.replay.stop import Frame

__all__ = ["FrameReader", "Where"]

_DRIVING = ("workbench.program", "workbench.replay", "workbench.machine")
_SAME_TEXT: Final = frozenset({
    type(None), bool, int, float, complex, str, bytes, dt.date, dt.timedelta, decimal.Decimal, uuid.UUID,
})  # fmt: skip
"""Types whose values cannot change: the same object has the same text."""

Where = tuple[tuple[Frame, ...], tuple[str, ...]]
"""User frames, innermost first, and the names that changed in the innermost one."""


class _Locals:
    """What one function's locals were at the last stop there."""

    __slots__ = ("texts", "values")

    def __init__(self) -> None:
        self.texts: Mapping[str, str] = {}
        self.values: dict[str, Any] = {}
        """Those of `_SAME_TEXT` only, so that nothing large is kept alive that the code has let go of."""

    def update(self, found: Mapping[str, Any]) -> tuple[str, ...]:
        """Write what may have changed; the names whose text did."""
        before, values = self.texts, self.values
        texts: dict[str, str] = {}
        changed: list[str] = []
        for name, value in found.items():
            if name[0] == "@":
                continue
            known = before.get(name)
            if known is not None and values.get(name, values) is value:
                texts[name] = known
                continue
            text = texts[name] = safe_repr(value)
            if known != text:
                changed.append(name)
            if type(value) in _SAME_TEXT:
                values[name] = value
            else:
                values.pop(name, None)
        if len(texts) != len(before):
            for gone in values.keys() - texts.keys():
                del values[gone]
        elif not changed:
            return ()
        self.texts = texts
        return tuple(changed)


class FrameReader:
    """Reads user frames, remembering what each function's locals were.

    Args:
        boundary: Code of the function that called the workflow; frames below it are not the workflow's.
        with_locals: Whether to read locals.
    """

    def __init__(self, boundary: CodeType, *, with_locals: bool = True) -> None:
        self._boundary = boundary
        self._with_locals = with_locals
        self._last: dict[tuple[tuple[int, ...], int, int], _Locals] = {}
        self._known: dict[int, tuple[bool, CodeType]] = {}
        self._places: dict[tuple[int, int], Frame] = {}
        self._stacks: dict[tuple[int, ...], Where] = {}

    def read(self, branch: tuple[int, ...], fallback: Place, above: int = 1) -> Where:
        """User frames, innermost first, and the names that changed in the innermost one.

        Args:
            branch: Position of the branch that runs, to tell two calls of one function apart.
            fallback: Where the call was written, for calls that a loop runs directly.
            above: How many frames above this one are the driver's for certain.
        """
        found: list[FrameType] = []
        place: list[int] = []
        known, boundary = self._known, self._boundary
        frame: FrameType | None = sys._getframe(above)  # noqa: SLF001 - the documented way to the stack
        while frame is not None:
            code = frame.f_code
            if code is boundary:
                break
            number = id(code)  # the hash of a code object looks at all its constants
            if (known[number] if number in known else self._learn(frame))[0]:
                found.append(frame)
                place += (number, frame.f_lasti)
            frame = frame.f_back
        if not found:
            return ((Frame(fallback, {}),) if fallback.line else ()), ()
        if self._with_locals:
            return self._with_their_locals(branch, found)
        stack = tuple(place)
        where = self._stacks.get(stack)
        if where is None:
            where = self._stacks[stack] = (tuple([self._bare(user) for user in found]), ())
        return where

    def _with_their_locals(self, branch: tuple[int, ...], found: list[FrameType]) -> Where:
        frames: list[Frame] = []
        changed: tuple[str, ...] = ()
        depth = len(found)
        for user in found:
            depth -= 1
            key = (branch, depth, id(user.f_code))
            last = self._last.get(key)
            if last is None:
                last = self._last[key] = _Locals()
            names = last.update(user.f_locals)
            if not frames:
                changed = names
            frames.append(Frame(self._bare(user).place, last.texts))
        return tuple(frames), changed

    def _learn(self, frame: FrameType) -> tuple[bool, CodeType]:
        code = frame.f_code
        users = _is_user_code(code.co_filename, frame.f_globals.get("__name__", ""))
        known = self._known[id(code)] = (users, code)  # held, so that no other code gets its id
        return known

    def _bare(self, frame: FrameType) -> Frame:
        """The frame without locals. Lines are looked up once: Python counts them from the start of the function."""
        code, at = frame.f_code, frame.f_lasti
        bare = self._places.get((id(code), at))
        if bare is None:
            bare = self._places[id(code), at] = Frame(Place(code.co_filename, frame.f_lineno, code.co_name), {})
        return bare


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
