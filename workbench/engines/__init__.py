"""One package per system, all of one shape: `SYSTEM`, `SUFFIXES`, `sniff`, `load`, and where it can, `trace`.

This module only picks the one that knows a file.
"""

from __future__ import annotations

from pathlib import Path

from workbench._errors import LogError, LogNotFoundError
from workbench.engines import native
from workbench.engines.loaded import Loaded
from workbench.journal import OpenMode

__all__ = ["ENGINES", "Loaded", "load", "suffixes"]

ENGINES = (native,)
"""The systems that can be read, in the order in which they are asked."""

_HEAD_BYTES = 512


def suffixes() -> tuple[str, ...]:
    """File endings that a folder is searched for."""
    return tuple(suffix for engine in ENGINES for suffix in engine.SUFFIXES)


def load(path: Path, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:
    """Open one file by the engine that knows it.

    Args:
        path: The file.
        mode: How to meet damage.

    Raises:
        LogNotFoundError: No such file.
        LogError: Its engine cannot read it; a file that no engine knows gets the native reader's answer, which
            says what a recording begins with.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError:
        hint = "check the name; `workbench demo` makes one"
        raise LogNotFoundError(f"no recording at {path}", path=path, hint=hint) from None
    except OSError as error:
        raise LogError(f"cannot read {path}: {error.strerror}", path=path) from error
    engine = next((engine for engine in ENGINES if engine.sniff(path, head)), native)
    loaded: Loaded = engine.load(path, mode)
    return loaded
