"""Hazard 19: retries that make it worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median_low
from typing import Final

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.retry_layers import again_by_code, children_again, tried_below
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
_LONG_PAUSE_NS: Final = 600 * NS
"""Attempts that lie further apart do not make a storm: once a day is a schedule."""
_SHOWN: Final = 21
_PAUSES: Final = "hazards: pauses between attempts"


def _detect(case: Case) -> Iterator[Evidence]:
    retried = [step for step in case.steps.values() if len(step.attempts) > 1]
    told: set[str] = set()
    for step in retried:
        found = _of_step(case, step)
        if found is not None:
            told.add(step.label)
            yield found
    if case.has(EventType.AttemptBegan):
        yield from _counted(case)
    yield from _loops(case)
    yield from _children(case)
    if retried and len(case.history.runs) > 1:
        yield from _in_step_with_others(case, [step for step in retried if step.label not in told])


def _of_step(case: Case, step: StepRows) -> Evidence | None:
    rows = [attempt.row for attempt in step.attempts]
    how = _how([case.time_ns(row) for row in rows])
    if not how:
        return None
    text = f"{step.label} was tried {len(rows)} times, {how}"
    return Evidence(case.seqs(rows[-1], *rows[:-1][:_SHOWN]), text, (step.label,), 0.9)


def _how(times: Sequence[int]) -> str:
    """What makes a storm of attempts at these moments, in words; `""` for nothing."""
    if len(times) < _MANY or times[-1] - times[0] > _LONG_PAUSE_NS * (len(times) - 1):
        return ""
    pauses = [after - before for before, after in pairwise(times)]
    if _constant(pauses):
        return f"at even pauses of {span(median_low(pauses) / NS)}, without backoff or jitter"
    if _burst(times):
        return f"{_BURST} of them within {span(_BURST_NS / NS)}"
    return "with ever shorter pauses" if len(times) > _MANY and _quickening(pauses) else ""


def _constant(pauses: Sequence[int]) -> bool:
    """Whether they are alike; one may be longer, as when a worker was busy: that is no backoff."""
    ordered = sorted(pauses)
    usual = ordered[:-1] if len(ordered) >= _MANY else ordered
    return usual[-1] > 0 and usual[-1] - usual[0] <= _ALIKE * usual[-1]


def _burst(times: Sequence[int]) -> bool:
    return any(last - first <= _BURST_NS for first, last in zip(times, times[_BURST - 1 :], strict=False))


def _quickening(pauses: Sequence[int]) -> bool:
    return all(after < before for before, after in pairwise(pauses))


def _counted(case: Case) -> Iterator[Evidence]:
    """Engines that write down the last attempt only: so many in so short a time that some must have been a burst."""
    attempts = case.history.columns.attempt
    for row in case.rows_of(EventType.AttemptBegan):
        step = case.steps.get(case.history.position(row)) if attempts[row] >= _BURST else None
        if step is None:
            continue
        passed_ns = case.time_ns(row) - case.time_ns(step.first)
        if passed_ns * (_BURST - 1) <= _BURST_NS * (attempts[row] - 1):
            text = f"{step.label} was tried {attempts[row]} times within {span(passed_ns / NS)}"
            yield Evidence(case.seqs(row, step.first), text, (step.label,), 0.9)


def _loops(case: Case) -> Iterator[Evidence]:
    """A call that the code made again because it had failed: at a beat, or on top of retries that multiply."""
    for steps in again_by_code(case):
        name, labels = steps[0].declaration.name, tuple(step.label for step in steps)
        rows = [attempt.row for step in steps for attempt in step.attempts]
        firsts = [step.first for step in steps]
        if all(len(step.attempts) >= _LAYERS for step in steps):
            text = f"{name} was called {len(steps)} times and tried {len(rows)} times in all"
        elif how := _how([case.time_ns(row) for row in rows]):
            text = f"{name} was called {len(steps)} times by the code, {how}"
        else:
            continue
        yield Evidence(case.seqs(*reversed(firsts[-_SHOWN:])), text, labels, 0.9)


def _children(case: Case) -> Iterator[Evidence]:
    """A child that was started again after it had failed, and that retries by itself."""
    for starts in children_again(case):
        attempts = tried_below(starts) if len(starts) >= _LAYERS else 0
        if attempts >= _LAYERS * len(starts):
            rows = [row for row, _ in starts]
            name = case.history.declaration(rows[0]).name
            text = f"child {name} was started {len(rows)} times, and a step below it was tried {attempts} times in all"
            yield Evidence(case.seqs(*reversed(rows[-_SHOWN:])), text, (name,), 0.9)


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
    """Whether they are the same but for one, of at least four."""
    if len(left) != len(right):
        return False
    same = sum(abs(one - two) <= _ALIKE / 5 * max(one, two) for one, two in zip(left, right, strict=True))
    return same >= max(len(left) - 1, _MANY - 1)


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
