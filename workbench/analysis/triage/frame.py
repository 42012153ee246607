"""The rows of a triage as a frame, and the frame of reasons: how many runs share each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.analysis.cells import category, text
from workbench.analysis.facts import RunStatus
from workbench.analysis.gates import Action
from workbench.analysis.safety import Safety
from workbench.analysis.triage.triage import TriageRow

__all__ = ["reasons_frame", "triage_frame"]

_SAFETY = [str(safety) for safety in Safety]
_EXAMPLES = 3
_REASON = ["status", "failing_step", "error_type", "best", "from_step", "safety", "because", "currency"]


def triage_frame(rows: Sequence[TriageRow]) -> pd.DataFrame:
    """One row per run.

    Columns:
        run_id: category.
        status: category, `running completed failed interrupted cancelled compensated unknown`.
        failing_step: str, label such as `"charge (3)"` of the step where it hurts: of an open run the first without
            an outcome, else the last that failed; `""` for none.
        error_type: category, class of the error that ended the run, else that of the failing step; NA for none.
        hazards: object, a tuple of ids of hazards, those with findings in this run.
        best: category, the preferred SAFE action: `resume retry_from rerun compensate`; NA when no action is SAFE, or
            when none is needed.
        from_step: str, `retry_from`: label of the step; `""` for other actions.
        safety: ordered category, `SAFE < CHECK < UNSAFE`: of the best action, or where none is SAFE of the least bad
            one. A run at rest (completed, compensated) is SAFE.
        because: str, why; where no action is SAFE, what blocks the least bad one: `"rerun: charge (3) is done …"`.
        at_stake: float64, money at risk or outstanding in this run, see `workbench.analysis.ledger`; 0 for none.
        currency: category, its currency; NA for none.
        business_key: str, ties runs of one order or customer together; `""` for none, and for completed runs that
            need no reading.
        origin: category, the log.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(TriageRow._fields)
    of = dict(zip(TriageRow._fields, columns, strict=True))
    return pd.DataFrame(
        {
            "run_id": category(of["run_id"]),
            "status": category(of["status"], [str(status) for status in RunStatus]),
            "failing_step": text(of["failing_step"]),
            "error_type": category(of["error_type"]),
            "hazards": pd.Series(list(of["hazards"]), dtype="object"),
            "best": category(of["best"], [str(action) for action in Action]),
            "from_step": text(of["from_step"]),
            "safety": pd.Categorical(of["safety"], categories=_SAFETY, ordered=True),
            "because": text(of["because"]),
            "at_stake": np.array(of["at_stake"], dtype=np.float64),
            "currency": category(of["currency"]),
            "business_key": text(of["business_key"]),
            "origin": category(of["origin"]),
        }
    )


def reasons_frame(triage: pd.DataFrame) -> pd.DataFrame:
    """Runs that are in the same state for the same reason, counted; most runs first, then most at stake.

    Args:
        triage: What `triage_frame` gives, whole or filtered.

    Columns:
        runs: int64, how many.
        status, failing_step, error_type, best, from_step, safety, because: as in the triage, the same for all.
        hazards: object, a tuple of ids of all hazards found in any of them, the most frequent first.
        at_stake: float64, the sum over these runs, all in one `currency` (another currency is another row).
        currency: category.
        examples: object, a tuple of the ids of up to three runs.
    """
    known = triage.assign(currency=_currency_of_reason(triage))
    grouped = known.groupby(_REASON, observed=True, dropna=False, sort=False)
    frame = grouped.agg(
        runs=("run_id", "size"),
        at_stake=("at_stake", "sum"),
        hazards=("hazards", _most_frequent),
        examples=("run_id", lambda ids: tuple(map(str, ids.head(_EXAMPLES)))),
    ).reset_index()
    order = ["runs", *_REASON[:-1], "hazards", "at_stake", "currency", "examples"]
    return frame[order].sort_values(["runs", "at_stake"], ascending=False, kind="stable", ignore_index=True)


def _currency_of_reason(triage: pd.DataFrame) -> pd.Series:
    """Runs with nothing at stake count to the currency of the others that are so for the same reason."""
    return triage.groupby(_REASON[:-1], observed=True, dropna=False)["currency"].transform(
        lambda column: column.fillna(column.mode().iloc[0]) if column.notna().any() else column
    )


def _most_frequent(hazards: pd.Series) -> tuple[str, ...]:
    return tuple(hazards.explode().dropna().value_counts().index)
