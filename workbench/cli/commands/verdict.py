"""`workbench verdict`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_run, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["VerdictCommand"]

_CODES = {"SAFE": 0, "CHECK": 10, "UNSAFE": 11}


class VerdictCommand:
    """May this run be resumed, retried, re-run or compensated?

    Exit code 0 when some action is SAFE, 10 when a check or a person must decide, 11 when all are UNSAFE.
    """

    name = "verdict"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run."""
        add_run(parser)

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the verdict in words."""
        verdict = chosen_run(options, output).verdict()
        output.line(verdict.text())
        words = set(verdict.options["safety"].astype(str))
        return next(code for word, code in _CODES.items() if word in words or word == "UNSAFE")
