"""`workbench replay`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_run, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output
    from workbench.recording import Trace

__all__ = ["Replay"]

_DIVERGED = 7


class Replay:
    """Step through the recorded run in its real code, without acting.

    In a terminal this is interactive (? lists the keys); otherwise, or with --all, it prints every stop. Exit code
    7 when the code diverges from the recording.
    """

    name = "replay"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run, its code, and how to look at it."""
        add_run(parser)
        parser.add_argument(
            "--code", metavar="PLACE", help="module:function or file.py:function; recorded one by default"
        )
        parser.add_argument("--all", action="store_true", help="print every stop")
        parser.add_argument("--lines", action="store_true", help="stop at every line of the workflow's code, too")
        parser.add_argument(
            "--watch", action="append", default=[], metavar="EXPR", help="print where an expression changes; repeatable"
        )
        parser.add_argument("--at", type=int, metavar="N", help="print only stop N")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Replay and show."""
        from workbench.cli.stepper import Stepper, show_stop
        from workbench.recording import code_at

        run = chosen_run(options, output)
        trace = run.replay(code_at(options.code) if options.code else None, lines=options.lines)
        if options.watch:
            _watch(trace, options.watch, output)
        elif options.at is not None:
            trace.goto(options.at)
            show_stop(trace, output)
        elif options.all or not sys.stdin.isatty():
            for stop in trace.steps:
                changed = "".join(f"  {name}={stop.locals[name]}" for name in stop.changed if name in stop.locals)
                output.line(f"{stop}{changed}")
        else:
            Stepper(trace, output).run()
        output.line(trace.outcome)
        return _DIVERGED if trace.outcome.word == "diverged" else 0


def _watch(trace: Trace, expressions: list[str], output: Output) -> None:
    seen = trace.watch(*expressions)
    output.table(seen.loc[seen["changed"], ["index", "seq", "event", "line", "expression", "value"]])
    for expression, rows in seen.groupby("expression", observed=True):
        if rows["value"].isna().all():
            output.line(f"{expression}: {rows['error'].iloc[-1]}")
