"""Two runs side by side."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.story import Story
from workbench.analysis import Item, align, diff_runs

COLUMNS = {
    "what": "category", "position": "str", "name": "str", "left": "object", "right": "object",
    "left_seconds": "float64", "right_seconds": "float64", "seconds_more": "float64", "first": "bool",
}  # fmt: skip


def calls(*names: str) -> list[Item]:
    """Steps at consecutive positions; `charge=2` has the outcome 2, `charge:2` the argument 2."""
    items = []
    for number, text in enumerate(names, 1):
        name, _, outcome = text.partition("=")
        name, _, argument = name.partition(":")
        items.append(Item((number,), "call step", name, {"args": [argument]}, outcome or None))
    return items


def changes(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["what"].tolist(), frame["name"].tolist(), strict=True))


def test_columns_and_dtypes_are_frozen() -> None:
    for frame in (align([], []), align(calls("a"), []), align(calls("a"), calls("a"))):
        assert {str(name): str(dtype) for name, dtype in frame.dtypes.items()} == COLUMNS


def test_equal_sequences() -> None:
    frame = align(calls("login", "charge"), calls("login", "charge"))
    assert changes(frame) == [("same", "login"), ("same", "charge")]
    assert not frame["first"].any()


def test_an_inserted_call_does_not_make_the_rest_look_new() -> None:
    frame = align(calls("login", "charge", "extend"), calls("login", "fraud", "charge", "extend"))
    assert changes(frame) == [("same", "login"), ("inserted", "fraud"), ("same", "charge"), ("same", "extend")]
    assert frame["first"].tolist() == [False, True, False, False]
    assert frame["position"].tolist() == ["1", "2", "3", "4"]


def test_a_deleted_call() -> None:
    frame = align(calls("login", "charge", "extend"), calls("login", "extend"))
    assert changes(frame) == [("same", "login"), ("deleted", "charge"), ("same", "extend")]


def test_changed_results_and_arguments() -> None:
    frame = align(calls("login=a", "charge:118"), calls("login=b", "charge:119"))
    assert changes(frame) == [("outcome", "login"), ("arguments", "charge")]
    assert (frame["left"][0], frame["right"][0]) == ("a", "b")
    assert (frame["left"][1], frame["right"][1]) == ({"args": ["118"]}, {"args": ["119"]})


def test_repeated_names_are_matched_by_position() -> None:
    frame = align(calls("poll=1", "poll=2", "poll=3"), calls("poll=1", "poll=2"))
    assert changes(frame) == [("same", "poll"), ("same", "poll"), ("deleted", "poll")]


def test_two_recorded_runs() -> None:
    story = Story()
    for run_id, slow in (("a", 0), ("b", 30)):
        run = story.run(run_id)
        run.step("login", kind="read", args=[run_id]).completed("token")
        step = run.step("charge").started()
        story.wait(slow)
        if slow:
            step.failed("Timeout")
        else:
            step.completed({"id": "ch_1"})
        run.signal("approved", value=slow)
        run.timer(5).fired()
    history = story.history()
    frame = diff_runs((history, "a"), (history, "b"))
    assert changes(frame) == [("arguments", "login"), ("outcome", "charge"), ("outcome", "approved"), ("same", "sleep")]
    assert frame["left_seconds"].tolist()[:2] == [1, 1]
    assert frame["right_seconds"].tolist()[:2] == [1, 31]
    assert frame["seconds_more"].tolist()[:2] == [0, 30]
    assert (frame["left"][2], frame["right"][2]) == (0, 30)
    assert changes(diff_runs((history, "a"), (history, "nobody")))[0] == ("deleted", "login")


def test_a_running_step_has_no_outcome_and_items_can_be_given() -> None:
    story = Story()
    story.run("a").step("charge").started()
    history = story.history()
    assert diff_runs((history, "a"), calls("charge"))["left"].tolist() == [{"args": [], "kwargs": {}}]
    assert pd.isna(diff_runs((history, "a"), (history, "a"))["left_seconds"][0])


NAMES = st.lists(st.sampled_from("abc"), max_size=8)


@given(NAMES, NAMES)
def test_nothing_is_lost_and_the_order_is_kept(left: list[str], right: list[str]) -> None:
    frame = align(calls(*left), calls(*right))
    assert frame.loc[frame["what"] != "inserted", "name"].tolist() == left
    assert frame.loc[frame["what"] != "deleted", "name"].tolist() == right
    assert frame["first"].sum() == (left != right)
