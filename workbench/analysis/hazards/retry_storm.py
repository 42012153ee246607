"""Hazard 19: retries that make it worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from workbench.analysis.hazards.attempts import StepRows, steps_of
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.fingerprint import fingerprint_of
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import NS, span
from workbench.model import EventType, History

__all__ = ["RETRY_STORM"]

_MANY: Final = 4
"""Attempts from which on a pattern is one."""
_ALIKE: Final = 0.05
"""Relative difference up to which pauses are the same."""
_BURST: Final = 10
_BURST_NS: Final = 60 * NS
_LAYERS: Final = 3
"""Attempts per layer from which on layers multiply: three layers of three are 27 calls."""
_PAUSES: Final = "hazards: pauses between attempts"


def _detect(case: Case) -> Iterator[Evidence]:
    retried = [step for step in case.steps.values() if len(step.attempts) > 1 or _hidden(step) > 1]
    if not retried:
        return
    told: set[str] = set()
    for step in retried:
        found = _of_step(case, step)
        if found is not None:
            told.add(step.label)
            yield found
    yield from _layers(case, [step for step in retried if len(step.attempts) >= _LAYERS])
    if len(case.history.runs) > 1:
        yield from _in_step_with_others(case, [step for step in retried if step.label not in told])


def _hidden(step: StepRows) -> int:
    """Attempts by their number, where the engine writes down the last one only."""
    return max((attempt.number for attempt in step.attempts), default=0)


def _of_step(case: Case, step: StepRows) -> Evidence | None:
    rows = [attempt.row for attempt in step.attempts]
    times = [case.time_ns(row) for row in rows]
    pauses = [after - before for before, after in pairwise(times)]
    how = ""
    if len(rows) >= _MANY and _constant(pauses):
        how = f"at even pauses of {span(pauses[0] / NS)}, without backoff or jitter"
    elif _burst(times):
        how = f"{_BURST} of them within {span(_BURST_NS / NS)}"
    elif len(rows) > _MANY and _quickening(pauses):
        how = "with ever shorter pauses"
    if not how:
        return None
    text = f"{step.label} was tried {len(rows)} times, {how}"
    return Evidence(case.seqs(rows[-1], *rows[:-1][:20]), text, (step.label,), 0.9)


def _constant(pauses: Sequence[int]) -> bool:
    shortest, longest = min(pauses), max(pauses)
    return longest > 0 and longest - shortest <= _ALIKE * longest


def _burst(times: Sequence[int]) -> bool:
    return any(last - first <= _BURST_NS for first, last in zip(times, times[_BURST - 1 :], strict=False))


def _quickening(pauses: Sequence[int]) -> bool:
    return all(after < before for before, after in pairwise(pauses))


def _layers(case: Case, retried: Sequence[StepRows]) -> Iterator[Evidence]:
    """A call that was tried several times, and was called again for that: two layers of retries multiply."""
    calls: dict[object, list[StepRows]] = {}
    types = case.history.columns.type
    for step in retried:
        again = calls.setdefault((step.declaration.name, fingerprint_of(case, step.first)), [])
        again.append(step)
    for steps in calls.values():
        failed = [step for step in steps[:-1] if step.answer >= 0 and types[step.answer] == EventType.StepFailed]
        if len(steps) > 1 and len(failed) == len(steps) - 1:
            attempts = sum(len(step.attempts) for step in steps)
            text = f"{steps[0].declaration.name} was called {len(steps)} times and tried {attempts} times in all"
            rows = [step.first for step in steps]
            yield Evidence(case.seqs(*reversed(rows)), text, tuple(step.label for step in steps), 0.9)
    yield from _children(case)


def _children(case: Case) -> Iterator[Evidence]:
    """A child that was started again after it had failed, and that retries by itself."""
    started: dict[str, list[str]] = {}
    rows: dict[str, int] = {}
    failed = {case.history.position(row) for row in case.rows_of(EventType.ChildFailed)}
    if not failed:
        return
    for row in case.rows_of(EventType.ChildStarted):
        name = case.history.declaration(row).name
        started.setdefault(name, []).append(plain_text(case.body(row).get("id")))
        rows[name] = row
    for name, run_ids in started.items():
        attempts = sum(_most_attempts(case.history, run_id) for run_id in run_ids[:100])
        if len(run_ids) >= _LAYERS and attempts >= _LAYERS * len(run_ids):
            text = f"child {name} was started {len(run_ids)} times, and its steps were tried {attempts} times in all"
            yield Evidence(case.seqs(rows[name]), text, (name,), 0.9)


def _most_attempts(history: History, run_id: str) -> int:
    rows = history.rows_of(run_id)
    return max((len(step.attempts) for step in steps_of(history, rows).values()), default=0) if len(rows) else 0


def _in_step_with_others(case: Case, retried: Sequence[StepRows]) -> Iterator[Evidence]:
    """Several runs pause for exactly the same times: they failed together and come back together."""
    known = _pauses_by_name(case.history)
    own = case.history.columns.run[case.rows[0]]
    for step in retried:
        pauses = _pauses(case.history, [attempt.row for attempt in step.attempts])
        if len(pauses) < _MANY - 1:
            continue
        others = [run for run, other in known.get(step.declaration.name, ()) if run != own and _equal(pauses, other)]
        if others:
            text = f"{step.label} pauses for the same times as in {len(set(others))} other run(s): there is no jitter"
            rows = [attempt.row for attempt in step.attempts]
            yield Evidence(case.seqs(rows[-1], *rows[:-1]), text, (step.label,), 0.8)


def _equal(left: Sequence[int], right: Sequence[int]) -> bool:
    if len(left) != len(right):
        return False
    return all(abs(one - two) <= _ALIKE / 5 * max(one, two) for one, two in zip(left, right, strict=True))


def _pauses(history: History, rows: Sequence[int]) -> tuple[int, ...]:
    times = history.columns.time_ns
    return tuple(times[after] - times[before] for before, after in pairwise(rows))


def _pauses_by_name(history: History) -> dict[str, list[tuple[int, tuple[int, ...]]]]:
    """Pauses between the attempts of every retried step of a log, worked out once for all its runs."""
    known: dict[str, list[tuple[int, tuple[int, ...]]]] | None = history.kept.get(_PAUSES)
    if known is None:
        rows: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        columns, started = history.columns, int(EventType.StepStarted)
        retried = {
            (columns.run[row], history.position(row))
            for row, kind in enumerate(columns.type)
            if kind == started and columns.attempt[row] >= _MANY
        }
        for row, kind in enumerate(columns.type) if retried else ():
            where = (columns.run[row], history.position(row)) if kind == started else None
            if where in retried:
                rows.setdefault(where, []).append(row)
        known = history.kept[_PAUSES] = {}
        for (run, _), begun in rows.items():
            known.setdefault(history.declaration(begun[0]).name, []).append((run, _pauses(history, begun)))
    return known


RETRY_STORM = Hazard(
    id="retry-storm",
    number=19,
    title="Retry storm",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "Clients that failed together come back together, at even pauses, and every layer that retries multiplies the "
        "calls: three times three times three is twenty-seven. What was overloaded stays so."
    ),
    fix="""\
One layer retries, with growing and random pauses and an end:

    @wb.step(kind="read", retry=wb.Retry(max_attempts=5, first_delay_seconds=1, backoff=2, jitter=1.0))
    def fetch(url): ...
""",
    false_alarm_if="this is a poll, and nobody else asks.",
    detect=_detect,
    source="AWS Well-Architected REL05-BP03; trigger.dev, retry storms",
    columns_only=True,
)
