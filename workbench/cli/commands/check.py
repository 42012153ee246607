"""`workbench check`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_recording, code_place, opened

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["Check"]

_DIVERGED = 7
_NOT_CHECKED = 1
_SHOWN = ("run_id", "workflow", "outcome", "position", "seq", "cause", "because", "line")


class Check:
    """Does the code still fit the recorded runs? Replays every run, without acting.

    Exit code 0 when all runs fit, 7 when any diverges or touches the world outside a step, 1 when some could not be
    checked (the code is gone or does not end) or there is no run at all.

    Example: workbench check recordings/ --code shop.flows:checkout
    """

    name = "check"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Recordings, and the code to check."""
        add_recording(parser, several=True)
        parser.add_argument(
            "--code", action="append", default=[], metavar="PLACE",
            help="module:function or file.py:function, for runs of its name; may be repeated; recorded code by default",
        )  # fmt: skip
        parser.add_argument("--all", action="store_true", help="print the runs that fit, too")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print a table and a line that sums it up."""
        recording = opened(options, output)
        codes = [code_place(place) for place in options.code]
        code = codes[0] if len(codes) == 1 else {one.name: one for one in codes} or None
        frame = recording.check(code, progress=lambda chunks: output.progress(chunks, "checking"))
        bad = frame["outcome"].isin(["diverged", "acted"])
        shown = frame if options.all else frame[bad | (frame["outcome"] == "unknown")]
        if len(shown):
            output.table(shown, _SHOWN)
        for remedy in frame.loc[bad, "remedy"].unique():
            output.line(f"→ {remedy}") if remedy else None
        counts = frame["outcome"].value_counts()
        output.line(", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no runs")
        if bad.any():
            return _DIVERGED
        return _NOT_CHECKED if not len(frame) or frame["outcome"].eq("unknown").any() else 0
