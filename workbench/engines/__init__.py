"""One package per system, all of one shape: `SYSTEM`, `SUFFIXES`, `sniff`, `load`, and where it can, `trace`.

This module only picks the one that knows a file: by its first bytes, and where none does, by its name, so that the
answer about a damaged file comes from the engine it belongs to.
"""

from __future__ import annotations

from pathlib import Path

from workbench._errors import LogError, LogNotFoundError
from workbench.engines import aws, dbos, native, restate, temporal
from workbench.engines.head import head_of, is_database
from workbench.engines.loaded import Loaded
from workbench.journal import OpenMode

__all__ = ["ENGINES", "Loaded", "known", "load", "replays", "suffixes"]

ENGINES = (native, temporal, dbos, restate, aws)
"""The systems that can be read, in the order in which they are asked."""


def suffixes() -> tuple[str, ...]:
    """File endings that a folder is searched for."""
    return tuple(dict.fromkeys(suffix for engine in ENGINES for suffix in engine.SUFFIXES))


def known(path: Path) -> bool:
    """Whether a file of a folder is a recording: ours by its name, another engine's by its first bytes."""
    if path.suffix in native.SUFFIXES:
        return True
    if path.suffix not in suffixes():
        return False
    try:
        head = head_of(path)
    except OSError:
        return True  # opening it says what is wrong
    return any(engine.sniff(path, head) for engine in ENGINES)


def replays(system: str) -> bool:
    """Whether code can be replayed against histories of this engine.

    Args:
        system: Its name, as `History.engine` has it.
    """
    return any(system == engine.SYSTEM and hasattr(engine, "trace") for engine in ENGINES)


def load(path: Path, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:
    """Open one file by the engine that knows it.

    Args:
        path: The file.
        mode: How to meet damage.

    Raises:
        LogNotFoundError: No such file.
        LogError: Its engine cannot read it; a file that no engine knows gets the answer of the one that its name
            belongs to (any SQLite database that of DBOS), or of the native reader, which says what a recording
            begins with.
    """
    try:
        head = head_of(path)
    except FileNotFoundError:
        hint = "check the name; `workbench demo` makes one"
        raise LogNotFoundError(f"no recording at {path}", path=path, hint=hint) from None
    except OSError as error:
        raise LogError(f"cannot read {path}: {error.strerror}", path=path) from error
    by_name = next((engine for engine in ENGINES if path.suffix in engine.SUFFIXES), native)
    kin = dbos if is_database(head) else by_name
    engine = next((engine for engine in ENGINES if engine.sniff(path, head)), kin)
    loaded: Loaded = engine.load(path, mode)
    return loaded
