"""Which modules belong to the workflow's program: those of its package, and those that lie in its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

__all__ = ["Home", "home_of"]

_INSTALLED: Final = frozenset({"site-packages", "dist-packages", "lib-dynload"})
_STANDARD: Final = Path(os.__file__).parent


class Home(NamedTuple):
    """Where a module is at home.

    Attributes:
        package: Its top package; its own name for a flat script.
        folder: What it was imported from: the folder that holds its top package, or the script itself; `""` for
            unknown, and for what is installed, where strangers lie side by side.
    """

    package: str
    folder: str

    def holds(self, module: Mapping[str, Any]) -> bool:
        """Whether another module, given by its globals, belongs to the same program."""
        other = home_of(module)
        return other.package == self.package or (bool(self.folder) and other.folder == self.folder)


def home_of(module: Mapping[str, Any]) -> Home:
    """Where a module is at home.

    Args:
        module: Its globals.
    """
    name, file = str(module.get("__name__", "")), module.get("__file__")
    if name == "__main__" and not isinstance(file, str):
        return Home(name, str(Path.cwd().resolve()))  # a notebook imports from the folder that it runs in
    return _home(name, file if isinstance(file, str) else "", "__path__" in module)


@lru_cache(1024)
def _home(name: str, file: str, is_package: bool) -> Home:  # noqa: FBT001 - positional for the cache
    package = name.partition(".")[0]
    if not file or package == "workbench":
        return Home(package, "")
    folder = Path(file).resolve().parent
    for _ in range(name.count(".") + is_package):
        folder = folder.parent
    foreign = folder == _STANDARD or folder.name in _INSTALLED
    return Home(package, "" if foreign else str(folder))
