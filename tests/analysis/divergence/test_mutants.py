"""Every mutant is found, at the first differing event, and its cause is named; harmless changes stay clean.

Where the first difference lies is told by another recording, made afresh with the changed code: no code under test
takes part in that.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.analysis.divergence.held_out import HELD_OUT
from tests.analysis.divergence.mutants import SHAPES, expected_first, load, made, record
from tests.analysis.divergence.operators import HARMLESS, OPERATORS, surroundings
from workbench.analysis.divergence import Cause, explain
from workbench.replay import Diverged, replay

ALL = OPERATORS | HELD_OUT
_RIGHT = 0.9
"""So many causes must be right."""


class _Result:
    """What became of one mutant."""

    def __init__(self, path: Path, shape: str, name: str) -> None:
        operator = ALL[name]
        case = made(shape, name, operator)
        with surroundings():
            module = load(case.base)
            operator.before(module)
            recorded = record(path / "recorded.wlog", getattr(module, shape))
            if case.mutant != case.base:
                load(case.oracle)
                operator.after(module)
                afresh = record(path / "afresh.wlog", getattr(load(case.oracle), shape))
                module = load(case.mutant)
            else:
                operator.after(module)
                afresh = record(path / "afresh.wlog", getattr(module, shape))
            operator.after(module)
            self.expected = expected_first(recorded, afresh)
            code = getattr(module, shape)
            operator.after(module)
            self.strict = replay(code, recorded, run_id="r").outcome
            operator.after(module)
            self.explanation = explain(code, recorded, "r")
            self.first = self.explanation.first
            self.cause = self.explanation.cause

    @property
    def at_first(self) -> bool:
        first = self.first
        return (
            first is not None
            and self.expected is not None
            and ((first.seq, first.recorded_position, first.position) == self.expected)
        )


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shapes", [SHAPES[::4], pytest.param(SHAPES, marks=pytest.mark.nightly)], ids=["some", "all"])
def test_mutants_are_found_where_they_begin_and_their_cause_is_named(
    name: str, shapes: tuple[str, ...], tmp_path: Path
) -> None:
    cause = ALL[name].cause
    named: Counter[Cause | None] = Counter()
    for shape in shapes:
        folder = tmp_path / shape
        folder.mkdir()
        result = _Result(folder, shape, name)
        assert result.expected is not None, (shape, "the mutant is none")
        assert isinstance(result.strict, Diverged), (shape, "undetected")
        assert result.at_first, (shape, result.expected, result.first)
        named[result.cause] += 1
    causes = ", ".join(f"{found} {count}" for found, count in named.items())
    print(f"{name:34} {len(shapes)} found at the first event, want {cause}: {causes}")  # noqa: T201 - the table: pytest -s
    assert named[cause] >= int(_RIGHT * len(shapes)), named


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("shape", SHAPES)
def test_harmless_changes_are_no_divergence(name: str, shape: str, tmp_path: Path) -> None:
    case = made(shape, name, HARMLESS[name])
    recorded = record(tmp_path / "a.wlog", getattr(load(case.base), shape))
    code = getattr(load(case.mutant), shape)
    assert not isinstance(replay(code, recorded, run_id="r").outcome, Diverged)
    assert not explain(code, recorded, "r").diverged
