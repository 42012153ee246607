"""Whether one run's code still fits it: the small answer that travels between processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from workbench._errors import (
    ActedDuringReplayError,
    CodeNotFoundError,
    NeedsSecretError,
    PayloadError,
    ReplayError,
    RunError,
    WorkbenchError,
)
from workbench.analysis import Cause
from workbench.engines import replays
from workbench.machine import Slot
from workbench.model import EventType, History, position_text
from workbench.program import as_workflow, outside_loops
from workbench.recording.code import code_at, code_of_reference
from workbench.recording.logs import load_place
from workbench.recording.sources import place_of
from workbench.replay import Diverged, Outcome, call_text, replay
from workbench.replay.deadline import RUN_SECONDS, OverdueError, within

__all__ = ["Code", "Codes", "Fit", "Kind", "fit_of", "fits_elsewhere", "workflow_of"]

Code = Callable[..., Any]
Codes = Mapping[str, Code]
"""Code by the name of the workflow."""

Kind = tuple[str, ...]
"""Divergences of one kind have one cause: the workflow, how it differs, the calls of both sides, the recorded line."""


class Fit(NamedTuple):
    """How one run fits some code.

    Attributes:
        run_id: The run.
        workflow: Name of its workflow.
        outcome: `completed failed needs diverged acted cut unknown`.
        reason: How code and log differ; `""` unless diverged.
        position: Where; `""` for the end.
        seq: Number of the event that the log holds there; 0 for none.
        because: In words.
        cause: The cause, where it is known without looking closer; `""` otherwise.
        kind: What its cause depends on; `()` unless diverged.
    """

    run_id: str
    workflow: str
    outcome: str
    reason: str = ""
    position: str = ""
    seq: int = 0
    because: str = ""
    cause: str = ""
    kind: Kind = ()


def fit_of(history: History, run_id: str, codes: Codes) -> Fit:
    """Replay one run.

    Args:
        history: The log.
        run_id: The run.
        codes: Code by workflow name; for other names the recorded code, imported now.
    """
    name, reference = workflow_of(history, run_id)
    if not replays(history.engine):
        return Fit(run_id, name, "unknown", because=f"recorded by {history.engine}, whose code is not replayed here")
    try:
        code = codes.get(name) or code_of_reference(reference)
        outcome = outside_loops(partial(_outcome, code, history, run_id))
    except OverdueError:
        return Fit(
            run_id, name, "unknown", because=f"the code asks for nothing and does not end within {RUN_SECONDS:g} s"
        )
    except (WorkbenchError, ActedDuringReplayError) as error:
        return _stopped(run_id, name, error)
    if not isinstance(outcome, Diverged):
        return Fit(run_id, name, outcome.word)
    return _diverged(history, run_id, name, outcome)


def _outcome(code: Code, history: History, run_id: str) -> Outcome:
    return within(RUN_SECONDS, lambda: replay(code, history, run_id=run_id, with_locals=False).outcome)


def _stopped(run_id: str, name: str, error: WorkbenchError | ActedDuringReplayError) -> Fit:
    """What it means that the replay could not come to an end.

    Raises:
        WorkbenchError: It says nothing about code and log.
    """
    if isinstance(error, ActedDuringReplayError):
        return Fit(run_id, name, "acted", because=str(error).splitlines()[0], cause=str(Cause.OUTSIDE))
    if isinstance(error, NeedsSecretError):
        return Fit(run_id, name, "needs", because=error.message)
    if isinstance(error, PayloadError):
        kind = (name, "type", error.message)
        return Fit(run_id, name, "diverged", "type", because=error.message, cause=str(Cause.TYPE_CHANGED), kind=kind)
    if isinstance(error, CodeNotFoundError | RunError):
        return Fit(run_id, name, "unknown", because=error.message)
    raise error


def fits_elsewhere(origin: str, run_ids: list[str], places: dict[str, str]) -> list[Fit]:
    """As `fit_of`, in another process: the log and the code are opened there.

    Args:
        origin: Path of the log, or its URL.
        run_ids: The runs.
        places: Place of the code by workflow name, see `code_at`.
    """
    history = _opened(origin)
    codes = {name: _loaded(place) for name, place in places.items()}
    return [fit_of(history, run_id, codes) for run_id in run_ids]


@lru_cache(maxsize=4)
def _opened(origin: str) -> History:
    """A log is opened once per process, not once per chunk."""
    return load_place(place_of(origin)).history


_loaded = lru_cache(maxsize=64)(code_at)


def workflow_of(history: History, run_id: str) -> tuple[str, str]:
    """Name of a run's workflow and the reference to its code, as recorded; `""` where the log does not say."""
    for row in history.rows_of(run_id):
        if history.columns.type[row] == EventType.RunStarted:
            try:
                return history.declaration(row).name, str(history.payload(row).get("workflow", ""))
            except (PayloadError, ReplayError):
                return history.declaration(row).name, ""
    return "", ""


def names_of(code: Code) -> set[str]:
    """Names under which the runs of some code may be recorded."""
    workflow = as_workflow(code)
    return {workflow.name, getattr(workflow.function, "__name__", workflow.name)}


def _diverged(history: History, run_id: str, name: str, outcome: Diverged) -> Fit:
    divergence = outcome.divergence
    call, slot = divergence.call, divergence.slot
    kind = (
        name, str(divergence.reason), f"{call.verb} {call.name}" if call is not None else "",
        f"{slot.verb} {slot.name}" if slot is not None else "", str(_line(history, slot)),
    )  # fmt: skip
    asked = call_text(call) if call is not None else "nothing more"
    return Fit(
        run_id=run_id,
        workflow=name,
        outcome="diverged",
        reason=str(divergence.reason),
        position=position_text(divergence.path),
        seq=history.columns.seq[slot.opened] if slot is not None else 0,
        because=f"the log holds {divergence.recorded}, the code asks for {asked}",
        kind=kind,
    )


def _line(history: History, slot: Slot | None) -> Any:
    return history.payload(slot.opened).get("at") if slot is not None else ""
