"""Detectors against recordings that were made from the catalogue, before anybody looked at a detector.

`pytest -s tests/analysis/hazards/test_corpus.py` prints the table; `WORKBENCH_WRITE_README=1` in the environment writes
it into the README, too.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.analysis.hazards.corpus.measure import NUMBERS, Measure, corpus, in_readme, markdown, measured

pytestmark = pytest.mark.xdist_group("hazard corpus")

README = Path(__file__).parents[3] / "README.md"
ENOUGH = 15
RECALL, PRECISION = 0.97, 0.95


@pytest.fixture(scope="module", autouse=True)
def keys_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


@pytest.fixture(scope="module")
def measures(keys_of_their_own: None) -> dict[int, Measure]:
    del keys_of_their_own
    found = measured(corpus())
    print(markdown(found))  # noqa: T201 - the table is what a person runs this for
    return {one.number: one for one in found}


BELOW: dict[int, str] = {}
"""What falls short of the bar today, and why; strict, so that a detector that reaches it says so."""


def _case(number: int) -> object:
    short = BELOW.get(number)
    return pytest.param(number, marks=pytest.mark.xfail(reason=short, strict=True) if short else ())


@pytest.mark.parametrize("number", list(map(_case, NUMBERS)))
def test_detector_finds_what_is_there_and_nothing_else(number: int, measures: dict[int, Measure]) -> None:
    one = measures[number]
    assert one.recall >= RECALL, f"passed over: {one.missed}"
    assert one.precision >= PRECISION, f"false alarms: {one.alarms}"


def test_the_table_of_the_readme_is_of_these_recordings(measures: dict[int, Measure]) -> None:
    text = README.read_text()
    now = in_readme(text, [measures[number] for number in NUMBERS])
    if os.environ.get("WORKBENCH_WRITE_README") == "1":
        README.write_text(now)
    assert README.read_text() == now, "set WORKBENCH_WRITE_README=1 to have it written anew"


def test_there_are_enough_recordings_of_each_hazard() -> None:
    counts = Counter((entry.hazard, entry.found) for entry in corpus())
    assert {key for key, count in counts.items() if count >= ENOUGH} == {(n, f) for n in NUMBERS for f in (True, False)}


def test_every_recording_has_its_own_name() -> None:
    names = Counter(entry.name for entry in corpus())
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_every_recording_opens_and_what_is_found_can_be_looked_up(number: int, measures: dict[int, Measure]) -> None:
    assert measures[number].broken == []


@pytest.mark.nightly
def test_all_detectors_look_at_all_recordings_and_none_fails(measures: dict[int, Measure]) -> None:
    for one in measured(corpus(), thorough=True):
        quick = measures[one.number]
        assert (one.missed, one.alarms, one.broken) == (quick.missed, quick.alarms, []), one.title
