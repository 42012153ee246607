"""What a run's children mean for what can be done with it: they are runs of their own, judged by their own steps.

A native child is known by its id. A parent that comes to it again meets the same run: it is resumed where it is open,
and else its outcome is given. Only a parent that is run again begins it anew, under another id, unless the code gave
it one. Of other engines' children nothing is known but that they were started.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

from workbench.analysis.docket import Docket
from workbench.analysis.facts import Child, RunFacts, RunStatus, read_facts
from workbench.analysis.gates import Action, Gates, Kin, Ruling, gates_of
from workbench.analysis.judgement import Judge
from workbench.analysis.options import consider
from workbench.analysis.safety import Safety
from workbench.analysis.state import UNDONE_STATES, State
from workbench.journal import Report
from workbench.model import History

__all__ = ["outdated_answers", "with_children"]

_MOST = 200
"""Child runs, theirs included, that are looked at; a damaged log could name any number, and itself."""

_NATIVE = "native"
_GONE = frozenset({State.NOT_STARTED, State.FAILED, State.COMPENSATED})
_OPEN = frozenset({RunStatus.RUNNING, RunStatus.INTERRUPTED, RunStatus.UNKNOWN})


def with_children(gates: Gates, history: History, facts: RunFacts, report: Report | None, now_ns: int) -> Gates:
    """The gates of a run that knows what its children did.

    Args:
        gates: Its gates.
        history: Where it is.
        facts: The run.
        report: How its log was found.
        now_ns: The moment of acting.
    """
    return _Children(history, report, now_ns).added(gates, facts) if facts.children else gates


class _Children:
    def __init__(self, history: History, report: Report | None, now_ns: int) -> None:
        self.history = history
        self.report = report
        self.now_ns = now_ns
        self.seen: set[str] = set()

    def added(self, gates: Gates, facts: RunFacts) -> Gates:
        self.seen.add(facts.run_id)
        runs = {child: self._run(child) for child in facts.children}
        known = {child: run for child, run in runs.items() if run is not None}
        inner = {child: self.added(gates_of(run, self.report, code_check="clean"), run) for child, run in known.items()}
        unknown = [(child, _unknown(child)) for child, run in runs.items() if run is None and child.answer < 0]
        resumed = [
            (child, self._ruling(child, run, inner[child], Action.RESUME))
            for child, run in known.items()
            if child.answer < 0 or run.status in _OPEN
        ]
        kin = {
            child.run_id: self._kin(child, run, inner[child])
            for child, run in known.items()
            if self.history.engine == _NATIVE
        }
        outdated = min(_outdated(known), default=sys.maxsize)
        return replace(gates, resumed_children=(*resumed, *unknown), kin=kin, outdated=outdated)

    def _run(self, child: Child) -> RunFacts | None:
        if not child.run_id or child.run_id in self.seen or len(self.seen) > _MOST:
            return None
        run = read_facts(self.history, child.run_id, self.report)
        return run if run.events else None

    def _ruling(self, child: Child, run: RunFacts, gates: Gates, action: Action) -> Ruling:
        option = consider(Docket(run.steps, Judge(self.now_ns)), gates, action)
        return Ruling(option.safety, f"child run {child.label}: {option.because}")

    def _kin(self, child: Child, run: RunFacts, gates: Gates) -> Kin:
        stands = any(step.acts and step.state not in _GONE for step in run.steps)
        stands |= any(one.stands for one in gates.kin.values()) or len(gates.kin) < len(gates.children)
        again = None if child.named else self._ruling(child, run, gates, Action.RERUN)._replace(gate=child.label)
        undone = run.status is RunStatus.COMPLETED and any(step.state in UNDONE_STATES for step in run.steps)
        return Kin(again, stands, failed=run.status in {RunStatus.FAILED, RunStatus.CANCELLED}, undone=undone)


def _unknown(child: Child) -> Ruling:
    return Ruling(Safety.CHECK, f"the open child run {child.label} goes on too: see its own verdict")


def outdated_answers(history: History, facts: RunFacts, report: Report | None) -> list[int]:
    """Rows in which a run was told that a child failed that has gone on since: it can be told again.

    Args:
        history: Where it is.
        facts: The run.
        report: How its log was found.
    """
    runs = {child: read_facts(history, child.run_id, report) for child in facts.children if child.failed}
    return list(_outdated(runs))


def _outdated(known: dict[Child, RunFacts]) -> Iterator[int]:
    """Rows in which a parent was told that a child failed that has gone on since: the code can be told again."""
    for child, run in known.items():
        if child.failed and run.last > child.answer and run.status not in {RunStatus.FAILED, RunStatus.CANCELLED}:
            yield child.answer
