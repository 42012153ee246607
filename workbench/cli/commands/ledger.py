"""`workbench ledger`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_recording, opened

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["LedgerCommand"]


class LedgerCommand:
    """What was charged, given back, is in doubt or may be done twice: across runs, recoveries and retries."""

    name = "ledger"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Recordings and a business key."""
        add_recording(parser, several=True)
        parser.add_argument("--key", default=None, metavar="KEY", help="order or customer; all by default")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the ledger."""
        output.line(opened(options, output).ledger(options.key).text())
        return 0
