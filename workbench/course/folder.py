"""The course as files: the notebooks, copied into a folder of the learner's own; for teachers the solutions, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench._errors import UsageError, WorkbenchError

__all__ = ["INDEX", "Copied", "copy_course"]

INDEX = "00_index.ipynb"
"""Where a learner begins."""
_FOR_TEACHERS = {"solutions", "INSTRUCTOR.md"}


@dataclass(frozen=True)
class Copied:
    """What was copied.

    Attributes:
        folder: Where the course is now.
        made: Files that are new, relative to it.
        kept: Files that were there already, and were left as they are.
    """

    folder: Path
    made: tuple[Path, ...]
    kept: tuple[Path, ...]


def copy_course(folder: Path | str, *, solutions: bool = False) -> Copied:
    """Copy the course. What is there already is a learner's work, and is never overwritten.

    Args:
        folder: Where to; it is made.
        solutions: Whether the solutions and the instructor's page come along.

    Raises:
        UsageError: The folder is a file, or cannot be written.
        WorkbenchError: This installation has no notebooks.
    """
    source, target = _source(), Path(folder)
    made, kept = [], []
    try:
        for file in _files(source, solutions=solutions):
            place = target / file
            if place.exists():
                kept.append(file)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, place)
            made.append(file)
    except OSError as error:
        raise UsageError(f"the course cannot be copied to {target}: {error}", hint="choose another folder") from error
    return Copied(target, tuple(made), tuple(kept))


def _source() -> Path:
    """In an installed package beside this file; in a clone at the top."""
    here = Path(__file__).parent
    for folder in (here / "notebooks", here.parents[1] / "notebooks"):
        if (folder / INDEX).is_file():
            return folder
    raise WorkbenchError(
        "this installation came without its notebooks", hint="install it again from a wheel or a clone"
    )


def _files(source: Path, *, solutions: bool) -> Iterator[Path]:
    for file in sorted(source.rglob("*")):
        relative = file.relative_to(source)
        hidden = any(part.startswith(".") for part in relative.parts)
        if file.is_file() and not hidden and (solutions or relative.parts[0] not in _FOR_TEACHERS):
            yield relative
