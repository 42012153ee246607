"""`workbench`: parse, one call, print."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from workbench._errors import ActedDuringReplayError, MissingDependencyError, WorkbenchError
from workbench.cli.commands import COMMANDS
from workbench.cli.errors import exit_code_of
from workbench.cli.output import Output

__all__ = ["build_parser", "main"]

_ACTED = 9
_INTERRUPTED = 130
_EXTRA = {"jupyterlab", "nbformat", "numpy", "pandas", "plotly", "pyarrow", "rich"}


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; names and help come from the commands themselves."""
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="The debugger for durable execution.",
        epilog="Start with `workbench demo`: it makes a recording of a checkout that was killed half-way.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        text = (command.__doc__ or "").strip()
        sub = commands.add_parser(command.name, help=text.splitlines()[0], description=text)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Words after the program's name; those of this process by default.

    Returns:
        Exit code: 0, what the command says, or the error's (`workbench.cli.errors`).
    """
    options = build_parser().parse_args(arguments)
    output = Output()
    try:
        code: int = options.run(options, output)
    except WorkbenchError as error:
        output.error(f"workbench: {error}")
        return exit_code_of(error)
    except ActedDuringReplayError as error:
        output.error(f"workbench: {error}")
        return _ACTED
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        missing = MissingDependencyError(
            f"this command needs {error.name}", hint="pip install 'durable-workbench[notebook]'"
        )
        output.error(f"workbench: {missing}")
        return exit_code_of(missing)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough: say nothing more
        return 0
    except KeyboardInterrupt:
        output.error("workbench: interrupted")
        return _INTERRUPTED
    return code
