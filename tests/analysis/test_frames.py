"""The frames: columns and dtypes that do not move, several logs, no log at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.story import Story
from workbench.analysis import events_frame, runs_frame, steps_frame
from workbench.model import EventType, History, position_text

TIME = "datetime64[ns, UTC]"
EVENTS = {
    "run_id": "category", "seq": "int64", "time": TIME, "event": "category", "position": "str", "name": "category",
    "attempt": "Int64", "error_type": "category", "log": "category",
}  # fmt: skip
STEPS = {
    "run_id": "category", "position": "str", "name": "category", "kind": "category", "kind_assumed": "bool",
    "state": "category", "attempts": "Int64", "started": TIME, "ended": TIME, "duration_seconds": "float64",
    "key": "str", "error_type": "category", "error": "str", "code": "str", "assumed": "str", "log": "category",
}  # fmt: skip
RUNS = {
    "run_id": "category", "status": "category", "business_key": "str", "engine": "category", "source": "category",
    "started": TIME, "ended": TIME, "duration_seconds": "float64", "recoveries": "int64", "steps": "int64",
    "events": "int64", "error_type": "category", "error": "str", "workflow": "category",
}  # fmt: skip


def shop() -> Story:
    """One run that failed after a recovery."""
    story = Story(origin="shop.wlog")
    run = story.run("order-42", business_key="42")
    run.step("login", kind="read").completed("token")
    run.step("charge", kind="keyed", key="charge/42").started().died()
    run.recovered(after_seconds=2820)
    run.steps["charge"].completed({"id": "ch_1"})
    run.timer(60).fired()
    run.signal("approved", value=True)
    run.step("extend").failed("Timeout", "no answer", definite=False)
    run.failed("Timeout", "no answer")
    return story


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


@pytest.mark.parametrize("histories", [[], [Story().history()], [shop().history()], [shop().history()] * 3])
def test_columns_and_dtypes_are_frozen(histories: list[History]) -> None:
    assert dtypes(events_frame(histories)) == EVENTS
    assert dtypes(steps_frame(histories)) == STEPS
    assert dtypes(runs_frame(histories)) == RUNS
    count = sum(len(history) for history in histories)
    assert len(events_frame(histories)) == count


def test_the_events_of_a_run() -> None:
    frame = events_frame([shop().history()])
    assert frame["seq"].tolist() == list(range(1, len(frame) + 1))
    assert frame["time"].is_monotonic_increasing
    row = frame[frame["event"] == "StepFailed"].iloc[0]
    assert (row["run_id"], row["position"], row["name"], row["error_type"]) == ("order-42", "5", "extend", "Timeout")
    started = frame[frame["event"] == "RunStarted"].iloc[0]
    assert started["position"] == ""
    assert started["attempt"] is pd.NA
    assert pd.isna(started["error_type"])
    assert frame.loc[frame["name"] == "charge", "attempt"].tolist() == [1, 2, 2]


def test_a_row_per_step() -> None:
    frame = steps_frame([shop().history()]).set_index("name")
    assert frame["state"].to_dict() == {"login": "committed", "charge": "committed", "extend": "in_doubt"}
    assert frame.loc["charge", "attempts"] == 2
    assert frame.loc["charge", "duration_seconds"] == 2823
    assert frame.loc["extend", "error"] == "no answer"
    assert frame.loc["extend", "assumed"] == "kind write is assumed, nobody declared it"
    assert frame.loc["login", "code"] == "flows.py:41"


def test_a_row_per_run() -> None:
    row = runs_frame([shop().history()]).iloc[0]
    assert (row["status"], row["business_key"], row["engine"], row["source"]) == ("failed", "42", "native", "shop.wlog")
    assert (row["recoveries"], row["steps"], row["events"]) == (1, 3, 15)
    assert (row["error_type"], row["error"], row["workflow"]) == ("Timeout", "no answer", "checkout")
    assert row["duration_seconds"] == (row["ended"] - row["started"]).total_seconds()


def status(story: Story, *, writer_alive: bool = False) -> str:
    return str(runs_frame([story.history()], [story.report(writer_alive=writer_alive)])["status"].iloc[0])


def test_status_words() -> None:
    begun = Story()
    begun.run("r").step("charge").started()
    assert status(begun) == "interrupted"
    assert status(begun, writer_alive=True) == "running"
    done = Story()
    done.run("r").completed(1)
    assert status(done, writer_alive=True) == "completed"
    stopped = Story()
    stopped.run("r").cancelled()
    assert status(stopped) == "cancelled"
    headless = Story()
    headless.lost_run("r").step("charge").started()
    assert status(headless, writer_alive=True) == "unknown"
    assert pd.isna(runs_frame([headless.history()])["started"].iloc[0])


def rolled_back(*, mail: bool) -> Story:
    story = Story()
    run = story.run("r")
    run.step("charge", kind="compensatable").completed()
    if mail:
        run.step("mail").completed()
    run.step("extend").failed("Refused")
    run.failed("Refused")
    run.compensation("charge").completed()
    return story


def test_compensated_means_that_nothing_is_left() -> None:
    assert status(rolled_back(mail=False)) == "compensated"
    assert status(rolled_back(mail=True)) == "failed"


def test_many_logs_of_several_engines() -> None:
    other = Story(engine="dbos", origin="sqlite:///dbos.sqlite")
    other.run("order-43").step("charge").completed()
    histories = [shop().history(), other.history()]
    events = events_frame(histories)
    assert events.groupby("log", observed=True).size().to_dict() == {"shop.wlog": 15, "sqlite:///dbos.sqlite": 3}
    assert list(events["run_id"].cat.categories) == ["order-42", "order-43"]
    assert events.groupby("name", observed=True).size()["charge"] == 5
    assert runs_frame(histories)["engine"].tolist() == ["native", "dbos"]
    assert steps_frame(histories)["log"].tolist() == ["shop.wlog"] * 3 + ["sqlite:///dbos.sqlite"]


def test_an_event_of_a_newer_version_has_no_name() -> None:
    story = shop()
    story.columns.type[1] = 99
    assert pd.isna(events_frame([story.history()])["event"].iloc[1])


POSITIONS = st.lists(st.lists(st.integers(1, 2**32 - 1) | st.integers(1, 9), max_size=5).map(tuple), max_size=20)


@given(POSITIONS)
def test_positions_as_text(positions: list[tuple[int, ...]]) -> None:
    story = Story()
    run = story.lost_run("r")
    for position in positions:
        run.event(EventType.ClockRead, position=position, value=0)
    frame = events_frame([story.history()])
    assert frame["position"].tolist() == [position_text(position) for position in positions]


def test_names_declared_twice_are_one_category() -> None:
    story = Story()
    run = story.run("r")
    run.step("charge", kind="write").completed()
    run.step("charge", kind="keyed", key="k").completed()
    frame = events_frame([story.history()])
    assert list(frame["name"].cat.categories) == ["checkout", "charge"]
    assert np.array_equal(steps_frame([story.history()])["kind"].astype(str), ["write", "keyed"])
