"""Ten thousand runs at a glance: how each stands, what may be done with it, and what stands in the way.

Runs of one shape (`workbench.analysis.triage.shapes`) that completed without a scratch are told by their columns.
All others are read, and judged once per kind (`workbench.analysis.triage.outlook`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.analysis.facts import RunFacts, RunStatus
from workbench.analysis.hazards import Case
from workbench.analysis.ledger import Stake, at_stake
from workbench.analysis.safety import Safety
from workbench.analysis.step_facts import StepFacts
from workbench.analysis.triage.likeness import AlikeCase, Likeness, OwnBodies
from workbench.analysis.triage.outlook import AT_REST, Outlook, Outlooks, failing_step
from workbench.analysis.triage.quiet import is_over, is_smooth
from workbench.analysis.triage.shapes import shapes_of
from workbench.analysis.triage.troubles import Attention, Troubles
from workbench.journal import Report
from workbench.model import History, uncollected

__all__ = ["TriageRow", "triage_rows"]


class TriageRow(NamedTuple):
    """One run, small enough to come from another process; columns as `triage_frame` documents them."""

    run_id: str
    status: str
    failing_step: str
    error_type: str
    hazards: tuple[str, ...]
    best: str
    from_step: str
    safety: str
    because: str
    at_stake: float
    currency: str
    business_key: str
    origin: str


def triage_rows(
    history: History,
    report: Report | None = None,
    run_ids: Sequence[str] | None = None,
    *,
    now_ns: int,
    hazards: Attention | str = Attention.QUICK,
    outlooks: Outlooks | None = None,
) -> list[TriageRow]:
    """One row per run of a history.

    Args:
        history: The log.
        report: How it was found.
        run_ids: The runs wanted; all by default, in order of their first event.
        now_ns: The moment of acting, nanoseconds since the epoch: keys age.
        hazards: Which hazards to look for, see `Attention`.
        outlooks: What was judged at this moment about runs of other logs.
    """
    desk = _Desk(history, report, outlooks or Outlooks(now_ns), Attention(hazards))
    with uncollected():
        return list(_rows(desk, run_ids))


class _Desk:
    """Everything that is worth keeping from run to run."""

    def __init__(self, history: History, report: Report | None, outlooks: Outlooks, attention: Attention) -> None:
        self.shapes = shapes_of(history)
        self.likeness = Likeness(history, report, self.shapes)
        self.history = self.likeness.history
        self.report = report
        self.outlooks = outlooks
        self.troubles = Troubles(self.likeness, self.shapes, outlooks.now_ns, attention)

    def over(self, number: int, shape: int) -> TriageRow:
        """A run that completed, and whose effects all came at the first try: it is not read."""
        hazards = self.troubles.of(number, shape, smooth=True)
        run_id, origin = self.shapes.run_ids[number], self.history.origin
        return TriageRow(run_id, _COMPLETED, "", "", hazards, "", "", _SAFE, _RESTING, 0.0, "", "", origin)

    def read(self, number: int, shape: int) -> TriageRow:
        """A run that is looked into."""
        run_id, rows = self.shapes.run_ids[number], self.shapes.rows_of(number).tolist()
        pattern = self.likeness.pattern(run_id, shape, rows)
        if pattern is None:
            case = Case(self.history, run_id, self.outlooks.now_ns, self.report)
            failing, stake = failing_step(case.facts), at_stake(case.facts, case.bodies)
            said = _Said(case.facts, failing, stake, case.facts.business_key, self.outlooks.of(case))
            return self._row(run_id, said, self.troubles.of(number, shape, smooth=False))
        alike = AlikeCase(self.history, run_id, self.outlooks.now_ns, self.report)
        alike.rows, alike.pattern = rows, pattern
        stake, outlook = at_stake(pattern.facts, OwnBodies(alike)), self.outlooks.of(alike, pattern)
        said = _Said(pattern.facts, pattern.failing, stake, alike.business_key, outlook)
        return self._row(run_id, said, self.troubles.of(number, shape, smooth=False, alike=alike))

    def _row(self, run_id: str, said: _Said, hazards: tuple[str, ...]) -> TriageRow:
        facts, failing, stake, business_key, outlook = said
        return TriageRow(
            run_id=run_id,
            status=str(facts.status),
            failing_step=failing.label if failing is not None else "",
            error_type=facts.error_type or (failing.error_type if failing is not None else ""),
            hazards=hazards,
            best=outlook.best,
            from_step=outlook.from_step,
            safety=str(outlook.safety),
            because=outlook.because,
            at_stake=float(stake.amount or 0),
            currency=stake.currency,
            business_key=business_key,
            origin=self.history.origin,
        )


class _Said(NamedTuple):
    """What was found out about a run; the facts may be those of one that is like it."""

    facts: RunFacts
    failing: StepFacts | None
    stake: Stake
    business_key: str
    outlook: Outlook


_COMPLETED, _SAFE, _RESTING = str(RunStatus.COMPLETED), str(Safety.SAFE), AT_REST[RunStatus.COMPLETED]


def _rows(desk: _Desk, run_ids: Sequence[str] | None) -> Iterator[TriageRow]:
    shapes = desk.shapes
    examples = [shapes.rows_of(number).tolist() for number in shapes.examples]
    smooth = [is_over(desk.history, rows) and is_smooth(desk.history, rows) for rows in examples]
    wanted = None if run_ids is None else set(run_ids)
    for number, (run_id, shape) in enumerate(zip(shapes.run_ids, shapes.classes.tolist(), strict=True)):
        if wanted is None or run_id in wanted:
            yield desk.over(number, shape) if smooth[shape] else desk.read(number, shape)
