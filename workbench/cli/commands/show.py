"""`workbench show`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_run, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Show"]

_STEPS = ("position", "name", "kind", "state", "attempts", "duration_seconds", "error_type", "code")
_EVENTS = ("seq", "time", "event", "position", "name", "attempt", "error_type")


class Show:
    """Show one run: its steps, and with --events every event and payload."""

    name = "show"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run and how much of it."""
        add_run(parser)
        parser.add_argument("--events", action="store_true", help="every event instead of a row per step")
        parser.add_argument("--payload", type=int, metavar="SEQ", help="only the payload of this event")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the run."""
        run = chosen_run(options, output)
        if options.payload is not None:
            output.line(run.payload(options.payload))
            return 0
        output.line(run.summary())
        if options.events:
            output.table(run.events, _EVENTS)
        else:
            steps = run.steps
            kinds = steps["kind"].astype(str).where(~steps["kind_assumed"], steps["kind"].astype(str) + " (assumed)")
            output.table(steps.assign(kind=kinds), _STEPS)
        return 0
