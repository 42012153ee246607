"""`workbench report`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_allow, add_run, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["ReportCommand"]


class ReportCommand:
    """Write an incident report: one HTML file without scripts, safe to open and to share.

    It is refused when it would hold something that looks like a secret.
    """

    name = "report"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run and a file."""
        add_run(parser)
        parser.add_argument("--out", required=True, metavar="FILE", help="the file to write")
        add_allow(parser)

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Write it and say where."""
        run = chosen_run(options, output)
        output.line(run.report(options.out, allow=options.allow, overwrite=options.overwrite))
        return 0
