"""What a verdict says leads to the events that show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.debugger.asking import ask
from tests.debugger.test_deciding import RUN, desk_of, options
from tests.debugger.test_events import desk_of_history
from tests.recording.deciding_shop import Shop, shop
from tests.story import Story
from workbench.debugger.evidence import Evidence


@pytest.fixture
def sold(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def events_of(run: wb.Run) -> dict[int, tuple[str, str]]:
    frame = run.events
    return {int(row["seq"]): (str(row["event"]), str(row["name"])) for row in frame.to_dict("records")}


def test_every_step_that_an_option_lists_leads_to_its_events(sold: Shop) -> None:
    run = sold.dies("mail")
    verdict, events = ask(desk_of(sold), "verdict", run_id=RUN), events_of(run)
    evidence = verdict["evidence"]
    assert evidence.keys() == {"hold (1)", "charge (2)", "mail (3)"}
    assert [events[seq] for seq in evidence["charge (2)"]] == [("StepStarted", "charge"), ("StepCompleted", "charge")]
    assert [events[seq] for seq in evidence["mail (3)"]] == [("StepStarted", "mail")]


def test_reasons_and_gates_lead_to_the_events_that_they_speak_of(sold: Shop) -> None:
    run = sold.dies("mail")
    rows, events = options(ask(desk_of(sold), "verdict", run_id=RUN)), events_of(run)
    resume = rows["resume"]
    assert "mail (3)" in resume["because"]
    assert [events[seq] for seq in resume["seqs"]] == [("StepStarted", "mail")]
    for row in rows.values():
        for one in row["objections"]:
            assert one["seqs"], f"{one['id']} of {row['action']}: {one['reason']}"
    plan = ask(desk_of(sold), "plan", run_id=RUN, action="resume")
    assert [one["seqs"] for one in plan["objections"]] == [resume["seqs"]]


def test_a_run_that_has_ended_leads_to_its_end(sold: Shop) -> None:
    sold.run()
    run = sold.open()
    resume = options(ask(desk_of(sold), "verdict", run_id=RUN))["resume"]
    assert [events_of(run)[seq][0] for seq in resume["seqs"]] == ["RunCompleted"]


def evidence_of(story: Story, *reasons: str) -> Evidence:
    from workbench.analysis import read_facts

    history = story.history()
    return Evidence(read_facts(history, "r"), history, (), reasons)


def test_names_with_spaces_and_places_are_found() -> None:
    story = Story()
    run = story.run("r")
    run.step("send the mail", kind="write").completed()
    run.step("ship", kind="write").completed()
    reason = "ah, send the mail (1) is done"
    assert len(evidence_of(story, reason).behind(reason)) == 2
    diverged = "the code diverges from the log at 2: results would go to other steps"
    assert len(evidence_of(story, diverged).behind(diverged)) == 2
    assert evidence_of(story, "no such (9) step").behind("no such (9) step") == []


def test_evidence_of_a_very_long_run_is_bounded() -> None:
    story = Story()
    run = story.run("r")
    for number in range(1_200):
        run.step(f"act-{number}", kind="write").failed("TimeoutError", definite=False)
    run.failed("TimeoutError")
    verdict: Any = ask(desk_of_history(story.history()), "verdict", run_id="r")
    assert 200 <= len(verdict["evidence"]) <= 1_000
    assert verdict["evidence"]["act-0 (1)"]
