"""`workbench triage`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_recording, opened

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["TriageCommand"]

_TROUBLE = 14
_SHOWN = ("run_id", "status", "failing_step", "error_type", "best", "safety", "because", "at_stake", "hazards")
_AT_REST = ("completed", "compensated")


class TriageCommand:
    """What to do about each of many runs: one row per run that is not at rest, or with --explain one per reason.

    Exit code 0 when every run is at rest, 14 when some are not.
    """

    name = "triage"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Recordings, and how to show them."""
        add_recording(parser, several=True)
        parser.add_argument("--all", action="store_true", help="print the runs at rest, too")
        parser.add_argument("--explain", action="store_true", help="group runs by what keeps them")
        parser.add_argument("--hazards", default="quick", choices=["all", "quick", "none"], help="how closely to look")
        parser.add_argument("--csv", action="store_true", help="print comma-separated values")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print a table and a line that sums it up."""
        recording = opened(options, output)
        frame = recording.triage(hazards=options.hazards)
        troubled = frame[~frame["status"].isin(_AT_REST)]
        shown = frame if options.all else troubled
        if options.explain:
            shown = recording.triage(hazards=options.hazards, explain=True)
        if options.csv:
            output.line(shown.to_csv(index=False))
        elif len(shown):
            output.table(shown, () if options.explain else _SHOWN)
        counts = frame["status"].value_counts()
        output.line(", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no runs")
        return _TROUBLE if len(troubled) else 0
