"""`workbench hazards`."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_code, add_run, chosen_code, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["HazardsCommand"]

_DANGER = 12
_FOUND = 13


class HazardsCommand:
    """What is dangerous in this run? Failure modes with their events, their fix and when they are a false alarm.

    Exit code 0 when nothing was found, 12 when there is a danger, 13 when there are only warnings and notes.
    """

    name = "hazards"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run, and how to print."""
        add_run(parser)
        add_code(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object per finding and line")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the findings."""
        findings = chosen_run(options, output).hazards(chosen_code(options))
        if options.json:
            for row in findings.frame.astype("object").to_dict("records"):
                output.line(json.dumps(row, ensure_ascii=False, default=str))
        else:
            output.line(findings)
        if not findings:
            return 0
        return _DANGER if any(finding.severity == "danger" for finding in findings) else _FOUND
