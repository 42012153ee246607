"""Where a value stands in a payload: the last name of its path, and what is around it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

__all__ = ["name_at", "parent_of"]

_LAST: Final = re.compile(r'(?:\.(?P<name>[A-Za-z_]\w*)|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\[[0-9*]+\])$')


@lru_cache(8192)
def _split(path: str) -> tuple[str, str]:
    found = _LAST.search(path)
    if found is None:
        return path, ""
    return path[: found.start()], found["name"] or found["quoted"] or ""


def name_at(path: str) -> str:
    """The last name of a path: `amount` of `$.args[0].amount`; `""` for an element of a list."""
    return _split(path)[1]


def parent_of(path: str) -> str:
    """The path of what holds the value."""
    return _split(path)[0]
