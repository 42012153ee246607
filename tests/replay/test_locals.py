"""Locals are kept as changes: what a stop shows is what was there, and a long trace stays small."""

from __future__ import annotations

import copy
import gc
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.flows import recorded, replayed, stock
from workbench.replay.locals import LastLocals, Locals, seen_of, text_in

NAMES = st.sampled_from(["a", "b", "c", "@pytest", ".0"])
WORLDS = st.lists(st.dictionaries(NAMES, st.one_of(st.integers(0, 3), st.lists(st.integers(0, 1), max_size=1))))


def shown(world: dict[str, Any]) -> dict[str, str]:
    return {name: repr(value) for name, value in world.items() if name[0] not in "@."}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name, text in after.items() if before.get(name) != text}


@given(worlds=WORLDS)
def test_every_link_gives_what_was_there(worlds: list[dict[str, Any]]) -> None:
    last, before, links = LastLocals(), dict[str, str](), []
    for world in worlds:
        assert set(last.update(world)) == changed(before, shown(world))
        links.append((last.seen, before := shown(world)))
    for seen, texts in links:
        assert Locals(seen) == texts
        assert {name: text_in(seen, name) for name in "abc"} == {name: texts.get(name) for name in "abc"}


@given(worlds=WORLDS, lines=st.lists(st.booleans(), min_size=40, max_size=40))
def test_lines_in_between_do_not_change_what_an_event_says_of_changes(
    worlds: list[dict[str, Any]], lines: list[bool]
) -> None:
    alone, between = LastLocals(), LastLocals()
    for world, is_line in zip(worlds, lines, strict=False):
        if is_line:
            between.update_at_line(world)
        else:
            assert between.update_at_event(world) == alone.update(world)
            assert Locals(between.seen) == Locals(alone.seen)


def test_a_value_that_changes_inside_is_written_anew() -> None:
    last, items = LastLocals(), [1]
    last.update({"items": items})
    first = last.seen
    items.append(2)
    assert last.update({"items": items}) == ("items",)
    assert (Locals(first)["items"], Locals(last.seen)["items"]) == ("[1]", "[1, 2]")


def test_a_copy_of_locals_is_a_dict() -> None:
    texts = Locals(seen_of({"a": "1"}))
    copied: Any = copy.copy(texts)
    assert type(copied) is dict
    assert copied == texts
    assert (repr(texts), len(texts)) == ("{'a': '1'}", 1)


# --- memory -------------------------------------------------------------------------------------------------------

ROUNDS = 3_000


def long_loop() -> int:
    total, seen, note = 0, 0, "a text that never changes"
    for number in range(ROUNDS):
        found = stock(f"sku-{number}")
        total += found
        seen = total if note else 0
    return seen


@pytest.mark.parametrize("lines", [False, True])
def test_a_trace_stays_below_ten_times_its_log(tmp_path: Path, *, lines: bool) -> None:
    path = tmp_path / "a.wlog"
    _, history = recorded(path, long_loop)
    gc.collect()
    tracemalloc.start()
    try:
        trace = replayed(long_loop, history, lines=lines)
        for stop in trace.steps:
            assert stop.index == 0 or stop.locals is not None
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(trace) == 2 * ROUNDS + 2 + lines * (4 * ROUNDS + 3)
    assert used < 10 * path.stat().st_size, f"{used / path.stat().st_size:.1f} times its log"
    assert trace.steps[-1].locals["total"] == str(3 * ROUNDS)
