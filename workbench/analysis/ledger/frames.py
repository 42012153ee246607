"""The frames of a ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.cells import category, instants, text
from workbench.analysis.ledger.entry import Entry
from workbench.analysis.ledger.ledger import Sum
from workbench.analysis.ledger.money import Direction
from workbench.analysis.state import State

__all__ = ["frame_of_entries", "frame_of_sums"]


def frame_of_entries(entries: Sequence[Entry]) -> pd.DataFrame:
    """Entries as `Ledger.frame` documents them."""
    return pd.DataFrame(
        {
            "business_key": category([entry.business_key for entry in entries]),
            "run_id": category([entry.run_id for entry in entries]),
            "step": text(entry.step for entry in entries),
            "seq": np.array([entry.seq for entry in entries], dtype=np.int64),
            "time": instants([entry.time_ns for entry in entries]),
            "state": category([str(entry.state) for entry in entries], [str(state) for state in State]),
            "amount": pd.Series([entry.money.amount for entry in entries], dtype="object"),
            "currency": category([entry.money.currency for entry in entries]),
            "direction": category(
                [str(entry.money.direction) for entry in entries], [str(direction) for direction in Direction]
            ),
            "counted": np.array([entry.counted for entry in entries], dtype=bool),
            "at_risk": np.array([entry.at_risk for entry in entries], dtype=bool),
            "why": text("; ".join(entry.why) for entry in entries),
            "assumed": text(entry.money.assumed for entry in entries),
        }
    )


def frame_of_sums(sums: Sequence[Sum], unrecognised: Mapping[str, int]) -> pd.DataFrame:
    """Sums as `Ledger.totals` documents them."""
    return pd.DataFrame(
        {
            "business_key": category([sum_.business_key for sum_ in sums]),
            "currency": category([sum_.currency for sum_ in sums]),
            "charged": _decimals([sum_.charged for sum_ in sums]),
            "refunded": _decimals([sum_.refunded for sum_ in sums]),
            "outstanding": _decimals([sum_.outstanding for sum_ in sums]),
            "in_doubt": _decimals([sum_.in_doubt for sum_ in sums]),
            "refund_in_doubt": _decimals([sum_.refund_in_doubt for sum_ in sums]),
            "at_risk": _decimals([sum_.at_risk for sum_ in sums]),
            "unrecognised": np.array([unrecognised.get(sum_.business_key, 0) for sum_ in sums], dtype=np.int64),
        }
    )


def _decimals(values: Sequence[Any]) -> Any:
    return pd.Series(values, dtype="object")
