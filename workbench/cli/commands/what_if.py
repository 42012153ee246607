"""`workbench what-if`."""

from __future__ import annotations

import argparse
import builtins
import json
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.cli.commands.command import add_run, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output

__all__ = ["WhatIf"]


class WhatIf:
    """Change a result and see what would have happened, without acting.

    Example: workbench what-if shop.wlog order-42 --raises 'charge_card=TimeoutError: no answer'
    """

    name = "what-if"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run, its code, and what to pretend."""
        add_run(parser)
        parser.add_argument(
            "--code", metavar="PLACE", help="module:function or file.py:function; recorded one by default"
        )
        parser.add_argument(
            "--returns", action="append", default=[], metavar="STEP=JSON", help="the step returned this"
        )
        parser.add_argument(
            "--raises",
            action="append",
            default=[],
            metavar="STEP=ERROR[: TEXT]",
            help="the step raised this built-in error",
        )
        parser.add_argument(
            "--answer", action="append", default=[], metavar="JSON", help="answer the frontier, in order"
        )

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Replay the branch and show how it differs."""
        from workbench.recording import code_at, diff

        run = chosen_run(options, output)
        branch = run.what_if(code_at(options.code) if options.code else None)
        for text in options.returns:
            step, value = _pair(text, "--returns")
            branch = branch.returns(step, _json(value))
        for text in options.raises:
            step, value = _pair(text, "--raises")
            branch = branch.raises(step, _error(value))
        for text in options.answer:
            branch = branch.answer(_json(text))
        output.line(branch.replay())
        changes = diff(run, branch)
        output.table(changes[changes["what"] != "same"], ("what", "position", "name", "left", "right"))
        return 0


def _pair(text: str, option: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise UsageError(f"{option} {text!r} has no '='", hint=f"{option} STEP=VALUE")
    return name, value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{text!r} is no JSON: {error}", hint="text needs quotes inside: --answer '\"yes\"'") from None


def _error(text: str) -> BaseException:
    name, _, message = text.partition(":")
    kind = getattr(builtins, name.strip(), None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        raise UsageError(
            f"{name!r} is no built-in error", hint="in Python any error goes: branch.raises(step, MyError())"
        )
    return kind(message.strip())
