"""`rec.check(code)`: which recorded runs no longer fit the code, and why."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError, WorkbenchError
from workbench.analysis import Cause, Explanation, explain
from workbench.analysis.cells import category, counts, text
from workbench.analysis.divergence import Sure
from workbench.engines import Loaded
from workbench.program import as_workflow
from workbench.recording.code import code_of_reference
from workbench.recording.fitting import Code, Codes, Fit, Kind, fit_of, fits_elsewhere, names_of, workflow_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Progress", "check", "codes_for"]

Progress = Callable[[Sequence[Any]], Iterable[Any]]
_OUTCOMES = ("completed", "failed", "needs", "diverged", "acted", "cut", "unknown")
_COLUMNS = (
    "run_id", "workflow", "outcome", "reason", "position", "seq", "cause", "sure", "because", "line", "remedy",
    "origin",
)  # fmt: skip
_CHUNK = 64
_MANY = 20


def check(
    logs: Sequence[Loaded],
    code: Code | Mapping[str, Code] | None = None,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Replay every run of some logs. See `Recording.check` for arguments and columns."""
    codes = codes_for(logs, code)
    chunks = [(log, ids[at : at + _CHUNK]) for log in logs for ids in [log.history.run_ids]
              for at in range(0, len(ids), _CHUNK)]  # fmt: skip
    tracked = progress or _tracked
    fits: list[tuple[Loaded, Fit]] = []
    for (log, _), found in zip(
        chunks, tracked_results(_results(chunks, codes, executor), chunks, tracked), strict=True
    ):
        fits += [(log, fit) for fit in found]
    return _frame(fits, _Causes(codes))


def codes_for(logs: Sequence[Loaded], code: Code | Mapping[str, Code] | None) -> Codes:
    """Code by workflow name: one workflow stands for its own runs, or for all when only one is recorded.

    Raises:
        UsageError: The logs hold several workflows, and none of them is called as the code is.
    """
    if code is None or isinstance(code, Mapping):
        return code or {}
    recorded = {workflow_of(log.history, run_id)[0] for log in logs for run_id in log.history.run_ids} - {""}
    own = recorded & names_of(code)
    if len(recorded) > 1 and not own:
        names = ", ".join(sorted(recorded))
        raise UsageError(
            f"{as_workflow(code).name} is none of the recorded workflows: {names}",
            hint="say which one it stands for: check({'checkout': new_checkout})",
        )
    return dict.fromkeys(own or recorded, code)


def tracked_results(results: Iterator[list[Fit]], chunks: Sequence[Any], tracked: Progress) -> Iterator[list[Fit]]:
    """The results, with progress as they come."""
    for _ in tracked(chunks):
        yield next(results)


def _results(
    chunks: Sequence[tuple[Loaded, list[str]]], codes: Codes, executor: Executor | None
) -> Iterator[list[Fit]]:
    if executor is None:
        return (_fits(codes, log, ids) for log, ids in chunks)
    if isinstance(executor, ThreadPoolExecutor):
        return executor.map(partial(_fits, codes), *zip(*chunks, strict=True)) if chunks else iter(())
    places = {name: _place_of(code) for name, code in codes.items()}
    futures = [executor.submit(fits_elsewhere, log.url or str(log.path), ids, places) for log, ids in chunks]
    return (future.result() for future in futures)


def _fits(codes: Codes, log: Loaded, run_ids: Sequence[str]) -> list[Fit]:
    return [fit_of(log.history, run_id, codes) for run_id in run_ids]


def _place_of(code: Code) -> str:
    """Where another process finds the code: `module:function`, or `file.py:function` for a file that was loaded."""
    function = as_workflow(code).function
    reference = as_workflow(code).reference
    if reference.startswith("__main__:") or "<locals>" in reference:
        raise UsageError(
            f"another process cannot import {reference}", hint="put the workflow into a module, or use threads"
        )
    spec = importlib.util.find_spec(function.__module__)
    file = function.__code__.co_filename
    return reference if spec is not None and spec.origin == file else f"{file}:{function.__qualname__}"


class _Causes:
    """Looks closer at one divergence of each kind; others of that kind have its cause."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._known: dict[Kind, Explanation | None] = {}

    def of(self, log: Loaded, fit: Fit) -> Explanation | None:
        """Why a run diverged; `None` where it cannot be told."""
        if fit.outcome != "diverged":
            return None
        if fit.kind not in self._known:
            try:
                code = self._codes.get(fit.workflow) or code_of_reference(workflow_of(log.history, fit.run_id)[1])
                found = explain(code, log.history, fit.run_id)
                self._known[fit.kind] = found if found.diverged else None
            except WorkbenchError:
                self._known[fit.kind] = None  # the row says how it diverged all the same
        return self._known[fit.kind]


def _frame(fits: Sequence[tuple[Loaded, Fit]], causes: _Causes) -> pd.DataFrame:
    import pandas as pd

    why = [causes.of(log, fit) for log, fit in fits]
    rows = [fit for _, fit in fits]
    columns: dict[str, Any] = {
        name: text(getattr(fit, name) for fit in rows)
        for name in ("run_id", "workflow", "reason", "position", "because")
    }
    columns["outcome"] = category([fit.outcome for fit in rows], _OUTCOMES)
    columns["seq"] = counts([fit.seq for fit in rows])
    causes_known = [str(found.cause) if found else fit.cause for fit, found in zip(rows, why, strict=True)]
    columns["cause"] = category(causes_known, [str(cause) for cause in Cause])
    columns["sure"] = category([str(found.sure) if found else "" for found in why], [str(sure) for sure in Sure])
    columns["line"] = text(found.line_now if found else "" for found in why)
    columns["remedy"] = text(found.remedy if found else "" for found in why)
    columns["origin"] = text(str(log.path) for log, _ in fits)
    return pd.DataFrame(columns)[list(_COLUMNS)]


def _tracked(chunks: Sequence[Any]) -> Iterable[Any]:
    if len(chunks) < _MANY:
        return chunks
    from rich.progress import track

    return track(chunks, description="checking", transient=True)
