"""Where a value came from, as a person asks it; and what a replay proves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.story import Story
from workbench._errors import UsageError
from workbench.analysis.provenance import Provenance, provenance
from workbench.journal import open_log
from workbench.model import History
from workbench.views import provenance_figure

TICKET = "tok_9f31aa70c2"
LONG = "a-ticket-of-some-length-1"
NOTE = "password=hunter2hunter2 token=abcdefgh12"
"""Two secrets in one text."""


@wb.step(kind="read")
def log_in(user: str) -> dict[str, Any]:
    del user
    return {
        "ticket": LONG,
        "level": 4711,
        "nick": "ada",
        "tries": 7,
        "note": NOTE,
    }


@wb.step(kind="idempotent")
def extend(ticket: str, nick: str, level: int) -> str:
    return f"{ticket}/{nick}/{level}"


@wb.step(kind="read")
def audit(note: str, level: int) -> None:
    del note, level


@wb.workflow
def renew(user: str) -> dict[str, Any]:
    session = log_in(user)
    done = extend(session["ticket"], session["nick"], level=session["level"])
    audit("level " + str(session["level"]), 2355 * 2 + 1)
    audit(session["note"], 7)
    return {"done": done, "user": user}


@pytest.fixture
def recorded(tmp_path: Path) -> History:
    path = tmp_path / "renew.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(renew, "somebody-1", id="renew-1")
    return open_log(path).history


def told() -> Provenance:
    story = Story()
    run = story.run("order-42", args=[{"id": "order-42"}])
    run.step("log_in", kind="read", args=["order-42"]).completed({"access_token": TICKET})
    run.step("check", kind="read", args=[TICKET]).completed({"token": TICKET})
    run.step("extend", kind="idempotent", args=[{"header": f"Bearer {TICKET}"}]).failed("Expired")
    run.failed("Expired")
    return provenance(story.history(), "order-42")


def test_the_way_back_to_the_first_source() -> None:
    found = told().where_from("extend", "$.args[0].header")
    assert found.source == "log_in (1)"
    assert [link.from_path for link in found.hops] == ["$.result.access_token"]
    assert [link.from_path for link in found.inputs] == ["$.args[0].id"]
    assert str(found) == (
        "extend (3) $.args[0].header\n"
        f"  ← log_in (1) $.result.access_token (event 3): {TICKET}, inside a longer text, confidence 0.63; "
        "also in event 5\n"
        "which had been given:\n"
        "  ← run $.args[0].id (event 1): order-42, confidence 0.95"
    )


@pytest.mark.parametrize("path", ["$.args[0].header", "args[0].header", "$.args[0]", "$.args"])
def test_a_part_is_asked_for_by_itself_or_by_what_holds_it(path: str) -> None:
    assert told().where_from("3", path).source == "log_in (1)"


def test_a_value_without_a_source_says_so() -> None:
    story = Story()
    story.run("order-42").step("mail", args=["made-here-1"]).completed()
    found = provenance(story.history(), "order-42").where_from("mail (1)", "$.args[0]")
    assert (found.hops, found.source) == ((), "")
    assert "nothing that was recorded before holds this value" in str(found)


def test_wrong_names_are_answered_with_the_nearest_ones() -> None:
    with pytest.raises(UsageError) as error:
        told().where_from("extnd", "$.args[0]")
    assert "extend (3)" in error.value.hint
    with pytest.raises(UsageError) as error:
        told().where_from("extend", "$.args[0].headr")
    assert "$.args[0].header" in error.value.hint


def test_the_names_of_parameters_come_from_the_recorded_source(recorded: History) -> None:
    found = provenance(recorded, "renew-1")
    for path in ("$.args.ticket", "ticket", "$.ticket", "$.args[0]"):
        assert found.where_from("extend", path).source == "log_in (1)"


def test_a_replay_proves_what_is_the_same_object(recorded: History) -> None:
    by_values, by_replay = provenance(recorded, "renew-1"), provenance(recorded, "renew-1", renew)
    assert not by_values.frame["exact"].any()
    proven = by_replay.frame[by_replay.frame["exact"]]
    assert set(zip(proven["from_path"], proven["to_step"], proven["to_path"], strict=True)) == {
        ("$.args[0]", "log_in (1)", "$.args[0]"),
        ("$.result.ticket", "extend (2)", "$.args[0]"),
        ("$.result.nick", "extend (2)", "$.args[1]"),
        ("$.result.level", "extend (2)", "$.kwargs.level"),
        ("$.result.note", "audit (4)", "$.args[0]"),
        ("$.result", "run", "$.result.done"),
        ("$.args[0]", "run", "$.result.user"),
    }
    assert set(proven["confidence"]) == {1.0}
    noted = by_replay.frame[by_replay.frame["to_step"] == "audit (4)"]
    assert list(zip(noted["exact"], noted["whole"], strict=True)) == [(True, False), (True, False)]


def test_an_equal_number_that_was_computed_is_not_proven(recorded: History) -> None:
    frame = provenance(recorded, "renew-1", renew).frame
    computed = frame[(frame["to_step"] == "audit (3)") & (frame["to_path"] == "$.args[1]")]
    assert list(computed["exact"]) == [False]
    assert list(computed["confidence"]) == [0.3]


def test_the_frame_and_the_reprs() -> None:
    found = told()
    assert {name: str(dtype) for name, dtype in found.frame.dtypes.items()} == {
        "from_seq": "int64", "from_step": "str", "from_path": "str", "to_seq": "int64", "to_step": "str",
        "to_path": "str", "value": "str", "confidence": "float64", "exact": "bool", "whole": "bool",
        "others": "object",
    }  # fmt: skip
    assert len(found.frame) == len(found.links) == str(found).count("\n")
    assert provenance(Story().history(), "nobody").frame.dtypes.equals(found.frame.dtypes)


def test_text_from_a_log_is_text() -> None:
    evil = "<script>alert(1)</script>\x1b[31m\u202e"
    story = Story()
    run = story.run("order-42")
    run.step("give").completed({evil: evil})
    run.step(f"take{evil}", args=[evil]).completed()
    found = provenance(story.history(), "order-42")
    html = found._repr_html_()
    assert "<script>" not in html
    for text in (str(found), str(found.where_from("2", "$.args[0]"))):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<script>" not in str(provenance_figure(evil, found.frame).to_dict())


def test_the_figure_draws_each_use() -> None:
    found = told()
    traces = provenance_figure("order-42", found.frame).to_dict()["data"]
    lines = [trace for trace in traces if trace["mode"] == "lines"]
    assert len(lines) == len(found.links)
    names = next(trace["text"] for trace in traces if trace["mode"] == "markers+text")
    assert list(names) == ["run", "log_in (1)", "check (2)", "extend (3)", "run"][: len(names)]
