"""Pickles that act when somebody unpickles them."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

__all__ = ["Acts", "Builds", "loaded"]


def loaded(raw: bytes) -> Any:
    """What `pickle` makes of bytes; planted ones act here."""
    return pickle.loads(raw)  # noqa: S301 - the very thing that the project never does


class Acts:
    """Its pickle calls `os.system`."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> Any:
        return os.system, (self.command,)


class Builds:
    """Its pickle sets a state that acts."""

    path = ""

    def __setstate__(self, state: Any) -> None:
        Path(state["path"]).touch()

    def __reduce__(self) -> Any:
        return Builds, (), {"path": self.path}
