"""A sweep: one branch per value or combination of values, and how each ended."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench._errors import ActedDuringReplayError, UsageError, WorkbenchError
from workbench.analysis.cells import category, html_table
from workbench.machine import Edit
from workbench.model import History, position_text, visible
from workbench.program import as_workflow
from workbench.recording.edits import bytes_of_edit, edit_of_bytes
from workbench.replay import Completed, Cut, Diverged, Failed, Needs, Trace, replay, safe_repr
from workbench.views import html_text, sweep_figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from workbench.recording.branch import Branch

__all__ = ["Ending", "Sweep", "sweep"]

_UNKNOWN = "unknown"
_OUTCOMES = ("completed", "failed", "needs", "diverged", "cut", _UNKNOWN)


class Ending(NamedTuple):
    """How one branch ended, small enough to come from another process.

    Attributes:
        outcome: `completed failed needs diverged`, or `unknown` where the branch could not be replayed.
        result: What it returned, raised, needs, how it diverged, or why it could not be replayed; bounded text.
        error_type: Class name of the error; `""` for none.
        needs: Name of the call at the frontier; `""` for none.
        stops: Number of stops.
        departs_at: Number of the last recorded event before the branch departs; 0 when it never does.
    """

    outcome: str
    result: str
    error_type: str
    needs: str
    stops: int
    departs_at: int


def sweep(branch: Branch, axes: Mapping[str, Sequence[Any]], *, executor: Executor | None = None) -> Sweep:
    """Replay one branch per combination. See `Branch.sweep`.

    Raises:
        UsageError: There is nothing to try, a step is unknown, or another process cannot find log or code.
    """
    if not axes or not all(axes.values()):
        raise UsageError("a sweep needs values to try", hint="sweep('charge_card', [value, …, CardDeclined()])")
    points = list(itertools.product(*axes.values()))
    branches = [_pretending(branch, dict(zip(axes, point, strict=True))) for point in points]
    work: Iterable[Ending]
    if executor is None:
        work = map(_ending_here, _tracked(branches))
    elif isinstance(executor, ThreadPoolExecutor):
        work = executor.map(_ending_here, branches)
    else:
        place = _place_of(branch)
        documents = [[bytes_of_edit(edit) for edit in one.edits] for one in branches]
        work = executor.map(_ending_elsewhere, *zip(*((*place, one) for one in documents), strict=True))
    return Sweep(tuple(axes), points, branches, list(work))


class Sweep:
    """Branches that differ in what some steps answered.

    Args:
        steps: Names of the steps that were varied.
        points: What each answered, one tuple per branch.
        branches: The branches.
        endings: How they ended.
    """

    def __init__(
        self,
        steps: Sequence[str],
        points: Sequence[tuple[Any, ...]],
        branches: Sequence[Branch],
        endings: Sequence[Ending],
    ) -> None:
        self.steps = tuple(steps)
        self._points = points
        self._branches = branches
        self._endings = endings

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per branch.

        Columns: one per varied step (object: its answer or exception), then `outcome` (category, `completed failed
        needs diverged unknown`), `result` (str, bounded), `error_type` (str), `needs` (str, name of the call at the
        frontier), `stops` (int64), `departs_at` (int64, number of the last recorded event before the branch goes its
        own way; 0 when it does not).
        """
        import pandas as pd

        answers = {
            name: pd.Series([point[number] for point in self._points], dtype="object")
            for number, name in enumerate(self._columns)
        }
        rows = pd.DataFrame(self._endings, columns=list(Ending._fields))
        rows["outcome"] = category([ending.outcome for ending in self._endings], _OUTCOMES)
        types = {"result": "str", "error_type": "str", "needs": "str", "stops": "int64", "departs_at": "int64"}
        return pd.concat([pd.DataFrame(answers), rows.astype(types)], axis=1)

    @property
    def _columns(self) -> list[str]:
        """A step may be named as a column is."""
        return [f"{step} answers" if step in Ending._fields else step for step in self.steps]

    def figure(self) -> go.Figure:
        """The outcomes as a picture: a row of marks for one step, a grid for two, ribbons for more."""
        texts = [tuple(safe_repr(value) for value in point) for point in self._points]
        outcomes = [(ending.outcome, ending.result) for ending in self._endings]
        return sweep_figure(self.steps, texts, outcomes)

    def __len__(self) -> int:
        """Number of branches."""
        return len(self._branches)

    def __getitem__(self, index: int) -> Branch:
        """The branch of one row."""
        return self._branches[index]

    def __iter__(self) -> Iterator[Branch]:
        """The branches, row by row."""
        return iter(self._branches)

    def __repr__(self) -> str:
        """How many ended how, the first rows, and what can be done next."""
        counts = self.frame["outcome"].value_counts()
        ended = ", ".join(f"{counts[word]} {word}" for word in _OUTCOMES if counts[word])
        lines = [f"Sweep over {', '.join(self.steps)}: {len(self)} branches, {ended}"]
        lines += self.frame[[*self._columns, "outcome", "result"]].head(10).to_string(max_colwidth=40).splitlines()
        lines.append("  next: .frame .figure() sweep[row].trace, wb.diff(run, sweep[row])")
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        head = html_text(repr(self).splitlines()[0])
        shown = self.frame.assign(**{name: self.frame[name].map(safe_repr) for name in self._columns})
        return f"<p>{head}</p>{html_table(shown, rows=30)}"


# --- one branch ---------------------------------------------------------------------------------------------


def _pretending(branch: Branch, point: Mapping[str, Any]) -> Branch:
    for step, value in point.items():
        branch = branch.raises(step, value) if isinstance(value, BaseException) else branch.returns(step, value)
    return branch


def _ending_here(branch: Branch) -> Ending:
    return _replayed(branch.code, branch.history, branch.edits, branch.run_id)


def _replayed(code: Callable[..., Any], history: History, edits: Sequence[Edit], run_id: str) -> Ending:
    """One branch; a value that does not fit, or code that acts because of it, is the ending of this one alone."""
    try:
        return _ending(replay(code, history, edits, run_id=run_id, with_locals=False))
    except (WorkbenchError, ActedDuringReplayError) as error:
        return Ending(_UNKNOWN, str(error), type(error).__name__, "", 0, 0)


def _ending(trace: Trace) -> Ending:
    outcome = trace.outcome
    departs = 0
    for stop in trace.steps:
        if stop.source in {"edited", "supplied"}:
            break
        departs = stop.seq or departs
    else:
        departs = 0
    error = outcome.error if isinstance(outcome, Failed) else None
    return Ending(
        outcome.word,
        _result(trace),
        type(error).__name__ if error is not None else "",
        outcome.name if isinstance(outcome, Needs) else "",
        len(trace),
        departs,
    )


def _result(trace: Trace) -> str:
    outcome = trace.outcome
    if isinstance(outcome, Completed):
        return safe_repr(outcome.value)
    if isinstance(outcome, Failed):
        return safe_repr(outcome.error)
    if isinstance(outcome, Diverged):
        return outcome.divergence.message
    if isinstance(outcome, Cut):
        return outcome.why
    return f"{outcome.name or outcome.verb} at {position_text(outcome.position) or 'the start'}"


# --- elsewhere ----------------------------------------------------------------------------------------------


def _place_of(branch: Branch) -> tuple[str, str, str]:
    """Where another process finds log, run and code: histories are mapped files and stay where they are."""
    reference = as_workflow(branch.code).reference
    if reference.startswith("__main__:") or "<locals>" in reference:
        raise UsageError(
            f"another process cannot import {reference}", hint="put the workflow into a module, or use threads"
        )
    return branch.history.origin, branch.run_id, reference


def _ending_elsewhere(origin: str, run_id: str, reference: str, documents: Sequence[bytes]) -> Ending:
    from workbench.recording.code import code_of_reference
    from workbench.recording.logs import load_place
    from workbench.recording.sources import place_of

    code: Callable[..., Any] = code_of_reference(reference)
    edits = [edit_of_bytes(document) for document in documents]
    return _replayed(code, load_place(place_of(origin)).history, edits, run_id)


_MANY = 20


def _tracked(branches: Sequence[Branch]) -> Iterable[Branch]:
    if len(branches) < _MANY:
        return branches
    from rich.progress import track

    return track(branches, description="replaying", transient=True)
