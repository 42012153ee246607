"""The user's frames on the stack, with bounded locals and what changed since the last stop there."""

from __future__ import annotations

import inspect
import site
import sys
import sysconfig
import traceback
from collections.abc import Callable, Sequence
from functools import cache
from types import CodeType, FrameType
from typing import Final, NamedTuple

from workbench.program import Place
from workbench.replay.locals import LastLocals, Seen

__all__ = ["NOWHERE_AT_ALL", "FrameReader", "Where", "is_user_code", "package_of"]

_DRIVING = ("workbench.program", "workbench.replay", "workbench.machine")

Where = tuple[tuple[Place, ...], tuple[str, ...], Seen | None, tuple[Seen, ...]]
"""Places of the user frames, innermost first; the names that changed in the innermost one; its locals; those of the
others. Locals are `None` and `()` where nobody wanted them."""


_RESUMABLE = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE


class _Stack(NamedTuple):
    """One way to stand somewhere: the same code at the same instructions.

    Attributes:
        codes: Code of the user frames, innermost first.
        places: Their places.
        bare: The same without locals.
    """

    codes: list[CodeType]
    places: tuple[Place, ...]
    bare: Where


class FrameReader:
    """Reads user frames, remembering what each function's locals were.

    Under the tripwire every `sys._getframe`, `id` and `frame.f_code` is an event that a function in Python looks at,
    and Python counts lines from the start of a function each time: all are avoided where a name tells as much.

    Args:
        boundary: Module of the function that called the workflow; frames below it are not the workflow's.
        module: The workflow's own module: its package is the user's, wherever it is installed.
        with_locals: Whether to read locals.
        lines: Whether lines are read, too: events then still say what changed since the last event.

    Attributes:
        outermost: The workflow function's own frame, as far as a call was seen to come from it.
    """

    def __init__(self, boundary: str, module: str = "", *, with_locals: bool = True, lines: bool = False) -> None:
        self.outermost: FrameType | None = None
        self._boundary = boundary
        self._package = package_of(module)
        self._with_locals = with_locals
        self._update = LastLocals.update_at_event if lines else LastLocals.update
        self._last: dict[tuple[tuple[int, ...], int, CodeType], LastLocals] = {}
        self._stacks: dict[tuple[str | int, ...], _Stack] = {}
        self._drivers: set[str] = set()
        self._shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._texts: dict[str, str] = {}
        self._others: tuple[Seen, ...] = ()
        self._frame: FrameType | None = None
        self._found: list[FrameType] = []
        self._ways: dict[int, _Stack] = {}
        """Ways to stand in `_frame`, by instruction."""

    def read(self, branch: tuple[int, ...], fallback: Place, above: int = 1) -> Where:
        """Where a call is made.

        Args:
            branch: Position of the branch that runs, to tell two calls of one function apart.
            fallback: Where the call was written, for calls that a loop runs directly.
            above: How many frames above this one are the driver's for certain.
        """
        frame = sys._getframe(above)  # noqa: SLF001 - the documented way to the stack
        if frame is self._frame:  # the same function goes on: its callers stand where they stood
            stack = self._ways.get(frame.f_lasti)
            if stack is not None:
                return self._filled(branch, self._found, stack, self._update) if self._with_locals else stack.bare
        found, stack = self._stand(frame)
        if not found:
            return ((fallback,), (), (None,), ()) if fallback.line else NOWHERE_AT_ALL
        self._remember(frame, found, stack)
        if not branch:
            self.outermost = found[-1]
        return self._filled(branch, found, stack, self._update) if self._with_locals else stack.bare

    def _remember(self, frame: FrameType, found: list[FrameType], stack: _Stack) -> None:
        """A function's callers wait in their calls until it returns; those of a generator or coroutine may change."""
        if frame is not self._frame:
            plain = frame is found[0] and not frame.f_code.co_flags & _RESUMABLE
            self._frame, self._found, self._ways = frame if plain else None, found, {}
        if self._frame is not None:
            self._ways[frame.f_lasti] = stack

    def forget(self) -> None:
        """Let go of the frames: one that is over keeps its values, and those of its callers, alive."""
        self.outermost = self._frame = None
        self._found = []

    def read_line(self, branch: tuple[int, ...], frame: FrameType) -> Where:
        """Where the code is about to run a line of `frame`; its callers' locals are as of their own last stop."""
        found, stack = self._stand(frame)
        return self._filled(branch, found, stack, LastLocals.update_at_line) if self._with_locals else stack.bare

    def read_end(self, ended: Sequence[tuple[FrameType, int]]) -> Where:
        """Where the code ended.

        Args:
            ended: User frames that are over and the line of each, innermost first; at least one.
        """
        frames = [frame for frame, _ in ended]
        places = tuple([_place(frame)._replace(line=line) for frame, line in ended])
        stack = _Stack([frame.f_code for frame in frames], places, (places, (), None, ()))
        return self._filled((), frames, stack, self._update) if self._with_locals else stack.bare

    def ended(self, error: BaseException | None) -> list[tuple[FrameType, int]]:
        """The frames in which the code ended and the line of each, innermost first.

        Args:
            error: What it raised; `None` when it returned.
        """
        if error is None:
            return [(frame, frame.f_lineno) for frame in self.user_frames(self.outermost)[:1]]
        raised = reversed([*traceback.walk_tb(error.__traceback__)])
        return [(frame, line) for frame, line in raised if self._is_users(frame)]

    def user_frames(self, frame: FrameType | None) -> list[FrameType]:
        """The user's among a frame and those that called it, innermost first."""
        found = []
        while frame is not None and frame.f_globals.get("__name__", "") != self._boundary:
            if self._is_users(frame):
                found.append(frame)
            frame = frame.f_back
        return found

    def _is_users(self, frame: FrameType) -> bool:
        return is_user_code(frame.f_code.co_filename, frame.f_globals.get("__name__", ""), self._package)

    def _stand(self, frame: FrameType | None) -> tuple[list[FrameType], _Stack]:
        found: list[FrameType] = []
        codes: list[CodeType] = []
        key: tuple[str | int, ...] = ()
        drivers, boundary = self._drivers, self._boundary
        while frame is not None:
            module = frame.f_globals.get("__name__", "")
            if module == boundary:
                break
            if module not in drivers:
                code = frame.f_code
                if is_user_code(code.co_filename, module, self._package):
                    found.append(frame)
                    codes.append(code)
                    key += (code.co_filename, code.co_qualname, frame.f_lasti)
                elif module.startswith(_DRIVING):
                    drivers.add(module)
            frame = frame.f_back
        stack = self._stacks.get(key)
        if stack is None or stack.codes != codes:  # two functions of one name, made by the same lines of another
            places = tuple([_place(frame) for frame in found])
            stack = self._stacks[key] = _Stack(codes, places, (places, (), None, ()))
        return found, stack

    def _filled(
        self, branch: tuple[int, ...], found: list[FrameType], stack: _Stack, update: Callable[..., tuple[str, ...]]
    ) -> Where:
        changed: tuple[str, ...] = ()
        seen: list[Seen] = []
        depth = len(found)
        for user, code in zip(found, stack.codes, strict=True):
            depth -= 1
            last = self._last.get((branch, depth, code))
            if last is None:
                last = self._last[branch, depth, code] = LastLocals(self._texts)
            elif seen and update is LastLocals.update_at_line:
                seen.append(last.seen)
                continue
            names = update(last, user.f_locals)
            if not seen:
                changed = self._shared.setdefault(names, names)
            seen.append(last.seen)
        others = tuple(seen[1:])
        if others == self._others:
            others = self._others  # callers mostly stand as they stood: one tuple for all those stops
        self._others = others
        return stack.places, changed, seen[0], others


NOWHERE_AT_ALL: Final[Where] = ((), (), None, ())
"""No user code runs."""


def _place(frame: FrameType) -> Place:
    code = frame.f_code
    return Place(code.co_filename, frame.f_lineno or code.co_firstlineno, code.co_name)


def package_of(module: str) -> str:
    """The package that is the user's when a workflow is defined in `module`; of Workbench's own, the room."""
    words = module.split(".")
    return ".".join(words[:2] if words[0] == "workbench" else words[:1])


@cache
def is_user_code(file: str, module: str, package: str) -> bool:
    """Whether code is the user's: of the workflow's package, or of no installed one.

    Args:
        file: Where it stands.
        module: Its module.
        package: See `package_of`.
    """
    if module == package or module.startswith(f"{package}."):
        return True
    return not module.startswith("workbench.") and not file.startswith(_LIBRARY)


def _library_folders() -> tuple[str, ...]:
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), *site.getsitepackages()}
    return (*sorted(folder for folder in folders if folder), "<frozen ")


_LIBRARY = _library_folders()
"""The standard library and installed packages: their frames are not the user's, but for the workflow's package."""
