"""`workbench timeline`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_run, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["TimelineCommand"]


class TimelineCommand:
    """Draw one run: here, or with --html as an interactive page."""

    name = "timeline"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run and where to draw it."""
        add_run(parser)
        parser.add_argument("--html", type=Path, metavar="FILE", help="write one self-contained page")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Draw."""
        run = chosen_run(options, output)
        if options.html is None:
            output.line(run.summary())
            output.line(run.terminal_timeline(width=output.width))
            return 0
        run.timeline().write_html(options.html, include_plotlyjs=True)
        output.line(f"wrote {options.html}")
        return 0
