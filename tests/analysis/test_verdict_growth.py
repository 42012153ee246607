"""A verdict takes work in proportion to the steps of the run: ten times as many take about ten times as much."""

from __future__ import annotations

import random
import re
import sys
from itertools import count
from pathlib import Path

from tests.benchmarks.fleet import write_long_run
from workbench.analysis import verdict_of
from workbench.analysis.judgement import is_made_of
from workbench.analysis.other_keys import holders_of
from workbench.journal import open_log

HOUR_NS = 3600 * 1_000_000_000
FEW, MANY = 500, 5_000
STEEPEST = 1.2
"""Exponent of growth; work for each pair of steps would be 2."""


def calls_for(path: Path, steps: int) -> int:
    """Calls of functions, those written in C included: unlike time, the same on every machine."""
    write_long_run(path, steps)
    log, counted = open_log(path), count()
    sys.setprofile(lambda _frame, event, _arg: next(counted) if event in {"call", "c_call"} else None)
    try:
        verdict_of(log.history, log.history.run_ids[0], log.report, now_ns=log.history.columns.time_ns[-1] + HOUR_NS)
    finally:
        sys.setprofile(None)
    return next(counted)


def test_a_verdict_takes_work_in_proportion_to_the_steps(tmp_path: Path) -> None:
    few, many = (calls_for(tmp_path / f"{steps}.wlog", steps) for steps in (FEW, MANY))
    assert few > FEW
    assert many < few * (MANY / FEW) ** STEEPEST


def any_text(dice: random.Random, longest: int) -> str:
    return "".join(dice.choices("ab7_-/ é", k=dice.randint(0, longest)))


def held(key: str, text: str) -> bool:
    return text != "" and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", key) is not None


def test_a_part_of_a_key_is_one_between_the_ends_of_words() -> None:
    dice = random.Random(5)
    pairs = [(any_text(dice, 12), any_text(dice, 3)) for _ in range(20_000)]
    assert [is_made_of(*pair) for pair in pairs] == [held(*pair) for pair in pairs]
    assert 100 < sum(is_made_of(*pair) for pair in pairs) < 10_000


def test_keys_that_hold_a_value_are_those_that_comparing_each_with_each_finds() -> None:
    dice = random.Random(6)
    found = 0
    for _ in range(200):
        keys = [any_text(dice, 16) for _ in range(20)]
        texts = {any_text(dice, 6) for _ in range(20)} | {dice.choice(keys)[2:8] for _ in range(20)}
        expected = {
            text: numbers
            for text in texts
            if len(text) >= 4 and (numbers := [number for number, key in enumerate(keys) if held(key, text)])
        }
        assert holders_of(keys, texts) == expected
        found += len(expected)
    assert found > 100
