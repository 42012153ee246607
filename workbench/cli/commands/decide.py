"""`workbench decide`."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.cli.commands.command import add_recording, code_place

if TYPE_CHECKING:
    from workbench.cli.output import Output
    from workbench.recording import Run

__all__ = ["Decide"]

_ACTIONS = ("resume", "retry_from", "rerun", "compensate")
_HARMED = 1


class Decide:
    """Act on a run, or say what became of a step in doubt. Without --do nothing is done: the plan is printed.

    What the verdict does not call SAFE is refused, unless each objection is accepted by its id. Every decision is
    recorded in the log: who, when, why, what was accepted; `record` prints them.

    Examples:
    workbench decide shop.wlog order-42 resume
    workbench decide shop.wlog order-42 probe --do
    workbench decide shop.wlog order-42 resolve --step charge_card --happened no --why "no such charge" --do
    workbench decide shop.wlog order-42 retry_from --step extend --do --by ann
    """

    name = "decide"

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """A run, what to do with it, and why."""
        add_recording(parser)
        parser.add_argument("run_id", metavar="RUN", help="run id")
        parser.add_argument("action", choices=[*_ACTIONS, "probe", "resolve", "record"], help="what to do")
        parser.add_argument("--do", action="store_true", help="really do it")
        parser.add_argument(
            "--step", default="", help="label, name or position of a step, or `event N`; `end` for retry_from"
        )
        parser.add_argument(
            "--accept", action="append", default=[], metavar="ID", help="act in spite of this objection"
        )
        parser.add_argument("--happened", choices=["yes", "no"], help="resolve: whether the step acted")
        parser.add_argument("--undone", choices=["yes", "no"], help="resolve: whether it is undone, also by hand")
        parser.add_argument("--result", default="null", metavar="JSON", help="resolve: what the step returned")
        parser.add_argument(
            "--code", metavar="PLACE", help="module:function or file.py:function; recorded code by default"
        )
        parser.add_argument("--by", default="", help="who decides; you by default")
        parser.add_argument("--why", default="", help="on what grounds")
        parser.add_argument(
            "--format", default="text", choices=["text", "markdown", "html", "json"], help="of `record`"
        )

    @staticmethod
    def run(options: argparse.Namespace, output: Output) -> int:
        """Print the plan, or do it and print what became of it."""
        from workbench.recording import open_recording

        run = open_recording(options.where, mode=options.mode).run(options.run_id)
        if options.action == "record":
            return _record(run, options.format, output)
        if options.action in {"probe", "resolve"}:
            return _settle(run, options, output)
        act = _act(run, options)
        if not options.do:
            output.line(act(dry_run=True))
            output.line("Nothing was done; --do does it.")
            return 0
        result = act(accept=options.accept, by=options.by, why=options.why)
        output.line(result if options.action == "compensate" else f"done: {result!r}")
        failed = options.action == "compensate" and result.failed is not None
        return _HARMED if failed else 0


def _act(run: Run, options: argparse.Namespace) -> Any:
    code = code_place(options.code) if options.code else None
    method = getattr(run, options.action)
    if options.action == "retry_from":
        return lambda **given: method(options.step, code, **given)
    if options.action == "compensate":
        return lambda **given: method(code, down_to=options.step, **given)
    if options.step:
        raise UsageError(f"{options.action} takes no --step", hint="retry_from and compensate do")
    return lambda **given: method(code, **given)


def _settle(run: Run, options: argparse.Namespace, output: Output) -> int:
    if options.action == "probe":
        code = code_place(options.code) if options.code else None
        answers = run.probe(options.step or None, code, record=options.do, by=options.by, why=options.why)
        output.line(answers)
        output.line("" if options.do else "Nothing was recorded; --do records it.")
        return 0
    if not options.step or (options.happened is None) is (options.undone is None):
        message = "resolve needs --step, and --happened yes|no or --undone yes|no"
        raise UsageError(message, hint="workbench verdict lists what is in doubt")
    if not options.do:
        sentences = {("yes", None): "happened", ("no", None): "did not happen", (None, "yes"): "is undone"}
        word = sentences.get((options.happened, options.undone), "is not undone")
        output.line(f"{options.step} {word}. Nothing was recorded; --do records it.")
        return 0
    try:
        result = json.loads(options.result)
    except ValueError as error:
        raise UsageError(f"--result is no JSON: {error}", hint="""for example '{"id": "ch_1"}'""") from error
    said = {"happened": options.happened} if options.undone is None else {"undone": options.undone}
    words: dict[str, Any] = {name: answer == "yes" for name, answer in said.items()}
    run = run.resolve(options.step, **words, result=result, by=options.by, why=options.why)
    output.line(run.verdict().text())
    return 0


def _record(run: Run, form: str, output: Output) -> int:
    record = run.decision_record()
    shown = {
        "text": repr,
        "markdown": type(record).to_markdown,
        "html": type(record).to_html,
        "json": type(record).to_json,
    }
    output.line(shown[form](record))
    return 0
