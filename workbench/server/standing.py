"""How the runs of one recording stand, in a few words and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from workbench.analysis import RunStatus, Safety
from workbench.analysis.safety import ORDER
from workbench.analysis.triage import Attention, TriageRow, triage_rows
from workbench.engines import Loaded
from workbench.recorder import SYSTEM_CLOCK

__all__ = ["Standing", "standing_of", "worst_of"]

_AT_REST: Final = frozenset({RunStatus.COMPLETED, RunStatus.COMPENSATED})


class Standing(NamedTuple):
    """How the runs of one recording stand.

    Attributes:
        runs: How many there are.
        statuses: How many of each status.
        in_doubt: For how many no action is SAFE.
        worst: The run that is worst off; `None` where there is no run.
        at_stake: Money at risk or outstanding, in units of the currency.
        currency: The one with the most runs; `""` for none.
    """

    runs: int
    statuses: Counter[str]
    in_doubt: int
    worst: TriageRow | None
    at_stake: float
    currency: str


def standing_of(loaded: Loaded) -> Standing:
    """How the runs of a log stand now."""
    rows = triage_rows(loaded.history, loaded.report, now_ns=SYSTEM_CLOCK.now_ns(), hazards=Attention.NONE)
    currencies = Counter(row.currency for row in rows if row.currency)
    currency = currencies.most_common(1)[0][0] if currencies else ""
    return Standing(
        runs=len(rows),
        statuses=Counter(row.status for row in rows),
        in_doubt=sum(row.safety != Safety.SAFE for row in rows),
        worst=worst_of(rows),
        at_stake=sum(row.at_stake for row in rows if row.currency == currency),
        currency=currency,
    )


def worst_of(rows: Sequence[TriageRow]) -> TriageRow | None:
    """The run that is worst off: what is least safe, then what is not at rest, then what costs most, then the last."""
    return max(reversed(rows), key=_trouble, default=None)


def _trouble(row: TriageRow) -> tuple[int, bool, bool, float]:
    status = RunStatus(row.status)
    return ORDER[Safety(row.safety)], status not in _AT_REST, status is not RunStatus.RUNNING, row.at_stake
