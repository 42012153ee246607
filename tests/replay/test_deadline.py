"""Code that goes on for ever is stopped, and what runs after it is left alone."""

from __future__ import annotations

from contextlib import suppress

import pytest

from workbench.replay.deadline import OverdueError, within


def _spin() -> None:
    while True:
        pass


def test_a_loop_without_end_is_stopped() -> None:
    with pytest.raises(OverdueError):
        within(0.01, _spin)


def test_code_that_catches_everything_is_stopped_again() -> None:
    caught: list[BaseException] = []

    def stubborn() -> None:
        while len(caught) < 2:
            try:
                _spin()
            except BaseException as error:  # noqa: BLE001 - what user code may do
                caught.append(error)

    with pytest.raises(OverdueError):
        within(0.01, stubborn)
    assert len(caught) == 2


def test_nothing_comes_after_the_end() -> None:
    for _ in range(300):
        with suppress(OverdueError):
            within(0.0001, lambda: sum(range(2_000)))
        assert [number for number in range(3_000) if number < 0] == []  # one on its way would end this test


def test_the_result_is_what_the_work_gives() -> None:
    assert within(5, lambda: 7) == 7
