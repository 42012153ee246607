"""`workbench why`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_code, add_run, chosen_code, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["WhyCommand"]


class WhyCommand:
    """Why did this run fail, or where does it stand? Plain sentences, each with the events that show it."""

    name = "why"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run."""
        add_run(parser)
        add_code(parser)

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the explanation."""
        output.line(chosen_run(options, output).why(chosen_code(options)).text())
        return 0
