"""`workbench export`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from workbench.cli.commands.command import add_allow, add_recording, opened

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["ExportCommand"]

_KINDS = ("parquet", "jsonl", "perfetto", "otlp", "mermaid")


class ExportCommand:
    """Write recorded runs for other tools: Parquet, JSON Lines, Perfetto, OpenTelemetry, Mermaid.

    It is refused when it would hold something that looks like a secret.
    """

    name = "export"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Recordings, a kind and a place."""
        add_recording(parser, several=True)
        parser.add_argument("--as", dest="kind", required=True, choices=_KINDS, help="in which format")
        parser.add_argument("--out", required=True, metavar="PATH", help="file to write; a folder for parquet")
        parser.add_argument("--run", action="append", metavar="RUN", help="only this run; may be repeated")
        add_allow(parser)

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Write it and say where."""
        recording = opened(options, output)
        path = recording.export(
            options.kind, options.out, runs=options.run, allow=options.allow, overwrite=options.overwrite
        )
        output.line(path)
        return 0
