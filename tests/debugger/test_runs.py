"""The list of runs, its triage, and the headline of one: quick by columns, and the same as the frames say."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.clock import FakeClock
from tests.debugger.asking import Asked, ask
from tests.debugger.test_spans import ACTS, REAL
from tests.recording.shop import buy
from tests.story import Story
from workbench.debugger.desk import Desk
from workbench.debugger.wire.words import Status
from workbench.engines import Loaded, load
from workbench.journal import Report
from workbench.recording import Recording
from workbench.recording.logs import LazyLogs
from workbench.recording.recording import CATALOGUE_FROM

STATUSES = get_args(Status)


def check(recording: Recording) -> None:
    """The answer is the frame."""
    answer, frame = ask(Desk(recording), "runs"), recording.runs
    columns = answer.columns
    assert answer["run_ids"] == frame["run_id"].astype("object").tolist()
    for name, table in (("workflow", "workflows"), ("error_type", "error_types"), ("origin", "origins")):
        wanted = frame["source" if name == "origin" else name].astype("object").fillna("").tolist()
        assert [answer[table][number] for number in columns[name].tolist()] == wanted
    assert [STATUSES[number] for number in columns["status"].tolist()] == frame["status"].astype("object").tolist()
    assert answer["business_keys"] == frame["business_key"].tolist()
    assert answer["errors"] == [error[:300] for error in frame["error"].tolist()]
    for name in ("recoveries", "steps", "events"):
        assert columns[name].tolist() == frame[name].tolist()
    for name in ("started", "ended"):
        wanted_ms = [float("nan") if pd.isna(one) else one.timestamp() * 1000 for one in frame[name]]
        assert np.allclose(columns[f"{name}_ms"], wanted_ms, equal_nan=True)


ENDS = st.sampled_from(["", "completed", "failed", "cancelled"])


@given(st.lists(st.tuples(st.lists(st.sampled_from(ACTS), max_size=4), ENDS), max_size=4), st.booleans())
def test_all_runs_are_told_as_the_frame_tells_them(runs: list[tuple[list[Any], str]], writer_alive: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    story = Story()
    for number, (acts, end) in enumerate(runs):
        run = story.run(f"run-{number}", business_key="k" if number else "")
        for act in acts:
            act(run)
        if end == "failed":
            run.failed("Boom", "it broke")
        elif end:
            getattr(run, end)()
    story.lost_run("lost").step("a").started().completed()
    report = Report(writer_alive=writer_alive)
    check(Recording([Loaded(story.history(), report, Path("story.wlog"))]))


def test_real_histories_of_other_engines() -> None:
    files = sorted((REAL / "temporal").rglob("*.json"))[:6] if (REAL / "temporal").is_dir() else []
    if not files:
        pytest.skip("the shared folder with real histories is not here")
    check(Recording([load(path) for path in files]))


def test_many_files_are_told_by_their_catalogue(tmp_path: Path) -> None:
    clock = FakeClock()
    for number in range(CATALOGUE_FROM):
        with clock.recorder(tmp_path / f"{number:03}.wlog") as recorder:
            recorder.run(buy, ["book"], id=f"run-{number:03}")
    recording = wb.open(tmp_path)
    assert isinstance(recording.logs, LazyLogs)
    check(recording)
    desk = Desk(recording)
    hello = ask(desk, "hello")
    assert (hello["run_count"], hello["log_count"], len(hello["logs"])) == (CATALOGUE_FROM, CATALOGUE_FROM, 1)
    assert hello["event_count"] == int(recording.runs["events"].sum())
    rows = ask(desk, "triage", run_ids=["run-003", "run-001", "nobody"])["rows"]
    assert [row["run_id"] for row in rows] == ["run-003", "run-001"]


# --- triage ----------------------------------------------------------------------------------------------------


def shops(path: Path) -> Recording:
    clock = FakeClock()
    with clock.recorder(path) as recorder:
        for number in range(5):
            recorder.run(buy, ["book"], id=f"run-{number}", business_key=f"k{number}")
    return wb.open(path)


def test_triage_is_that_of_the_recording(tmp_path: Path) -> None:
    recording = shops(tmp_path / "a.wlog")
    frame = recording.triage().set_index("run_id")
    answer = ask(Desk(recording), "triage", start=1, count=3)
    assert (answer["start"], answer["total"]) == (1, 5)
    assert [row["run_id"] for row in answer["rows"]] == ["run-1", "run-2", "run-3"]
    for row in answer["rows"]:
        told = frame.loc[row["run_id"]]
        assert row["safety"] == told["safety"]
        assert row["because"] == told["because"]
        assert tuple(row["hazards"]) == told["hazards"]
        assert row["best"] == ("" if pd.isna(told["best"]) else told["best"])


@pytest.mark.parametrize(("start", "count", "found"), [(4, 10, 1), (5, 10, 0), (0, 0, 0), (-3, 2, 2), (0, 10**9, 5)])
def test_pages_of_a_triage(tmp_path: Path, start: int, count: int, found: int) -> None:
    answer = ask(Desk(shops(tmp_path / "a.wlog")), "triage", start=start, count=count)
    assert len(answer["rows"]) == found


def test_hazards_of_very_long_runs_are_left_to_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.analysis.triage import Attention
    from workbench.debugger import triaging

    (log,) = shops(tmp_path / "a.wlog").logs
    assert triaging._attention(log) is Attention.QUICK
    monkeypatch.setattr(triaging, "_LONG_RUNS", 3)
    assert triaging._attention(log) is Attention.NONE


# --- one run ---------------------------------------------------------------------------------------------------


def headline(story: Story, run_id: str) -> Asked:
    return ask(Desk(Recording([Loaded(story.history(), None, Path("story.wlog"))])), "run", run_id=run_id)


def test_the_headline_of_a_failed_run() -> None:
    story = Story()
    run = story.run("r", workflow="checkout", business_key="order-42")
    run.step("charge").failed("Declined", "no money")
    run.failed("Declined", "no money")
    told = headline(story, "r")
    assert (told["status"], told["error_type"], told["error"]) == ("failed", "Declined", "no money")
    assert (told["first_seq"], told["last_seq"], told["events"]) == (1, 4, 4)
    assert told["business_key"] == "order-42"
    assert told["code"] == "shop.flows:checkout"
    assert told["replays"]


def test_kin_of_a_run() -> None:
    story = Story()
    run = story.run("r")
    run.child("ship", "ship-1").completed()
    assert headline(story, "r")["kin"] == [{"run_id": "ship-1", "why": "child"}]


def test_a_torn_tail_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.wlog"
    shops(path)
    path.write_bytes(path.read_bytes()[:-3])
    (log,) = ask(Desk(wb.open(path)), "hello")["logs"]
    assert log["state"] == "torn"
    assert "a step may have begun" in log["sentence"]


def test_text_of_a_log_is_text() -> None:
    story = Story()
    story.run("r", workflow="evil\x1b[2J\u202e", business_key="a\nb").failed("Bo\x07om", "\x1b]0;owned")
    told = headline(story, "r")
    assert told["workflow"] == "evil\\x1b[2J\\u202e"
    assert told["business_key"] == "a\\nb"
    assert (told["error_type"], told["error"]) == ("Bo\\x07om", "\\x1b]0;owned")
