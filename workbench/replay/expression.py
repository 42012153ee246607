"""A person's expression, evaluated in the past: it sees what the code saw, and moves nothing.

What it must not do is refused: steps and other calls of a workflow (they would take positions and answers from the
code that is looked at), ordinary side effects (the tripwire is armed, whatever the isolation of the replay), tasks
and timers (there is no event loop around it). Names that it binds are its own. That leaves what no debugger can
forbid: a method that changes an object changes it; see `workbench.replay.watch` for how that is found out.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, Final, NamedTuple, NoReturn

from workbench._errors import ActedDuringReplayError, UsageError
from workbench.machine import Call
from workbench.program import CURRENT_SCOPE, Driver, Scope, WorkflowHalted
from workbench.replay.live import Moment
from workbench.replay.outcome import call_text
from workbench.replay.safe_repr import error_words, safe_repr
from workbench.replay.tripwire import tripwire

__all__ = ["Evaluated", "Expression", "looking_only", "template"]

_FILE: Final = "<expression>"


class Evaluated(NamedTuple):
    """What an expression gave.

    Attributes:
        value: Its value.
        error: Why there is none, in words; `""` where there is one.
    """

    value: Any
    error: str = ""

    @property
    def text(self) -> str | None:
        """Bounded text of the value; `None` where there is none."""
        return None if self.error else safe_repr(self.value)


class Expression:
    """An expression, compiled once.

    Args:
        text: Python, as one would write it at the place that is looked at.

    Raises:
        UsageError: It is no expression; the message points at the place.
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self._code = _compiled(self.text, self.text)

    @property
    def truth(self) -> Expression:
        """Whether its value counts as true, as an expression."""
        return Expression(f"not not ({self.text}\n)")

    def at(self, moment: Moment, frame: int = 0) -> Evaluated:
        """Evaluate where a replay stands.

        Args:
            moment: Where; see `Observer`.
            frame: 0 for the innermost user frame, 1 for its caller, and so on.
        """
        if moment.entry is not None:
            return self._evaluated({**moment.entry.globals, **moment.entry.arguments})
        if not 0 <= frame < len(moment.frames):
            return Evaluated(None, "no user code runs here" if not moment.frames else f"there is no frame {frame} here")
        return self.in_frame(moment.frames[frame])

    def in_frame(self, frame: FrameType) -> Evaluated:
        """Evaluate with the names that a frame sees."""
        return self._evaluated({**frame.f_globals, **frame.f_locals})

    def _evaluated(self, names: dict[str, Any]) -> Evaluated:
        # One copied namespace: what the expression binds stays in the copy, and a comprehension sees the locals.
        driver = _LookingOnly()
        try:
            with looking_only(driver):
                value = eval(self._code, names)  # noqa: S307 - the expression of the person who looks, not of the log
        except (Exception, ActedDuringReplayError, SystemExit, WorkflowHalted) as error:  # noqa: BLE001 - text here
            return Evaluated(None, driver.refused or _words(error))
        return Evaluated(None, driver.refused) if driver.refused else Evaluated(value)

    def __repr__(self) -> str:
        """The text."""
        return f"Expression({self.text!r})"


def template(text: str) -> Expression:
    """Text for a logpoint: an expression, or words with expressions in braces as in an f-string.

    Args:
        text: `order.total`, or `total={order.total!r} after {count} items`.

    Raises:
        UsageError: It is neither.
    """
    if "{" in text:
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except SyntaxError:
            return _Words(text)
        if isinstance(tree.body, ast.Set):  # `{total}` means the total, not a set of it
            return _Words(text)
    return Expression(text)


class _Words(Expression):
    def __init__(self, text: str) -> None:
        self.text = text
        quote = next((mark for mark in ('"""', "'''") if mark not in text and not text.endswith(mark[0])), "")
        if not quote:
            raise UsageError(f"the words {text!r} hold both kinds of quotes", hint="use one kind of quotes inside")
        self._code = _compiled(f"f{quote}{text}{quote}", text)


class _LookingOnly(Driver):
    """The driver of an expression's own scope: refuses every call, and remembers that it did."""

    def __init__(self) -> None:
        self.refused = ""

    def _refuse(self, call: str) -> NoReturn:
        self.refused = self.refused or f"refused: it calls {call}; looking at a replay makes no calls"
        raise UsageError(self.refused, hint="pretend another answer with what_if() instead")

    def instant(self, call: Call) -> NoReturn:
        self._refuse(call_text(call))

    def wait(self, call: Call) -> NoReturn:
        self._refuse(call_text(call))

    def wait_all(self, calls: Sequence[Call]) -> NoReturn:
        self._refuse(", ".join(map(call_text, calls)))

    def patched(self, patch_id: str) -> NoReturn:
        self._refuse(f"patched({patch_id!r})")

    def loop_seconds(self) -> NoReturn:
        self._refuse("the loop's clock")


@contextmanager
def looking_only(driver: _LookingOnly | None = None) -> Generator[None]:
    """Whatever runs inside makes no call, starts no task and touches nothing outside.

    Args:
        driver: Refuses the calls, and remembers.

    Raises:
        ActedDuringReplayError: It tried to touch the outside.
    """
    token = CURRENT_SCOPE.set(Scope(driver or _LookingOnly()))
    loop = asyncio._get_running_loop()  # noqa: SLF001 - documented for whoever stands between loop and code, as here
    asyncio._set_running_loop(None)  # noqa: SLF001 - as above
    try:
        with tripwire():
            yield
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001 - as above
        CURRENT_SCOPE.reset(token)


def _words(error: BaseException) -> str:
    if isinstance(error, ActedDuringReplayError):
        return f"refused: it acts ({error.event})"
    return error_words(error)


def _compiled(source: str, shown: str) -> CodeType:
    try:
        return compile(source, _FILE, "eval")
    except (SyntaxError, ValueError) as error:
        offset = getattr(error, "offset", None) or len(shown) + 1  # none: the text ends too early
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        line = (getattr(error, "text", None) or shown).splitlines()[0] if shown else ""
        message = f"{shown!r} is no expression: {reason}\n    {line.rstrip()}\n    {' ' * (offset - 1)}^"
        raise UsageError(message, hint="write one expression, as for eval()") from None
