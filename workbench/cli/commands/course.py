"""`workbench course`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["CourseCommand"]


class CourseCommand:
    """Copy the course into a folder: twelve notebooks about what goes wrong, and exercises that check themselves.

    A notebook that is there already is left as it is, so a second call brings only what is missing.
    """

    name = "course"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Where to, and for whom."""
        parser.add_argument("folder", nargs="?", type=Path, default=Path("workbench-course"), metavar="FOLDER")
        parser.add_argument(
            "--solutions", action="store_true", help="for teachers: the solutions and the instructor's page, too"
        )

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Copy what is missing."""
        from workbench.course.folder import INDEX, copy_course

        copied = copy_course(options.folder, solutions=options.solutions)
        kept = f", {len(copied.kept)} were there already" if copied.kept else ""
        output.line(f"{copied.folder}: {len(copied.made)} files copied{kept}")
        output.line(f"  next: jupyter lab {copied.folder / INDEX}")
        return 0
