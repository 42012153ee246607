"""Do what the verdict says, and ask the ledger whether that was right: `workbench.simulate` against the verdict.

One situation in 23 by default, all of them with `-m nightly`. `pytest -s` shows the tables.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulate.closed_loop import Tally, loop, situations
from tests.simulate.scenario import POINTS, Scenario, Timeout, scenarios
from workbench.analysis.safety import TABLE, Cell, Deed, Group, Safety
from workbench.analysis.state import State
from workbench.model import Kind
from workbench.recorder import SystemClock
from workbench.simulate.crash import CrashPoint

pytestmark = pytest.mark.xdist_group("lives")  # many lives are forked, from a process that is still small

ALL = situations(scenarios())
SAMPLE = ALL[::41]
PARTS = 8
NS = 1_000_000_000


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: a killed process loses nothing of it, and nobody waits for a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as place:
        yield Path(place)


def played(groups: list[list[Scenario]], folder: Path) -> Tally:
    tally = loop(groups, folder, now_ns=time.time_ns() - NS)
    print(f"\n{tally.table()}")  # noqa: T201 - the table is a product of this test
    return tally


HARMFUL_IN_A_PART = 0.90
"""Share of the UNSAFE options that really harm in some world; 0.95 is wanted of all together, a part has its chance."""


def must_hold(tally: Tally) -> None:
    assert tally.violations == []
    assert tally.harmful >= HARMFUL_IN_A_PART
    assert all(tally.counts[word] for word in ("SAFE", "CHECK", "UNSAFE", "probes asked", "deaths while acting"))


@pytest.mark.parametrize("part", range(PARTS))
def test_what_the_verdict_says_holds_in_the_world(part: int, folder: Path) -> None:
    must_hold(played(SAMPLE[part::PARTS], folder))


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_what_the_verdict_says_holds_in_every_situation(part: int, folder: Path) -> None:
    must_hold(played(ALL[part::PARTS], folder))


def test_there_are_enough_scenarios_and_the_sample_leaves_nothing_out() -> None:
    every = [one for group in ALL for one in group]
    sample = [one for group in SAMPLE for one in group]
    assert len(every) == len(set(every)) >= 1_500
    for chosen in (every, sample):
        assert {one.point for one in chosen} == set(POINTS)
        assert {one.kind for one in chosen} == set(Kind)
        assert {one.timeout for one in chosen} == set(Timeout)
        assert {one.place for one in chosen} == set(range(4))
    assert {(one.kind, one.place, one.point) for one in every} >= {
        (kind, place, point)
        for kind in Kind
        for place in range(4)
        for point in POINTS
        if kind is not Kind.PURE or point is not CrashPoint.BETWEEN_ATTEMPTS  # what only computes is not refused
    }


@pytest.mark.parametrize(
    ("lie", "scenario", "seen"),
    [
        (
            (Group.WRITE, Deed.RETRY, State.COMMITTED),
            Scenario("mail", 1, "sale", CrashPoint.AFTER_RESULT), "mail (2) stands 2 times",
        ),
        (
            (Group.COMPENSATABLE, Deed.KEEP, State.COMPENSATION_IN_DOUBT),
            Scenario("charge", 3, "saga", CrashPoint.AFTER_UNDO, refused=True), "charge (4) stands 0 times",
        ),
        (
            (Group.WRITE, Deed.UNDO, State.COMMITTED),
            Scenario("mail", 1, "saga", CrashPoint.AFTER_RESULT), "mail (2) stands 1 times",
        ),
    ],
)  # fmt: skip
def test_a_verdict_that_is_wrong_is_seen(
    lie: tuple[Group, Deed, State], scenario: Scenario, seen: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    group, deed, state = lie
    cells = list(TABLE[group][deed])
    cells[list(State).index(state)] = Cell(Safety.SAFE, "{step} is what a lie calls safe")
    monkeypatch.setitem(TABLE[group], deed, tuple(cells))
    assert any(seen in violation for violation in played([[scenario]], folder).violations)
