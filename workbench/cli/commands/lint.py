"""`workbench lint`."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from workbench.cli.commands.command import code_place

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Lint"]


class Lint:
    """Find in a workflow's code what will make its runs diverge: clocks, chance, environment, sets, globals.

    Follows calls into functions of the same package that are no steps. `# wb: ignore[WB101] why` on a line silences
    a rule there. Exit code 0 when nothing is found, 1 when something is.

    Example: workbench lint shop.flows:checkout
    """

    name = "lint"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Places of workflows."""
        parser.add_argument("places", nargs="+", metavar="PLACE", help="module:function or file.py:function")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the findings."""
        from workbench.analysis import lint

        found = [finding for place in options.places for finding in lint(code_place(place))]
        found = list(dict.fromkeys(found))
        if options.json:
            output.line(json.dumps([finding._asdict() for finding in found], indent=2))
        else:
            for finding in found:
                output.line(finding)
            output.line(f"{len(found)} findings" if found else "nothing found")
        return 1 if found else 0
