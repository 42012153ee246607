"""The verdict on a run with its code at hand: what dry replays of the code say about each action."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbench._errors import CodeNotFoundError, PayloadError, UndecodableError, UsageError
from workbench.analysis import (
    RESUMED,
    Action,
    AskedKey,
    CodeCheck,
    DryReplay,
    RunFacts,
    StepFacts,
    Verdict,
    read_facts,
    verdict_of,
)  # fmt: skip
from workbench.engines import Loaded
from workbench.journal.codec import restore
from workbench.machine import Call, Crashes, Verb
from workbench.model import ENDINGS, EventType, History, Kind, Position
from workbench.program import Invocation, Step, Workflow, probe_call, result_of_word
from workbench.recorder import first_key
from workbench.recording.finding_steps import step_of
from workbench.replay import Diverged, Needs, Outcome, replay, tripwire

__all__ = ["first_superseded", "judged"]


def judged(
    loaded: Loaded,
    run_id: str,
    workflow: Workflow[..., Any],
    from_position: Position | None = None,
    *,
    now_ns: int | None = None,
) -> tuple[Verdict, Outcome | None]:
    """The verdict on a run with dry replays of its code, and how that of the whole log ended.

    There is no outcome where the code cannot be given what the log holds; the verdict says what (G6).

    Args:
        loaded: The log.
        run_id: The run.
        workflow: Its code.
        from_position: A step that must have a `retry_from` row.
        now_ns: The moment of acting, nanoseconds since the epoch; now by default.
    """
    history = loaded.history
    facts = read_facts(history, run_id, loaded.report)
    unfit: Mapping[str, str] = {}
    try:
        outcome = replay(workflow, history, run_id=run_id, with_locals=False).outcome
    except UndecodableError as error:  # the code cannot be given what the log holds
        unfit = unfit_results(facts, history, workflow) or {"": str(error)}
        outcome = None
    diverged = outcome.divergence.path if isinstance(outcome, Diverged) else None
    check: CodeCheck = "diverged" if isinstance(outcome, Diverged) else "clean"
    checks = {RESUMED: _dry(outcome)} if outcome is not None else {}

    def verdict() -> Verdict:
        return verdict_of(
            history, run_id, loaded.report, code_check=check, diverged_at=diverged, checks=checks,
            other_keys=_other_keys(facts, history, workflow), unfit=unfit, from_position=from_position, now_ns=now_ns,
        )  # fmt: skip

    found = verdict()
    if isinstance(outcome, Diverged):  # how much of the log the code still fits decides from where one may retry
        best = found.row(Action.RETRY_FROM)
        for cut, seq in _cuts(facts, history, {from_position, best.from_position if best is not None else None}):
            edits = [Crashes(first_superseded(facts, seq) - 1)]
            checks[cut] = _dry(replay(workflow, history, edits, run_id=run_id, with_locals=False).outcome)
        found = verdict()
    return found, outcome


def unfit_results(facts: RunFacts, history: History, workflow: Workflow[..., Any]) -> dict[str, str]:
    """Steps of which the code cannot be given what the log holds, by label, each with the reason.

    Args:
        facts: The run.
        history: Its log.
        workflow: Its code; a step that it does not know any more is passed over.
    """
    found = {}
    for step in facts.steps:
        kind = history.columns.type[step.answer] if step.answered and step.answer >= 0 else None
        if kind not in {EventType.StepCompleted, EventType.StepResolved}:
            continue
        try:
            code, said = step_of(step.name, history, workflow), history.payload(step.answer)
            if kind == EventType.StepResolved:
                result_of_word(said.get("result"), code)
            elif "unrecorded" not in said:
                restore(said.get("result"), code.returns)
        except UndecodableError as error:
            found[step.label] = error.message
        except (CodeNotFoundError, PayloadError):
            continue  # what the log says of it is judged without the code
    return found


def first_superseded(facts: RunFacts, seq: int) -> int:
    """Number of the first event that a retry, added to the decisions that were made, takes from the code.

    Args:
        facts: The run.
        seq: Number of the event at which the retry cuts.
    """
    return min([seq, *(decision.cut for decision in facts.decisions if decision.cut and decision.seq > seq)])


def _cuts(facts: RunFacts, history: History, wanted: set[Position | None]) -> Iterator[tuple[int, int]]:
    """Row and event number of the cuts that are tried: at some steps, and at the end of the run."""
    columns = history.columns
    for step in facts.steps:
        if step.position in wanted:
            yield step.opened, columns.seq[step.opened]
    ends = [row for row in history.rows_of(facts.run_id) if columns.type[row] in ENDINGS]
    if ends and facts.ended_ns >= 0:
        yield sys.maxsize, columns.seq[ends[-1]]


def _dry(outcome: Outcome) -> DryReplay:
    calls = (outcome.call, *outcome.others) if isinstance(outcome, Needs) else ()
    return DryReplay(not isinstance(outcome, Diverged), tuple(_asked(calls)))


def _asked(calls: Iterable[Call | None]) -> Iterator[AskedKey]:
    for call in calls:
        if call is not None and call.verb is Verb.CALL_STEP and isinstance(call.request, Invocation):
            kind = call.request.step.declaration.kind
            yield AskedKey(call.name, call.position, kind, _key(call.request) or "")


def _other_keys(facts: RunFacts, history: History, workflow: Workflow[..., Any]) -> Mapping[str, str]:
    """Steps whose present code makes another key of the recorded arguments, by label, each with the reason."""
    found = {}
    for step in facts.steps:
        if step.kind is Kind.KEYED and step.key and history.columns.type[step.opened] == EventType.StepStarted:
            reason = _another(step, history, workflow)
            if reason:
                found[step.label] = reason
    return found


def _another(step: StepFacts, history: History, workflow: Workflow[..., Any]) -> str:
    try:
        code = step_of(step.name, history, workflow)
    except CodeNotFoundError:
        return ""  # it is not known to be another; the recorder looks again
    if code.declaration.kind.acts and code.key is None:
        return f"{step.label} was done under a key, and the code at hand makes none"
    key = _key_of_recorded(code, history.payload(step.opened))
    if key is None or first_key(step.key) == key or code.declaration.kind is Kind.IDEMPOTENT:
        return ""
    return f"{step.label} was done under a key, and the code at hand makes another one of the same arguments"


def _key_of_recorded(code: Step[..., Any], intent: Mapping[str, Any]) -> str | None:
    try:
        args, kwargs = probe_call(code, intent)
    except (UsageError, PayloadError):
        return None  # it takes other arguments now, or some are redacted: nothing to compare
    return _key(Invocation(code, args, kwargs))


def _key(invocation: Invocation) -> str | None:
    """The key, made without touching the world; `None` where its function fails on these arguments."""
    try:
        with tripwire():
            return invocation.key()
    except Exception:  # noqa: BLE001 - user code that cannot make the key here says nothing about it
        return None
