"""`workbench what-if`."""

from __future__ import annotations

import argparse
import builtins
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.cli.commands.command import add_run, chosen_run

if TYPE_CHECKING:
    from workbench.cli.output import Output
    from workbench.recording import Branch, Comparison

__all__ = ["WhatIf"]


class WhatIf:
    """Change what happened and see what would have followed, without acting.

    STEP is the name of a step, signal or child; `STEP#2` means its second call, `@3.1` the call at a position. Edits
    are made in the order in which they are listed below.

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
        for option, metavar, text in _OPTIONS:
            parser.add_argument(f"--{option}", action="append", default=[], metavar=metavar, help=text)
        parser.add_argument("--branch", metavar="NAME", help="begin with the branch that was saved under this name")
        parser.add_argument("--save", metavar="NAME", help="save the branch beside the recording")

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Replay the branch and show how it differs."""
        from workbench.recording import code_at, diff

        run = chosen_run(options, output)
        code = code_at(options.code) if options.code else None
        branch = run.branches[options.branch] if options.branch else run.what_if(code)
        for option, _, _ in _OPTIONS:
            for text in getattr(options, option.replace("-", "_")):
                branch = _EDITS[option](branch, text)
        if options.save:
            branch = branch.save(options.save)
        output.line(branch.replay())
        _show(diff(run, branch), output)
        return 0


def _show(changes: Comparison, output: Output) -> None:
    """The calls that differ, and those that took another time."""
    if changes.same:
        output.line("no call differs from the recorded run")
    else:
        output.table(changes.differences, ("what", "position", "name", "left", "right"))
    if len(changes.slower):
        output.table(changes.slower, ("position", "name", "left_seconds", "right_seconds"))


_OPTIONS = (
    ("input", "JSON", "the run began with these arguments: a list, or an object of names"),
    ("returns", "STEP=JSON", "the call returned this"),
    ("raises", "STEP=ERROR[: TEXT]", "the call raised this built-in error"),
    ("delays", "STEP=SECONDS", "the answer came so much later"),
    ("drops", "STEP", "the answer never came"),
    ("signals", "NAME=JSON[@EVENT]", "this signal arrived, after an event or before the run began"),
    (
        "shifts-clock",
        "SECONDS[@EVENT]",
        "the clock was off by so much, after an event or from the beginning; --shifts-clock=-60 for one that is behind",
    ),
    ("crashes", "STEP[:before|during|after] or EVENT", "the process died there"),
    ("answer", "JSON", "answer the frontier, in order"),
)


def _call(text: str) -> dict[str, Any]:
    """`charge`, `charge#2`, `@3.1` as arguments of an edit."""
    name, at, position = text.partition("@")
    name, mark, occurrence = name.partition("#")
    if mark and not occurrence.isdecimal():
        raise UsageError(f"{text!r} names no occurrence", hint="the second call of charge is charge#2")
    return {"step": name, "occurrence": int(occurrence or 0), "position": position if at else ""}


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"--{option} {text!r} is no number of seconds", hint=f"--{option} …3600") from None


def _event(text: str, option: str) -> int:
    if text and not text.isdecimal():
        raise UsageError(f"--{option}: {text!r} is no number of an event", hint="`workbench show` lists the events")
    return int(text or 0)


def _input(branch: Branch, text: str) -> Branch:
    given = _json(text)
    return (
        branch.input(**given)
        if isinstance(given, dict)
        else branch.input(*(given if isinstance(given, list) else [given]))
    )


def _returns(branch: Branch, text: str) -> Branch:
    step, value = _pair(text, "--returns")
    return branch.returns(value=_json(value), **_call(step))


def _raises(branch: Branch, text: str) -> Branch:
    step, value = _pair(text, "--raises")
    return branch.raises(error=_error(value), **_call(step))


def _delays(branch: Branch, text: str) -> Branch:
    step, value = _pair(text, "--delays")
    return branch.delays(seconds=_number(value, "delays"), **_call(step))


def _signals(branch: Branch, text: str) -> Branch:
    name, value = _pair(text, "--signals")
    value, at, event = value.rpartition("@") if value.rpartition("@")[2].isdecimal() else (value, "", "")
    return branch.signals(name, _json(value), after=_event(event, "signals") if at else 0)


def _shifts_clock(branch: Branch, text: str) -> Branch:
    seconds, _, event = text.partition("@")
    return branch.shifts_clock(_number(seconds, "shifts-clock"), after=_event(event, "shifts-clock"))


def _crashes(branch: Branch, text: str) -> Branch:
    if text.isdecimal():
        return branch.crashes(event=int(text))
    step, _, when = text.partition(":")
    return branch.crashes(when=when or "during", **_call(step))  # type: ignore[arg-type]  # refused by name if wrong


_EDITS: dict[str, Callable[[Branch, str], Branch]] = {
    "input": _input, "returns": _returns, "raises": _raises, "delays": _delays,
    "drops": lambda branch, text: branch.drops(**_call(text)), "signals": _signals,
    "shifts-clock": _shifts_clock, "crashes": _crashes,
    "answer": lambda branch, text: branch.answer(_json(text)),
}  # fmt: skip


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
