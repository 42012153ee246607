"""A bar while many things are worked through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

__all__ = ["tracked"]

T = TypeVar("T")

_MANY: Final = 200


def tracked(things: Sequence[T], doing: str) -> Iterable[T]:
    """The things, one after the other, with a bar when there are many.

    Args:
        things: What is worked through.
        doing: What is done to them, as one word.
    """
    if len(things) < _MANY:
        return things
    from rich.progress import track

    return track(things, description=doing, transient=True)
