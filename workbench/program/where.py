"""Where in the user's code a call is being made."""

from __future__ import annotations

import sys
from functools import cache
from types import FrameType
from typing import NamedTuple

__all__ = ["NOT_KNOWN", "Place", "place_of", "place_of_caller"]

_DRIVING = (
    *("workbench.program.", "workbench.recorder.", "workbench.replay.", "asyncio.", "contextvars"),
    *("httpx.", "httpcore.", "requests.", "urllib3."),
)
"""Modules that stand between the user's code and the driver."""


class Place(NamedTuple):
    """A source line.

    Attributes:
        file: File name as the interpreter knows it.
        line: 1-based line; 0 for unknown.
        function: Name of the function.
    """

    file: str
    line: int
    function: str


NOT_KNOWN = Place("", 0, "")


def place_of(frame: FrameType) -> Place:
    """Where a frame stands, or `NOT_KNOWN` when it is not the user's."""
    if _drives(frame.f_globals.get("__name__", "")):
        return NOT_KNOWN
    code = frame.f_code
    return Place(code.co_filename, frame.f_lineno, code.co_name)


def place_of_caller() -> Place:
    """The innermost line of user code on the stack, or `NOT_KNOWN` when a loop runs the call directly."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to one's caller
    while frame is not None and _drives(frame.f_globals.get("__name__", "")):
        if frame.f_code.co_name == _LOOP:
            return NOT_KNOWN  # below lies whoever started the loop, not who made the call
        frame = frame.f_back
    return NOT_KNOWN if frame is None else place_of(frame)


@cache
def _drives(module: str) -> bool:
    return module.startswith(_DRIVING)


_LOOP = "run_forever"
"""The function of asyncio below which no call was written."""
