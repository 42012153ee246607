"""Events as columns: the same as the frame says, whole or in parts, without reading a payload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.debugger.asking import Asked, ask
from tests.debugger.long import long_history
from tests.story import Story
from workbench.analysis import events_frame
from workbench.debugger.desk import Desk
from workbench.engines import Loaded
from workbench.model import EventType, History
from workbench.recording import Recording


def desk_of(story: Story) -> Desk:
    return desk_of_history(story.history())


def desk_of_history(history: History) -> Desk:
    return Desk(Recording([Loaded(history, None, Path("story.wlog"))]))


def two_runs() -> Story:
    story = Story()
    one, other = story.run("one"), story.run("other", workflow="other")
    one.step("charge", kind="keyed", key="k").started().completed("ch-1")
    other.step("charge", kind="write").started().attempt_failed("TimeoutError").started().failed("TimeoutError")
    one.timer(30).fired()
    one.signal("approved", 1)
    one.step("deep", kind="read", at=(3, 1, 70_000)).started().completed()
    one.child("ship", "ship-1").completed()
    other.failed("TimeoutError", "no answer")
    one.completed(1)
    return story


def position_texts(events: Asked) -> list[str]:
    ends, path = events.columns["path_end"].tolist(), events.columns["path"].tolist()
    texts = [".".join(map(str, path[begin:end])) for begin, end in zip([0, *ends], ends, strict=False)]
    return [texts[number] for number in events.columns["position"].tolist()]


@pytest.mark.parametrize("run_id", ["one", "other"])
def test_events_are_those_of_the_frame(run_id: str) -> None:
    story = two_runs()
    frame = events_frame([story.history()])
    frame = frame[frame["run_id"] == run_id]
    events = ask(desk_of(story), "events", run_id=run_id)
    columns = events.columns
    assert columns["seq"].tolist() == frame["seq"].tolist()
    assert np.allclose(columns["time_ms"], frame["time"].astype("int64") / 1e6)
    assert [EventType(number).name for number in columns["type"].tolist()] == frame["event"].tolist()
    assert position_texts(events) == frame["position"].tolist()
    names = [events["names"][number] if number >= 0 else "" for number in columns["lane"].tolist()]
    assert names == ["timer" if event.startswith("Timer") else name for event, name in
                     zip(frame["event"], frame["name"].astype("object").fillna(""), strict=True)]  # fmt: skip
    assert columns["attempt"].tolist() == frame["attempt"].fillna(0).tolist()
    tags = [events["tags"][number] for number in columns["tag"].tolist()]
    assert tags == frame["error_type"].astype("object").fillna("").tolist()


def test_lanes_come_in_order_of_first_appearance_and_say_what_they_are() -> None:
    run = ask(desk_of(two_runs()), "run", run_id="one")
    assert [(lane["name"], lane["sort"]) for lane in run["lanes"]] == [
        ("charge", "step"), ("timer", "timer"), ("approved", "signal"), ("deep", "step"), ("ship", "child"),
    ]  # fmt: skip
    assert run["lanes"][0]["kind"] == "keyed"
    assert ask(desk_of(two_runs()), "events", run_id="one")["lanes"] == 5


def test_undeclared_kinds_wear_their_mark() -> None:
    story = Story()
    story.run("r").step("charge").started().completed()
    (lane,) = ask(desk_of(story), "run", run_id="r")["lanes"]
    assert (lane["kind"], lane["assumed"], lane["acts"]) == ("write", True, True)


@pytest.mark.parametrize(("start", "count"), [(0, 3), (3, 4), (7, 100), (99, 5), (0, 0), (-5, 2)])
def test_a_part_of_the_events_is_that_part_of_all(start: int, count: int) -> None:
    desk = desk_of(two_runs())
    whole, part = ask(desk, "events", run_id="one"), ask(desk, "events", run_id="one", start=start, count=count)
    begin = max(0, min(start, whole["total"]))
    wanted = slice(begin, begin + count)
    for name in ("seq", "time_ms", "type", "lane", "attempt", "tag"):
        assert part.columns[name].tolist() == whole.columns[name][wanted].tolist()
    assert position_texts(part) == position_texts(whole)[wanted]
    assert (part["start"], part["total"]) == (begin, whole["total"])


def test_a_name_that_is_given_twice_is_one_lane() -> None:
    story = Story()
    run = story.run("r")
    run.step("charge", kind="read").started().completed()
    run.step("charge", kind="write").started().completed()
    assert len(ask(desk_of(story), "run", run_id="r")["lanes"]) == 1


def test_a_million_events_are_answered_without_a_payload_or_an_object_each() -> None:
    """The time is measured in tests/benchmarks; here, that nothing is read for each event."""
    history = long_history(200_000, 1)

    def refuse(row: int) -> Any:
        ends = {EventType.RunStarted, EventType.RunCompleted}
        assert history.columns.type[row] in ends, "only the ends of the run are read"
        return {}

    desk = desk_of_history(History(history.columns, history.runs, history.names, history.tags, refuse))
    events, spans = ask(desk, "events", run_id="run-0"), ask(desk, "spans", run_id="run-0")
    assert len(events.columns["seq"]) == 200_000
    assert len(spans.columns["start_ms"]) == (200_000 - 2) // 2
    assert spans.columns["seq_begin"][:3].tolist() == [2, 4, 6]
    assert ask(desk, "run", run_id="run-0")["steps"] == (200_000 - 2) // 2
