"""What a command is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from workbench.cli.output import Output
    from workbench.program import Workflow
    from workbench.recording import Recording, Run

__all__ = [
    "Command",
    "add_allow",
    "add_code",
    "add_recording",
    "add_run",
    "chosen_code",
    "chosen_run",
    "code_place",
    "opened",
]


class Command(Protocol):
    """One word after `workbench`. The class docstring is its help."""

    name: str

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Declare its arguments."""

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Do it; returns the exit code."""
        ...


def add_recording(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """The argument that names what to open."""
    parser.add_argument(
        "where", nargs="+" if several else None, metavar="RECORDING", help="file, folder or quoted glob pattern"
    )
    parser.add_argument(
        "--mode", default="prefix", choices=["prefix", "tail", "strict", "salvage"], help="how to meet damage"
    )


def add_run(parser: argparse.ArgumentParser) -> None:
    """Recording and run."""
    add_recording(parser)
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="run id; may be left out when there is only one")


def add_code(parser: argparse.ArgumentParser) -> None:
    """The code to compare the log with."""
    parser.add_argument("--code", metavar="PLACE", help="module:function or file.py:function: replayed, never run")


def add_allow(parser: argparse.ArgumentParser) -> None:
    """What is written although it looks like a secret, or although the name is taken."""
    parser.add_argument(
        "--allow", action="append", default=[], metavar="WHAT", help="kind or fingerprint of what may be shared"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what has this name")


def chosen_code(options: argparse.Namespace) -> Workflow[..., Any] | None:
    """The code that the options name, if any."""
    return code_place(options.code) if options.code else None


def opened(options: argparse.Namespace, output: Output) -> Recording:
    """The recording that the options name."""
    from workbench.recording import open_recording

    return open_recording(options.where, mode=options.mode, progress=lambda files: output.progress(files, "opening"))


def chosen_run(options: argparse.Namespace, output: Output) -> Run:
    """The run that the options name, or the only one."""
    return opened(options, output).run(options.run_id)


def code_place(place: str) -> Workflow[..., Any]:
    """The workflow at a place that a person names: `module:function` or `file.py:function`."""
    import sys

    from workbench.program import as_workflow
    from workbench.recording import code_at

    if "" not in sys.path:
        sys.path.insert(0, "")  # as `python -m`: what lies in the current folder is meant
    return as_workflow(code_at(place))
