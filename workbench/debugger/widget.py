"""`wb.Debugger`: the debugger app in a notebook. The app runs in the browser; questions come by the widget's comm."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from workbench._errors import MissingDependencyError, UsageError
from workbench.debugger.answer import Answer
from workbench.debugger.desk import Desk
from workbench.debugger.headlines import headlines_of
from workbench.debugger.mailbox import Mailbox
from workbench.debugger.session import Code, loaded_of
from workbench.model import visible
from workbench.recording import Recording, Run, open_recording
from workbench.recording.logs import LazyLogs

try:
    import anywidget
    import traitlets
except ModuleNotFoundError as missing:
    raise MissingDependencyError(
        f"the debugger needs {missing.name}", hint="pip install 'durable-workbench[notebook]'"
    ) from missing

__all__ = ["Debugger"]

_STATIC: Final = Path(__file__).parent / "static"
_DRAWN_EVENTS: Final = 20_000
"""A picture in characters is drawn of runs up to this size."""
_LONGEST_POSTER: Final = 20_000


class Debugger(anywidget.AnyWidget):
    """The whole debugger as a widget: timeline, events, code, locals, what-if, decide.

    Args:
        shown: A run, a recording, or where one lies (see `wb.open`).
        code: The workflow, or workflows by name; the recorded one by default, imported when it is needed.
        may_act: Whether runs may be acted on, doubts settled and branches saved from here.
        follow: Whether what another process appends to the recording is shown as it comes.

    Attributes:
        desk: Answers the app's questions; of use without a browser, too.
        run_id: The run that is shown; `""` for the list of runs. Synced, and kept in a saved notebook.
        cursor: Number of the event at the cursor; 0 for none.
        branch: Edits of the branch that is shown, as JSON text; `""` for the recorded run.
        time: The time axis: `wall`, `compressed` or `logical`.
        panels: Sizes and folds of the panels, the tab and the stretch of the timeline that are seen.
        follows: Whether what is appended is looked for; may be changed while it is shown.
        poster: What is shown where no kernel answers.

    Example:
        >>> wb.Debugger(run)
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    run_id = traitlets.Unicode().tag(sync=True)
    cursor = traitlets.Int().tag(sync=True)
    branch = traitlets.Unicode().tag(sync=True)
    time = traitlets.Unicode("compressed").tag(sync=True)
    panels = traitlets.Dict().tag(sync=True)
    follows = traitlets.Bool(True).tag(sync=True)  # noqa: FBT003 - the default of a trait has no name
    poster = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        shown: Run | Recording | str | Path,
        code: Code | Mapping[str, Code] | None = None,
        *,
        may_act: bool = True,
        follow: bool = True,
    ) -> None:
        recording, run_id = _opened(shown)
        self.desk = Desk(recording, run_id=run_id, code=code, may_act=may_act)
        super().__init__(
            _esm=_bundle("widget.js"),
            _css=_bundle("widget.css"),
            run_id=run_id,
            follows=follow,
            poster=_poster(recording, run_id),
        )
        self._mailbox = Mailbox(self._answer, self.send)
        self.on_msg(_received)

    def receive(self, message: Any) -> None:
        """Take a question from the browser, and answer it: at once, or heavy ones in their order beside the others.

        Args:
            message: An `AskMessage`, see `workbench.debugger.wire.transport`.
        """
        self._mailbox.receive(message)

    def _answer(self, question: Any) -> Answer:
        return self.desk.answer(question)

    def close(self) -> None:
        """End the widget and what still works for it."""
        mailbox = getattr(self, "_mailbox", None)  # one that failed to be made is closed, too
        if mailbox is not None:
            mailbox.close()
        super().close()

    def __repr__(self) -> str:
        """What it shows, and what to do without a browser."""
        session = self.desk.session
        if not self.run_id:
            return f"Debugger of {session.recording!r}\n  shown in a notebook; here: rec.runs, rec.triage()"
        run = session.run(self.run_id)
        path = loaded_of(run).path
        return (
            f"Debugger of {_summary(run)}\n"
            f"  shown in a notebook; in a terminal: workbench replay {path} {run.id}, or print(run.terminal_timeline())"
        )


def _received(widget: Debugger, content: Any, buffers: Any) -> None:
    del buffers  # questions are small: they have none
    widget.receive(content)


def _opened(shown: Run | Recording | str | Path) -> tuple[Recording, str]:
    """The recording, and the run of it that is meant."""
    if isinstance(shown, Recording):
        return shown, next(iter(shown)).id if len(shown) == 1 else ""
    if isinstance(shown, Run):
        logs = shown._logs  # noqa: SLF001 - a run does not tell its recording in another way
        whole = not isinstance(logs, LazyLogs) and len(logs) > 0  # of very many logs, the run's own is enough
        return Recording(logs if whole else [loaded_of(shown)]), shown.id
    if isinstance(shown, str | Path):
        return _opened(open_recording(shown))
    raise UsageError(f"a {type(shown).__name__} cannot be debugged", hint="wb.Debugger(run), or of wb.open(path)")


def _bundle(name: str) -> str:
    """Text of a file of the app, as the package was built.

    Raises:
        MissingDependencyError: The package was never built.
    """
    path = _STATIC / name
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingDependencyError(
            f"the debugger app is not built: there is no {path.name} in {path.parent.name}/",
            hint="in a checkout run `npm ci && npm run build` in labextension/, or install the package again",
        ) from None


def _poster(recording: Recording, run_id: str) -> str:
    if not run_id:
        return repr(recording)[:_LONGEST_POSTER]
    run = recording.run(run_id)
    picture = run.terminal_timeline() if _is_small(run) else "the run is too long to be drawn in characters"
    return f"{_summary(run)}\n\n{picture}"[:_LONGEST_POSTER]


def _is_small(run: Run) -> bool:
    return len(run.history.rows_of(run.id)) <= _DRAWN_EVENTS


def _summary(run: Run) -> str:
    """One line about a run; of a very long one without reading each of its steps."""
    if _is_small(run):
        return run.summary()
    head = headlines_of(loaded_of(run), run.id)[0]
    counts = f"{head.steps:,} steps, {head.events:,} events, {head.recoveries} recoveries"
    words = [run.id, head.workflow or "unknown workflow", head.status.upper(), head.error_type, counts]
    return visible(" · ".join(filter(None, words)), lines=False)
