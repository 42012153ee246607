"""`workbench doctor`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Doctor"]


class Doctor:
    """Say in what state a log is, what is missing, and what that means."""

    name = "doctor"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A file."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a .wlog file")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the findings."""
        from workbench.journal.doctor import examine

        for line in examine(options.file).lines():
            output.line(line)
        return 0
