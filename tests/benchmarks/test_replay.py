"""How fast a run is stepped through, beside recording it and beside DBOS going through its own run again.

Targets of DESIGN.md that a later issue is measured by: they stand in the rows, and a miss fails nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.ours import record_for_replay, recorded_steps, replayed
from tests.benchmarks.peers import dbos_reexecution
from tests.benchmarks.sides import in_turn, measure
from tests.benchmarks.table import Row, Table, rate

pytestmark = pytest.mark.bench

ROUNDS = 5
STEPS = 5_000
DBOS_STEPS = 200


def test_replay(table: Table, folder: Path) -> None:
    where = str(folder)
    measure(record_for_replay, STEPS, where)
    bare, full, live, dbos = in_turn(
        ROUNDS,
        lambda: measure(replayed, STEPS, where, with_locals=False),
        lambda: measure(replayed, STEPS, where, with_locals=True),
        lambda: measure(recorded_steps, "read", STEPS, where),
        lambda: measure(dbos_reexecution, DBOS_STEPS, where),
    )
    for what, ours, target in (("without", bare, "100,000"), ("with", full, "20,000")):
        mine = ours["per_second"]
        for peer, theirs in (
            ("recording the same steps", live),
            ("DBOS, `fork_workflow` through recorded steps", dbos),
        ):
            other = theirs["per_second"]
            table.add(
                Row(
                    f"replay {what} locals, {ours['stops']:,.0f} stops", rate(mine, "steps"), peer,
                    rate(other, "steps"), f"{mine / other:.1f}x as fast", f"later: ≥ {target}/s",
                )
            )  # fmt: skip
