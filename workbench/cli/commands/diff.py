"""`workbench diff`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_recording, opened

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["DiffCommand"]

_DIFFERS = 15


class DiffCommand:
    """Where do two runs part? Same beginning, first difference, inserted, deleted and changed calls, timing.

    Exit code 0 when they do the same, 15 when they differ.
    """

    name = "diff"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A recording and two of its runs."""
        add_recording(parser)
        parser.add_argument("one", metavar="RUN", help="run id")
        parser.add_argument("other", metavar="RUN", help="run id")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the comparison."""
        comparison = opened(options, output).compare(options.one, options.other)
        output.line(comparison)
        return 0 if comparison.same else _DIFFERS
