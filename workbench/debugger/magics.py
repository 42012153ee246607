"""`%load_ext workbench`: open a recording, record a cell, pretend in a cell."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NoReturn

from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from workbench._errors import UsageError
from workbench.debugger.recording_cell import ready
from workbench.engines import suffixes
from workbench.model import visible
from workbench.recorder import Recorder
from workbench.recording import Branch, Recording, Run, open_recording

__all__ = ["WorkbenchMagics", "load"]

_EDITS: Final = (
    "returns", "raises", "delays", "drops", "signals", "shifts_clock", "crashes", "input", "answer",
)  # fmt: skip
"""What a cell of `%%what_if` may call: the methods of `Branch`."""
_DEFAULT: Final = "notebook.wlog"
_SHOWN_RUNS: Final = 20
_OFFERED: Final = 200


@magics_class
class WorkbenchMagics(Magics):
    """The magics. The recording that was opened or made last is the one that `%%what_if` means; it is `rec`."""

    recording: Recording | None = None

    @property
    def _shell(self) -> Any:
        """IPython's shell; its own attribute may be none for magics that belong to nobody."""
        return self.shell

    @property
    def names(self) -> dict[str, Any]:
        """The notebook's variables."""
        names: dict[str, Any] = self._shell.user_ns
        return names

    @line_magic
    def workbench(self, line: str) -> Any:
        """`%workbench open FILE [RUN_ID]`: the debugger of a recording, or of one of its runs."""
        options = _parsed(line, "%workbench", ("what", {"choices": ["open"]}), ("file", {}), ("run_id", {"nargs": "?"}))
        recording = self._take(open_recording(options.file))
        from workbench.debugger.widget import Debugger  # as heavy as it is useful

        return Debugger(recording.run(options.run_id) if options.run_id else recording)

    @cell_magic
    def record(self, line: str, cell: str) -> Any:
        """`%%record [FILE] [--id ID] [--key KEY]`: run the cell; each workflow that it calls is recorded as a run.

        FILE is `notebook.wlog` by default; one that is there is gone on with. An async workflow is called without
        `await`. Afterwards `rec` is the recording.
        """
        options = _parsed(line, "%%record", ("file", {"nargs": "?", "default": _DEFAULT}), ("--id", {}), ("--key", {}))
        which = {"id": options.id, "business_key": options.key}
        source = self._shell.transform_cell(cell)
        name = self._shell.compile.cache(source, self._shell.execution_count, raw_code=cell)
        prepared, path = ready(source), Path(options.file)
        before = {run.id for run in open_recording(path)} if path.exists() and path.stat().st_size else set()
        try:
            with Recorder(path) as recorder:
                return prepared.run(
                    lambda tree, mode: compile(tree, name, mode, dont_inherit=True), self.names, recorder,
                    **{key: value for key, value in which.items() if value},
                )  # fmt: skip
        finally:
            print(_made(self._take(open_recording(path)), before))  # noqa: T201 - what a cell says, as `%%time` does

    @cell_magic
    def what_if(self, line: str, cell: str) -> Branch:
        """`%%what_if [RUN_ID] [--file FILE] [--as NAME]`: pretend, and replay without acting.

        The cell is Python in which the edits of a branch are functions: `returns("charge", "ch-1")`,
        `raises("reserve", OutOfStock())`, `delays("mail", 3600)`, `answer(…)`.
        """
        options = _parsed(line, "%%what_if", ("run_id", {"nargs": "?"}), ("--file", {}), ("--as", {"dest": "name"}))
        if options.file:
            self._take(open_recording(options.file))
        pretending = _Pretending(self._run(options.run_id).what_if())
        source = self._shell.transform_cell(cell)
        name = self._shell.compile.cache(source, self._shell.execution_count, raw_code=cell)
        code = compile(source, name, "exec", dont_inherit=True)
        exec(code, {**self.names, **pretending.edits})  # noqa: S102 - the cell is the user's own code
        branch = pretending.branch.replay()
        if options.name:
            self.names[options.name] = branch
        return branch

    def _take(self, recording: Recording) -> Recording:
        self.recording = self.names["rec"] = recording
        return recording

    def _run(self, run_id: str | None) -> Run:
        recording = self.names.get("rec")
        recording = recording if isinstance(recording, Recording) else self.recording
        if recording is None:
            raise UsageError("no recording is open", hint="%workbench open FILE, or rec = wb.open(FILE)")
        return recording.run(run_id)


class _Pretending:
    """A branch that grows as a cell runs."""

    def __init__(self, branch: Branch) -> None:
        self.branch = branch

    @property
    def edits(self) -> dict[str, Callable[..., None]]:
        """The functions of the cell."""
        return {name: self._edit(name) for name in _EDITS}

    def _edit(self, name: str) -> Callable[..., None]:
        def edit(*args: Any, **kwargs: Any) -> None:
            self.branch = getattr(self.branch, name)(*args, **kwargs)

        edit.__name__, edit.__doc__ = name, getattr(Branch, name).__doc__
        return edit


# --- words ---------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """One that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}", hint=self.format_usage().strip())


def _parsed(line: str, magic: str, *arguments: tuple[str, dict[str, Any]]) -> argparse.Namespace:
    parser = _Parser(prog=magic, add_help=False, usage=_USAGE[magic])
    for name, how in arguments:
        parser.add_argument(name, **how)
    try:
        return parser.parse_args(shlex.split(line))
    except ValueError as error:  # a quote without its end
        raise UsageError(f"{magic}: {error}", hint=_USAGE[magic]) from error


_USAGE = {
    "%workbench": "%workbench open FILE [RUN_ID]",
    "%%record": "%%record [FILE] [--id ID] [--key KEY]",
    "%%what_if": "%%what_if [RUN_ID] [--file FILE] [--as NAME]",
}


def _made(recording: Recording, before: set[str]) -> str:
    """What a cell has recorded, in words."""
    runs = [run for run in recording if run.id not in before]
    lines = [f"recorded {len(runs)} run{'' if len(runs) == 1 else 's'}; rec is the recording"]
    lines += [f"  {run.summary()}" for run in runs[:_SHOWN_RUNS]]
    lines += [f"  … and {len(runs) - _SHOWN_RUNS} more"] if len(runs) > _SHOWN_RUNS else []
    return visible("\n".join(lines))


# --- completion ----------------------------------------------------------------------------------------------


def load(shell: Any) -> None:
    """Put the magics into a shell.

    Args:
        shell: IPython's.
    """
    magics = WorkbenchMagics(shell)
    shell.register_magics(magics)
    for words, offers in (
        ("%workbench", _of_workbench),
        ("%%record", lambda _magics, event: _files(event.symbol)),
        ("%%what_if", _of_what_if),
    ):
        shell.set_hook("complete_command", _completer(magics, offers), str_key=words)


def _completer(magics: WorkbenchMagics, offers: Callable[[Any, Any], list[str]]) -> Callable[[Any, Any], list[str]]:
    def complete(_shell: Any, event: Any) -> list[str]:
        return offers(magics, event)

    return complete


def _of_workbench(magics: WorkbenchMagics, event: Any) -> list[str]:
    words = event.line.split()
    done = len(words) - (0 if event.line.endswith(" ") else 1)
    if done <= 1:
        return ["open"]
    return _files(event.symbol) if done == 2 else _run_ids(magics, event.symbol)  # noqa: PLR2004 - after the file


def _of_what_if(magics: WorkbenchMagics, event: Any) -> list[str]:
    if event.line.split()[-1:] == ["--file"] or event.line.split()[-2:-1] == ["--file"]:
        return _files(event.symbol)
    return _run_ids(magics, event.symbol)


def _run_ids(magics: WorkbenchMagics, begun: str) -> list[str]:
    known = magics.names.get("rec")
    recording = known if isinstance(known, Recording) else magics.recording
    if recording is None:
        return []
    run_ids = list(recording.runs["run_id"].astype("object"))
    fitting = [run_id for run_id in run_ids if run_id.startswith(begun)]
    near = fitting or get_close_matches(begun, run_ids, n=_OFFERED, cutoff=0.3)
    return [shlex.quote(run_id) for run_id in near[:_OFFERED]]


def _files(begun: str) -> list[str]:
    """Recordings and folders whose names begin so."""
    folder, _, name = begun.rpartition("/")
    here = Path(folder or ("/" if begun.startswith("/") else "."))
    try:
        found = sorted(path for path in here.iterdir() if path.name.startswith(name))
    except OSError:
        return []
    wanted = [path for path in found if path.is_dir() or path.suffix in suffixes()]
    prefix = f"{folder}/" if "/" in begun else ""
    return [f"{prefix}{path.name}{'/' if path.is_dir() else ''}" for path in wanted[:_OFFERED]]
