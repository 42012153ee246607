"""The frame of an explanation."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from workbench.analysis.cells import category, counts, instants, text
from workbench.analysis.why.clause import Clause, Role

__all__ = ["frame_of_clauses"]


def frame_of_clauses(clauses: Sequence[Clause]) -> pd.DataFrame:
    """Sentences as `Why.frame` documents them."""
    return pd.DataFrame(
        {
            "role": category([str(clause.role) for clause in clauses], [str(role) for role in Role]),
            "run_id": category([clause.run_id for clause in clauses]),
            "step": text(clause.step for clause in clauses),
            "seq": counts([clause.seqs[0] if clause.seqs else 0 for clause in clauses]),
            "seqs": pd.Series([list(clause.seqs) for clause in clauses], dtype="object"),
            "time": instants([clause.time_ns for clause in clauses]),
            "sentence": text(clause.sentence for clause in clauses),
        }
    )
