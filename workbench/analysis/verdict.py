"""May this run be resumed, retried, run again or compensated? An answer with its reasons and its assumptions.

The verdict quantifies over every world that agrees with the log (`workbench.analysis.safety`), the worst over
gates and steps. It never says more than the log and the declared kinds do.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.analysis.advice import Advice, advice_of
from workbench.analysis.child_runs import with_children
from workbench.analysis.docket import Docket
from workbench.analysis.doubts import Doubt, Surplus, doubts_of, surplus_of
from workbench.analysis.facts import RunStatus
from workbench.analysis.freshness import reliance_of, stale_in
from workbench.analysis.gates import Action, CodeCheck, Gates, gates_of
from workbench.analysis.hazards import Case, contested
from workbench.analysis.judgement import Judge
from workbench.analysis.options import END, PREFERENCE, Option, consider
from workbench.analysis.other_keys import DryReplay, Keys, made_keys
from workbench.analysis.retry import best_start, ceiling
from workbench.analysis.safety import Safety
from workbench.analysis.step_facts import StepFacts
from workbench.journal import Report
from workbench.model import History, Position, position_text, visible
from workbench.recorder.clock import SYSTEM_CLOCK

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Doubt", "Verdict", "verdict", "verdict_of"]

CANDIDATES = 20
"""Steps up to the trouble, nearest first, that get a `retry_from` row of their own besides the best one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done with a run.

    Attributes:
        run_id: The run.
        status: Where it stands.
        rows: Every option, judged; `options` shows them as a frame.
        in_doubt: Questions to settle; each answer, recorded, makes a new verdict possible.
        surplus: What has happened besides what the code knows, and is to be undone.
    """

    run_id: str
    status: RunStatus
    rows: tuple[Option, ...]
    in_doubt: tuple[Doubt, ...]
    surplus: tuple[Surplus, ...] = ()

    @property
    def best_option(self) -> Option | None:
        """The preferred one among the useful SAFE options; `None` also when the run is at rest."""
        if self.status in {RunStatus.COMPLETED, RunStatus.COMPENSATED}:
            return None
        for action in PREFERENCE:
            row = self.row(action)
            if row is not None and row.safety is Safety.SAFE and row.useful:
                return row
        return None

    @property
    def best(self) -> str | None:
        """Action of the preferred row, or `None` when no action is SAFE or none is needed."""
        option = self.best_option
        return str(option.action) if option is not None else None

    @property
    def settled(self) -> bool:
        """Nothing is in doubt, and nothing happened besides what the code knows."""
        return not (self.in_doubt or self.surplus)

    @property
    def advice(self) -> Advice:
        """What to do next: a sentence, and the call that does it; also where nothing is SAFE yet."""
        return advice_of(self)

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence per action, `retry_from` by its best step."""
        return tuple(f"{_title(row)}: {row.safety}, {row.because}" for row in self._shown)

    @property
    def _shown(self) -> list[Option]:
        """One option per action."""
        return [row for action in PREFERENCE if (row := self.row(action)) is not None]

    def row(self, action: str, from_step: str = "") -> Option | None:
        """The option for an action.

        Args:
            action: `resume`, `retry_from`, `rerun` or `compensate`.
            from_step: Label, name or position of the step to retry from; the best one by default. A name that
                occurs more than once means its first occurrence.
        """
        rows = [row for row in self.rows if row.action == action]
        exact = [row for row in rows if not from_step or row.from_step == from_step]
        named = [
            row for row in rows if from_step in {row.from_step.rpartition(" (")[0], position_text(row.from_position)}
        ]
        return next(iter(exact or named), None)

    @property
    def options(self) -> pd.DataFrame:
        """One row per action, `retry_from` one per candidate step, the best one first.

        Columns:
            action: category, `resume retry_from rerun compensate`.
            from_step: str, label of the first step that is executed again, `"end"` for none of them (an ended run
                whose code was mended); `""` where that does not apply.
            safety: ordered category, `SAFE < CHECK < UNSAFE`.
            because: str, the reason that decides.
            reads_from_log, executes_again, already_done, must_compensate, in_doubt: list of step labels such as
                `"charge_card (3)"`; `must_compensate` in the order of undoing.
            assumed: list of str, what the verdict takes for granted.
            useful: bool, whether the action would change anything.
        """
        from workbench.analysis.verdict_frame import frame_of_options

        return frame_of_options(self.rows)

    def text(self) -> str:
        """A short report for people without a notebook."""
        option = self.best_option
        rest = _REST.get(self.status, "a person must decide")
        if self.status in _OVER and not self.settled:
            rest = "the run is over, and something is left to be done"
        lines = [
            f"Run {self.run_id}: {self.status}. According to this log and the declared kinds:",
            f"  best: {_title(option)}" if option is not None else f"  best: none, {rest}",
            *self._next(option),
            *(f"  {reason}" for reason in self.reasons),
        ]
        lines += ["In doubt:", *(f"  {doubt}" for doubt in self.in_doubt)] if self.in_doubt else []
        lines += ["Besides what the code knows:", *(f"  {surplus}" for surplus in self.surplus)] if self.surplus else []
        assumed = list(dict.fromkeys(text for row in self.rows for text in row.assumed))
        lines += ["Assumed:", *(f"  {text}" for text in _gathered(assumed))] if assumed else []
        return "\n".join(lines)

    def _next(self, option: Option | None) -> list[str]:
        """The advice, where it says more than the best option does."""
        said = self.advice.sentence
        plain = (self.status in _REST and self.settled) or (option is not None and said == _title(option))
        return [] if plain else [f"  next: {said}"]

    def __str__(self) -> str:
        """The report."""
        return self.text()

    def __repr__(self) -> str:
        """The report: what a notebook and a prompt show."""
        return visible(self.text())

    def _repr_html_(self) -> str:
        from workbench.analysis.verdict_frame import html_of_options

        head, *rest = (html.escape(visible(line), quote=True) for line in self.text().splitlines())
        shown = len(self._shown)
        first = next((number for number, line in enumerate(rest) if not line.startswith("  ")), len(rest))
        best, below = "<br>".join(rest[: first - shown]), "\n".join(rest[first:])
        return f"<p><b>{head}</b><br>{best}</p>{html_of_options(self._shown)}<pre>{below}</pre>"


def verdict(
    run_id: str,
    steps: Sequence[StepFacts],
    gates: Gates,
    *,
    now_ns: int,
    from_position: Position | None = None,
    candidates: int = CANDIDATES,
) -> Verdict:
    """Judge every action. Pure: the same facts at the same moment give the same verdict.

    Args:
        run_id: The run.
        steps: All its steps in the order in which they began, those that only look included.
        gates: What holds for the whole run.
        now_ns: The moment of acting, nanoseconds since the epoch: keys age.
        from_position: A step that must have a `retry_from` row.
        candidates: Most steps before the trouble that get a `retry_from` row besides the best one; 0 for a quick
            answer about many runs.
    """
    docket = Docket(steps, Judge(now_ns, gates.contested))
    rows = [consider(docket, gates, Action.RESUME)]
    starts = _starts(docket, gates, from_position, candidates)
    rows += [consider(docket, gates, Action.RETRY_FROM, start) for start in starts]
    rows[1:1] = _told_again(docket, gates)
    if candidates and gates.status in {RunStatus.FAILED, RunStatus.CANCELLED} and gates.outdated == sys.maxsize:
        rows.append(consider(docket, gates, Action.RETRY_FROM, len(steps)))
    rows += [consider(docket, gates, action) for action in (Action.RERUN, Action.COMPENSATE)]
    return Verdict(run_id, gates.status, tuple(rows), doubts_of(steps), surplus_of(steps))


def verdict_of(  # noqa: PLR0913 - all that is known at the moment of judging
    history: History,
    run_id: str,
    report: Report | None = None,
    *,
    code_check: CodeCheck | None = None,
    diverged_at: Position | None = None,
    checks: Mapping[int, DryReplay] | None = None,
    other_keys: Mapping[str, str] | None = None,
    unfit: Mapping[str, str] | None = None,
    from_position: Position | None = None,
    now_ns: int | None = None,
) -> Verdict:
    """The verdict on a run of a history.

    Args:
        history: Where the run is.
        run_id: The run.
        report: How the log was found.
        code_check: What a dry replay of the code at hand found; `None` when none was made.
        diverged_at: Where it diverged.
        checks: Dry replays of what an action keeps, see `Gates.checks`.
        other_keys: Steps whose code at hand makes other keys, see `Keys.other`.
        unfit: Steps whose recorded results the code at hand cannot be given, by label, each with the reason; under
            `""` what is not about one step (G6).
        from_position: A step that must have a `retry_from` row.
        now_ns: The moment of acting; now by default.
    """
    moment = SYSTEM_CLOCK.now_ns() if now_ns is None else now_ns
    case = Case(history, run_id, moment, report)
    facts = case.facts
    gates = gates_of(facts, report, code_check=code_check, diverged_at=diverged_at)
    gates = replace(
        with_children(gates, history, facts, report, moment),
        stale=_stale(case), contested=contested(case), checks=checks or {},
        keys=Keys(made_keys(lambda: case.record, facts.steps, case.body), tuple((other_keys or {}).items())),
    )  # fmt: skip
    steps = facts.steps
    if unfit:
        gates = replace(gates, unfit=unfit.get("", ""))
        steps = tuple(replace(one, unusable=unfit[one.label]) if one.label in unfit else one for one in steps)
    return verdict(run_id, steps, gates, now_ns=moment, from_position=from_position)


def _stale(case: Case) -> Mapping[Position, str]:
    """Nothing is done with a run that is over, so nothing in it is stale; else a glance comes first."""
    facts = case.facts
    return {} if facts.status in _OVER else stale_in(case, reliance_of(case.history, case.rows, facts))


def _told_again(docket: Docket, gates: Gates) -> list[Option]:
    """A retry that keeps every step and tells the code anew how its children ended, where they went on since.

    None where a step was answered beside them after the code was told: what a cut would take from it is not judged.
    """
    steps, told = docket.steps, gates.outdated
    if told == sys.maxsize:
        return []
    start = next((number for number, step in enumerate(steps) if step.opened >= told), len(steps))
    if any(step.answer >= told for step in steps[:start]):
        return []
    return [replace(consider(docket, gates, Action.RETRY_FROM, start), from_step=END, from_position=())]


def _starts(docket: Docket, gates: Gates, wanted: Position | None, candidates: int) -> list[int]:
    """Numbers of the steps that get a row: the best one, then those nearest to the trouble."""
    steps, best = docket.steps, best_start(docket, gates)
    if best < 0:
        return []
    last = ceiling(steps, gates)
    nearest = range(last, max(last - candidates, -1), -1)
    asked = [number for number, step in enumerate(steps) if step.position == wanted] if wanted is not None else []
    return list(dict.fromkeys([best, *nearest, *asked]))


_REST = {
    RunStatus.COMPLETED: "nothing needs to be done",
    RunStatus.RUNNING: "it may be executing right now: look there first, then decide",
}
_OVER = frozenset({RunStatus.COMPLETED, RunStatus.COMPENSATED})
_OF_A_STEP = re.compile(r"(?P<step>.*? \([\d.]+(?:, event \d+)?\)): (?P<reason>.+)", re.DOTALL)
_NAMED = 4


def _gathered(assumed: Sequence[str]) -> list[str]:
    """One line for what is assumed of many steps."""
    steps: dict[str, list[str]] = {}
    for text in assumed:
        found = _OF_A_STEP.fullmatch(text)
        steps.setdefault(found["reason"] if found else text, []).extend([found["step"]] if found else [])
    return [f"{reason}: {_some(named)}" if named else reason for reason, named in steps.items()]


def _some(named: Sequence[str]) -> str:
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more


def _title(option: Option) -> str:
    return f"{option.action} {option.from_step}".strip()
