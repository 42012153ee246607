"""`workbench explain`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_run, chosen_run, code_place

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Explain"]

_DIVERGED = 7
_SHOWN = ("what", "seq", "recorded", "asked", "asked_line")


class Explain:
    """Why the code no longer follows a recorded run: the cause with its evidence, the lines, the remedy.

    The code runs without acting, several times, with one thing changed at a time. Exit code 7 when it diverges.

    Example: workbench explain shop.wlog order-42 --code shop.flows:checkout
    """

    name = "explain"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run and its code."""
        add_run(parser)
        parser.add_argument(
            "--code", metavar="PLACE", help="module:function or file.py:function; recorded one by default"
        )
        parser.add_argument(
            "--trust-log", action="store_true", help="also execute recorded source, to prove which change mattered"
        )
        parser.add_argument("--account", action="store_true", help="print log and code side by side, too")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the explanation."""
        code = code_place(options.code) if options.code else None
        explanation = chosen_run(options, output).explain(code, trust_log=options.trust_log)
        output.line(explanation)
        if options.account:
            output.table(explanation.account, _SHOWN)
        return _DIVERGED if explanation.diverged else 0
