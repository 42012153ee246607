"""Where in the program a call stands, independent of when its answer arrives.

A position is a path of 1-based indices. Every call a workflow makes takes the next index of its branch; a
branch (a task of an async workflow) is itself a call, so what it asks for hangs below it: in

    await charge()                    # 1
    await wb.gather(stock(), mail())  # branches 2 and 3, their calls are 2.1 and 3.1

the positions are the same however the answers interleave. The idea of a structural level instead of an
arrival order is eliot's `task_level`.
"""

from __future__ import annotations

__all__ = ["MAX_DEPTH", "NOWHERE", "Position", "parse_position", "position_text"]


Position = tuple[int, ...]
"""A path of 1-based indices; the empty path stands for the run itself."""

NOWHERE: Position = ()
"""The position of events that concern the whole run."""

MAX_DEPTH = 255
"""A position's depth is one byte in the log (journal/FORMAT.md)."""


def position_text(position: Position) -> str:
    """`(3, 1, 2)` as `"3.1.2"`; the run itself as `""`."""
    return ".".join(map(str, position))


def parse_position(text: str) -> Position:
    """The inverse of `position_text`.

    Raises:
        ValueError: When the text is not a dotted path of positive integers.
    """
    if not text:
        return NOWHERE
    parts = text.split(".")
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        message = f"{text!r} is no position: it is made of numbers from 1, for example '3.1.2'"
        raise ValueError(message)
    return tuple(int(part) for part in parts)
