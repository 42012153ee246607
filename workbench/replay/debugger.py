"""Python's own debugger in a live frame of the past: to look, not to run.

The code is replayed up to the stop and halted there; `up` and `down` walk the user's frames; leaving it ends that
replay. What it runs is held back as an expression is: no steps, no ordinary side effects, and names that it binds
are its own.
"""

from __future__ import annotations

import pdb  # noqa: T100 - a debugger of its own is the point
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, Final, TextIO

from workbench._errors import ActedDuringReplayError, UsageError
from workbench.replay.expression import looking_only
from workbench.replay.live import Moment
from workbench.replay.watch import Again

__all__ = ["debug_at"]

_BACK: Final = frozenset({"q", "quit", "exit", "c", "cont", "continue", "EOF"})
_RUNNING: Final = frozenset({
    "s", "step", "n", "next", "unt", "until", "r", "return", "j", "jump", "debug", "run",
    "restart", "b", "break", "tbreak",
})  # fmt: skip
_ONLY_LOOKED_AT: Final = "*** a stop of a trace is looked at, not run: q, then trace.step() or trace.run_to(…)"


def debug_at(again: Again, index: int, *, stdin: TextIO | None = None, stdout: TextIO | None = None) -> None:
    """Start the debugger at one stop; returns when it is left.

    Args:
        again: Replays.
        index: The stop.
        stdin: Where commands come from; the terminal or notebook by default.
        stdout: Where answers go.

    Raises:
        UsageError: No user code runs at this stop.
    """
    met: list[bool] = []

    def look(moment: Moment) -> bool:
        if moment.at < index:
            return False
        if moment.frames:
            met.append(True)
            with suppress(ActedDuringReplayError), looking_only():  # the debugger has shown it already
                _Looker(moment.frames, stdin, stdout).interaction(None, None)
        return True

    again(observer=look, with_locals=False)
    if not met:
        raise UsageError(f"no user code runs at stop {index}", hint="step on: the first stop is before the first line")


class _Looker(pdb.Pdb):
    def __init__(self, frames: Sequence[FrameType], stdin: TextIO | None, stdout: TextIO | None) -> None:
        super().__init__(stdin=stdin, stdout=stdout, nosigint=True, readrc=False)
        self._frames = [*reversed(frames)]
        self._own: dict[int, dict[str, Any]] = {}
        if stdin is not None:
            self.use_rawinput = False

    def get_stack(self, f: FrameType | None, t: TracebackType | None) -> tuple[list[tuple[FrameType, int]], int]:
        """The user's frames; a suspended one has no caller that Python knows of."""
        del f, t
        return [(frame, frame.f_lineno or 0) for frame in self._frames], len(self._frames) - 1

    @property  # type: ignore[override]  # of an attribute that `Pdb` sets
    def curframe_locals(self) -> dict[str, Any]:
        """A copy of the frame's names: what is bound here must not reach the code."""
        if self.curframe is None:
            return {}
        return self._own.setdefault(id(self.curframe), {**self.curframe.f_locals})

    @curframe_locals.setter
    def curframe_locals(self, _names: Any) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]  # as above
        pass  # `Pdb` hands over the frame's own

    def onecmd(self, line: str) -> bool:
        """Commands that would run the code are refused or lead back; all others are the debugger's."""
        word = self.parseline(line)[0]
        if word in _BACK:
            return True
        if word in _RUNNING:
            self.message(_ONLY_LOOKED_AT)
            return False
        return super().onecmd(line)
