"""`rec.triage()`: every run of every log judged, here or spread over an executor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workbench._errors import UsageError
from workbench.analysis.triage import Attention, Outlooks, TriageRow, reasons_frame, triage_frame, triage_rows
from workbench.engines import Loaded
from workbench.journal import OpenMode
from workbench.recorder import SYSTEM_CLOCK
from workbench.recording.logs import LazyLogs, load_place
from workbench.recording.sources import place_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["triage"]

Progress = Callable[[Sequence[Any]], Iterable[Any]]

_CHUNK: Final = 20_000
"""Runs that another process is given at a time: it puts the whole log into classes first."""

_LOGS: Final = 50
"""Small logs that are given at a time."""

_MANY: Final = 20


class _Part(NamedTuple):
    """Some runs, by where they are.

    Attributes:
        logs: Numbers of their logs.
        run_ids: The runs of a large log; `None` for all.
    """

    logs: Sequence[int]
    run_ids: Sequence[str] | None = None


def triage(
    logs: Sequence[Loaded],
    *,
    hazards: str = Attention.QUICK,
    explain: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    now_ns: int | None = None,
) -> pd.DataFrame:
    """How every run stands, and what may be done with it.

    Args:
        logs: The logs.
        hazards: `quick` (default): those that the columns of the log alone can show, in all runs; `troubled`: also
            all others in runs that are in trouble, which costs milliseconds for each; `all`: all in all runs; `none`.
        explain: One row per reason instead of one per run.
        executor: Any `concurrent.futures.Executor`; processes open the logs by their places.
        progress: Wraps the list of parts while they are worked through; by default a bar when there are many.
        now_ns: The moment of acting, nanoseconds since the epoch; now by default.

    Raises:
        UsageError: There is no such choice of hazards.

    Returns:
        See `workbench.analysis.triage.triage_frame`; with `explain`, see `reasons_frame`.
    """
    moment = SYSTEM_CLOCK.now_ns() if now_ns is None else now_ns
    spread = executor is not None and not isinstance(executor, ThreadPoolExecutor)
    parts = list(_parts(logs, spread=spread))
    rows: list[TriageRow] = []
    results = _results(logs, parts, _How(moment, str(_attention(hazards))), executor)
    for _ in (progress or _tracked)(parts):
        rows += next(results)
    frame = triage_frame(rows)
    return reasons_frame(frame) if explain else frame


def _attention(hazards: str) -> Attention:
    try:
        return Attention(hazards)
    except ValueError:
        known = ", ".join(Attention)
        raise UsageError(f"hazards={hazards!r} is no choice", hint=f"one of {known}") from None


class _How(NamedTuple):
    """The same for all runs: the moment of acting, and which hazards to look for."""

    now_ns: int
    hazards: str


def _parts(logs: Sequence[Loaded], *, spread: bool) -> Iterator[_Part]:
    """Whole logs, several small ones together; a large one in pieces where other processes share the work."""
    if isinstance(logs, LazyLogs):
        yield from (_Part(range(at, min(at + _LOGS, len(logs)))) for at in range(0, len(logs), _LOGS))
        return
    for number, log in enumerate(logs):
        ids = log.history.run_ids if spread else []
        if len(ids) <= _CHUNK:
            yield _Part([number])
        else:
            yield from (_Part([number], ids[at : at + _CHUNK]) for at in range(0, len(ids), _CHUNK))


def _results(
    logs: Sequence[Loaded], parts: Sequence[_Part], how: _How, executor: Executor | None
) -> Iterator[list[TriageRow]]:
    here = partial(_rows, logs, how)
    if executor is None:
        return map(here, parts)
    if isinstance(executor, ThreadPoolExecutor):
        return executor.map(here, parts)
    work = [([_source(logs, number) for number in part.logs], part.run_ids) for part in parts]
    futures = [executor.submit(_rows_elsewhere, sources, run_ids, how) for sources, run_ids in work]
    return (future.result() for future in futures)


def _rows(logs: Sequence[Loaded], how: _How, part: _Part) -> list[TriageRow]:
    return _judged((logs[number] for number in part.logs), part.run_ids, how)


def _judged(logs: Iterable[Loaded], run_ids: Sequence[str] | None, how: _How) -> list[TriageRow]:
    outlooks = Outlooks(how.now_ns)
    return [
        row
        for log in logs
        for row in triage_rows(
            log.history, log.report, run_ids, now_ns=how.now_ns, hazards=how.hazards, outlooks=outlooks
        )
    ]


# --- elsewhere ----------------------------------------------------------------------------------------------


class _Source(NamedTuple):
    """Where another process finds a log, and as what: a file that has changed is opened anew."""

    place: str
    mode: str
    size: int


def _source(logs: Sequence[Loaded], number: int) -> _Source:
    if isinstance(logs, LazyLogs):
        return _Source(str(logs.files[number]), str(logs.mode), 0)
    log = logs[number]
    mode = OpenMode.PREFIX if log.report is None else log.report.mode
    return _Source(log.url or str(log.path), str(mode), len(log.history))


def _rows_elsewhere(sources: Sequence[_Source], run_ids: Sequence[str] | None, how: _How) -> list[TriageRow]:
    opened = _open if run_ids is None else _kept_open
    return _judged(map(opened, sources), run_ids, how)


def _open(source: _Source) -> Loaded:
    return load_place(place_of(source.place), source.mode)


_kept_open = lru_cache(maxsize=2)(_open)
"""A large log is opened once per process, not once per part."""


def _tracked(parts: Sequence[Any]) -> Iterable[Any]:
    if len(parts) < _MANY:
        return parts
    from rich.progress import track

    return track(parts, description="judging", transient=True)
