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
from typing import Any, Final, NamedTuple

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
            if name[:1] == "@":
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


class _Stack(NamedTuple):
    """One way to stand somewhere: the same code at the same instructions.

    Attributes:
        codes: Code of the user frames, innermost first.
        where: The frames, without locals.
    """

    codes: list[CodeType]
    where: Where


class FrameReader:
    """Reads user frames, remembering what each function's locals were.

    Under the tripwire every `sys._getframe`, `id` and `frame.f_code` is an event that a function in Python looks at,
    and Python counts lines from the start of a function each time: all are avoided where a name tells as much.

    Args:
        boundary: Module of the function that called the workflow; frames below it are not the workflow's.
        module: The workflow's own module: its package is the user's, wherever it is installed.
        with_locals: Whether to read locals.
    """

    def __init__(self, boundary: str, module: str = "", *, with_locals: bool = True) -> None:
        self._boundary = boundary
        self._package = module.partition(".")[0]
        self._with_locals = with_locals
        self._last: dict[tuple[tuple[int, ...], int, CodeType], _Locals] = {}
        self._stacks: dict[tuple[str | int, ...], _Stack] = {}
        self._drivers: set[str] = set()

    def read(self, branch: tuple[int, ...], fallback: Place, above: int = 1) -> Where:
        """User frames, innermost first, and the names that changed in the innermost one.

        Args:
            branch: Position of the branch that runs, to tell two calls of one function apart.
            fallback: Where the call was written, for calls that a loop runs directly.
            above: How many frames above this one are the driver's for certain.
        """
        found: list[FrameType] = []
        codes: list[CodeType] = []
        key: tuple[str | int, ...] = ()
        drivers, boundary = self._drivers, self._boundary
        frame: FrameType | None = sys._getframe(above)  # noqa: SLF001 - the documented way to the stack
        while frame is not None:
            module = frame.f_globals.get("__name__", "")
            if module == boundary:
                break
            if module not in drivers:
                code = frame.f_code
                if _is_user_code(code.co_filename, module, self._package):
                    found.append(frame)
                    codes.append(code)
                    key += (code.co_filename, code.co_qualname, frame.f_lasti)
                elif module.startswith(_DRIVING):
                    drivers.add(module)
            frame = frame.f_back
        if not found:
            return ((Frame(fallback, {}),) if fallback.line else ()), ()
        stack = self._stacks.get(key)
        if stack is None or stack.codes != codes:  # two functions of one name, made by the same lines of another
            bare = tuple(
                [Frame(Place(c.co_filename, f.f_lineno, c.co_name), {}) for c, f in zip(codes, found, strict=True)]
            )
            stack = self._stacks[key] = _Stack(codes, (bare, ()))
        return self._filled(branch, found, stack) if self._with_locals else stack.where

    def _filled(self, branch: tuple[int, ...], found: list[FrameType], stack: _Stack) -> Where:
        frames: list[Frame] = []
        changed: tuple[str, ...] = ()
        depth = len(found)
        for user, code, bare in zip(found, stack.codes, stack.where[0], strict=True):
            depth -= 1
            last = self._last.get((branch, depth, code))
            if last is None:
                last = self._last[branch, depth, code] = _Locals()
            names = last.update(user.f_locals)
            if not frames:
                changed = names
            frames.append(Frame(bare.place, last.texts))
        return tuple(frames), changed


@cache
def _is_user_code(file: str, module: str, package: str) -> bool:
    if module.startswith(_DRIVING):
        return False
    return module.partition(".")[0] == package or not file.startswith(_LIBRARY)


def _library_folders() -> tuple[str, ...]:
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *site.getsitepackages()}
    return (*sorted(folder for folder in folders if folder), "<frozen ")


_LIBRARY = _library_folders()
"""The standard library and installed packages: their frames are not the user's, but for the workflow's package."""
