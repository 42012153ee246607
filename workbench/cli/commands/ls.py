"""`workbench ls`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_recording, opened

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Ls"]

_COLUMNS = ("run_id", "workflow", "status", "started", "duration_seconds", "steps", "recoveries", "error_type")


class Ls:
    """List the runs of a recording."""

    name = "ls"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Recordings and a filter."""
        add_recording(parser, several=True)
        parser.add_argument("--status", help="only runs of this status, for example interrupted")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the frame of runs."""
        recording = opened(options, output)
        runs = recording.runs
        if options.status:
            runs = runs[runs["status"] == options.status]
        output.table(runs, _COLUMNS)
        for warning in recording.warnings:
            output.error(warning)
        return 0
