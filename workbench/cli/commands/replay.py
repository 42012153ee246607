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
_KEYS = "n step · p back · g N go to · q quit"


class Replay:
    """Step through the recorded run in its real code, without acting.

    In a terminal this is interactive; otherwise, or with --all, it prints every stop. Exit code 7 when the code
    diverges from the recording.
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
        parser.add_argument("--at", type=int, metavar="N", help="print only stop N")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Replay and show."""
        from workbench.recording import code_at

        run = chosen_run(options, output)
        trace = run.replay(code_at(options.code) if options.code else None)
        if options.at is not None:
            trace.goto(options.at)
            _show(trace, output)
        elif options.all or not sys.stdin.isatty():
            for stop in trace.steps:
                changed = "".join(f"  {name}={stop.locals[name]}" for name in stop.changed if name in stop.locals)
                output.line(f"{stop}{changed}")
        else:
            _interact(trace, output)
        output.line(trace.outcome)
        return _DIVERGED if trace.outcome.word == "diverged" else 0


def _interact(trace: Trace, output: Output) -> None:
    _show(trace, output)
    while True:
        try:
            words = input(f"[{trace.cursor}/{len(trace) - 1}] {_KEYS} > ").split() or ["n"]
        except EOFError:
            return
        if words[0] == "q":
            return
        if words[0] == "p":
            trace.back()
        elif words[0] == "g" and len(words) > 1 and words[1].lstrip("-").isdigit():
            trace.goto(max(0, min(int(words[1]), len(trace) - 1)))
        else:
            trace.step()
        _show(trace, output)


def _show(trace: Trace, output: Output) -> None:
    line, *shown = repr(trace.stop).splitlines()
    output.line("\n".join([line, *trace.excerpt(), *shown]))
