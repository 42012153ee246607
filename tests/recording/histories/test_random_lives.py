"""Decision upon decision upon crash: whatever order they come in, SAFE harms nothing and the log tells the truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recording.histories.life import Life
from tests.recording.histories.world import COUNTED

PART = 10
EVENTFUL = 40


@pytest.fixture(scope="module", autouse=True)
def own_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


def lived(seed: int, folder: Path, *, changing: bool = False) -> Life:
    life = Life(seed, folder / f"{seed}.wlog", changing)
    try:
        life.live()
    except Exception as error:
        story = "\n  ".join([f"{life.flow.shape}: {life.flow.kinds}", *life.told, f"really: {life.world.did}"])
        raise AssertionError(f"seed {seed}: {error}\n  {story}") from error
    return life


@pytest.mark.parametrize("part", range(5))
def test_safe_harms_nothing_and_the_log_tells_the_truth(part: int, tmp_path: Path) -> None:
    for seed in range(part * PART, (part + 1) * PART):
        lived(seed, tmp_path)


@pytest.mark.parametrize("part", range(3))
def test_safe_harms_nothing_where_the_code_changes_and_children_act(part: int, tmp_path: Path) -> None:
    for seed in range(part * PART, (part + 1) * PART):
        lived(seed, tmp_path, changing=True)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(100))
def test_ten_thousand_lives_of_changing_code(part: int, tmp_path: Path) -> None:
    for seed in range(1_000 + part * 100, 1_100 + part * 100):
        lived(seed, tmp_path, changing=True)


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(100))
def test_ten_thousand_lives(part: int, tmp_path: Path) -> None:
    for seed in range(1_000 + part * 100, 1_100 + part * 100):
        lived(seed, tmp_path)


def test_the_lives_are_eventful(tmp_path: Path) -> None:
    """What is checked above happens at all: acts of every sort, deaths, doubts that are settled, undone effects."""
    lives = [lived(seed, tmp_path) for seed in range(EVENTFUL)]
    told = "\n".join(line for life in lives for line in life.told)
    for word in ("resume ", "retry_from ", "rerun ", "compensate ", "happened=True", "DiedError", "UnsafeError"):
        assert word in told, word
    assert sum(life.world.count[name] for life in lives for name in life.flow.kinds) > EVENTFUL
    assert any(kind in COUNTED for life in lives for kind in life.flow.kinds.values())
    assert any(line.startswith("undo ") for life in lives for line in life.world.did)


@pytest.mark.parametrize("seed", [1928, 2919])
def test_a_word_about_a_call_that_the_code_had_given_up_is_given_to_it_later(seed: int, tmp_path: Path) -> None:
    """Found by lives: a sibling failed, the gather was cancelled, and the cancelled step had happened."""
    lived(seed, tmp_path)
