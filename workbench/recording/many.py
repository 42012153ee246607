"""What a person does with many runs at once: act on them, add up what they cost, export them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench._errors import UsageError
from workbench.analysis import Action, Verdict, read_facts
from workbench.analysis.ledger import Ledger, ledger
from workbench.engines import Loaded
from workbench.recording.answering import runs_of_key
from workbench.recording.bulk import act_on_each, judged_twice
from workbench.recording.exports import export

if TYPE_CHECKING:
    import pandas as pd

    from workbench.recording.plan import Plan
    from workbench.recording.run import Run

__all__ = ["Many"]

Code = Callable[..., Any]


class Many:
    """The half of `Recording` that acts on, and answers for, many runs."""

    logs: Sequence[Loaded]

    if TYPE_CHECKING:

        def run(self, run_id: str | None = None) -> Run: ...  # noqa: D102 - documented in Recording

    def act(  # noqa: PLR0913 - what a decision about many consists of
        self,
        chosen: pd.DataFrame | Sequence[str],
        action: str = "",
        *,
        code: Code | Mapping[str, Code] | None = None,
        dry_run: bool = True,
        accept: Mapping[str, Sequence[str]] | None = None,
        by: str = "",
        why: str = "",
    ) -> pd.DataFrame:
        """Act on many runs, one after the other, up to the first surprise.

        Each run is judged again right before it is acted on. A verdict that is not that of the triage any more, an
        action that is not SAFE, or an error ends it: the rest stays untouched.

        Args:
            chosen: Rows of `triage()`, or ids of runs.
            action: `resume retry_from rerun compensate`; by default the one best action of the rows.
            code: The workflow, or a mapping of workflow names to code; the recorded code by default, imported now.
            dry_run: Only plan; the default.
            accept: By run, ids of objections to act in spite of, see `Plan.objections`.
            by: Who decides; the user of this process by default.
            why: On what grounds.

        Returns:
            One row per run: `run_id` (category), `outcome` (category, `done planned surprise untouched`), `because`
            (str), `error_type` (category), `result` (object: what the workflow returned, the undos, or the plan).

        Raises:
            UsageError: The rows have several best actions, or none, or the frame is none of a triage.
        """
        wanted = action or (_only_best(chosen) if len(chosen) else str(Action.RESUME))
        accepted = accept or {}

        def code_of(run: Run) -> Code:
            own = code.get(run.facts.workflow) if isinstance(code, Mapping) else code
            return own or run.recorded_code()

        def judge(run_id: str) -> tuple[Verdict, Verdict]:
            run = self.run(run_id).refresh()
            return judged_twice(run, wanted, code_of(run))

        def act(run_id: str, from_step: str) -> Any:
            run, ids = self.run(run_id), accepted.get(run_id, ())
            step = {"step": from_step} if wanted == Action.RETRY_FROM else {}
            if not dry_run:
                return getattr(run, wanted)(code=code_of(run), accept=ids, by=by, why=why, **step)
            plan: Plan = getattr(run, wanted)(code=code_of(run), accept=ids, dry_run=True, **step)
            plan.check(ids)
            return plan

        return act_on_each(chosen, wanted, act, judge, dry_run=dry_run, accept=accepted)

    def ledger(self, business_key: str | None = None) -> Ledger:
        """Effects and money of all runs, recoveries and retries.

        Args:
            business_key: Of one order or customer; of all by default.
        """
        if business_key is not None:
            return ledger(runs_of_key(self.logs, business_key), business_key)
        pairs = (
            (log.history, read_facts(log.history, run_id, log.report))
            for log in self.logs
            for run_id in log.history.run_ids
        )
        return ledger(pairs)

    def export(
        self,
        kind: str,
        path: str | Path,
        *,
        runs: Collection[str] | None = None,
        allow: Collection[str] = (),
        overwrite: bool = False,
    ) -> Path:
        """Write recorded runs for another tool.

        Args:
            kind: `parquet jsonl perfetto otlp mermaid`.
            path: The file or, for `parquet`, the folder.
            runs: Ids of the runs; all of them by default.
            allow: Fingerprints or kinds of what looks like a secret and may be shared.
            overwrite: Whether what has this name may be replaced.

        Returns:
            Where it was written.

        Raises:
            SecretFoundError: It would hold secrets; nothing was written.
            UsageError: Unknown kind, the name is taken, or several runs for a diagram of one.
        """
        return export(self.logs, kind, path, runs=runs, allow=allow, overwrite=overwrite)


def _only_best(chosen: Any) -> str:
    """The one best action of some rows of a triage."""
    best = sorted(set(chosen["best"].dropna().astype(str)) - {""}) if hasattr(chosen, "columns") else []
    if len(best) != 1:
        named = ", ".join(best) or "none"
        raise UsageError(f"which action? The best ones of these runs are: {named}", hint="act(rows, 'resume')")
    return str(best[0])
