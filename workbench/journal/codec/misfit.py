"""How converters talk: what they look like, and what they raise when a value does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Lookup = Callable[[str, str], type | None]
"""Finds a class by module and qualified name."""

Convert = Callable[[Any, Lookup], Any]
"""Restores one value."""


class Misfit(Exception):  # noqa: N818 - internal signal, always translated by `restore`
    """A value does not fit its annotation.

    Attributes:
        reason: What is wrong with the part at `path`.
        path: Grown from the inside out while the signal passes the containers.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.path = ""
        super().__init__(reason)

    def inside(self, step: str) -> Misfit:
        """The same, one container further out."""
        self.path = step + self.path
        return self
