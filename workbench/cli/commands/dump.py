"""`workbench dump`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Dump"]


class Dump:
    """Print the raw frames of a log, damage included."""

    name = "dump"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A file."""
        parser.add_argument("file", type=Path, metavar="FILE", help="a .wlog file")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print a line per frame."""
        from workbench.journal.dump import dump

        for line in dump(options.file):
            output.line(line)
        return 0
