"""May I re-run this? The verdict, the plan and its button, the deed, doubts and decisions, as a browser asks."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.debugger.asking import Asked, ask
from tests.debugger.test_events import desk_of_history
from tests.recording.deciding_shop import Shop, shop
from tests.story import Story
from workbench._errors import InDoubtError, LogBusyError, UnsafeError, UsageError
from workbench.debugger.desk import Desk

RUN = "order-42"


@pytest.fixture
def sold(tmp_path: Path) -> Shop:
    return shop(tmp_path)


def desk_of(sold: Shop, **facts: Any) -> Desk:
    return Desk(wb.open(sold.log), run_id=RUN, code=sold.sell, **facts)


def options(verdict: Asked) -> dict[str, dict[str, Any]]:
    return {f"{row['action']} {row['from_step']}".strip(): row for row in verdict["options"]}


# --- answers -------------------------------------------------------------------------------------------------------


def test_why_hazards_and_provenance_carry_their_events(sold: Shop) -> None:
    run = sold.fails("mail", TimeoutError("no answer"))
    desk = desk_of(sold)
    why = ask(desk, "why", run_id=RUN)
    assert why["clauses"][0]["role"] == "outcome"
    seqs = set(run.events["seq"])
    assert all(set(clause["seqs"]) <= seqs for clause in why["clauses"])
    hazards = ask(desk, "hazards", run_id=RUN)
    assert hazards["with_code"]
    assert {one["hazard"] for one in hazards["findings"]} == {one.hazard.id for one in run.hazards(sold.sell)}
    links = ask(desk, "provenance", run_id=RUN)["links"]
    assert len(links) == len(run.provenance(sold.sell).links)
    one = ask(desk, "provenance", run_id=RUN, seq=links[0]["to_seq"])["links"]
    assert one == [link for link in links if links[0]["to_seq"] in {link["from_seq"], link["to_seq"]}]


def test_where_the_code_is_not_at_hand_the_log_alone_answers(sold: Shop) -> None:
    sold.fails("mail", TimeoutError("no answer"))
    desk = Desk(wb.open(sold.log))  # the workflow is a closure: nobody can import it
    assert not ask(desk, "hazards", run_id=RUN)["with_code"]
    assert not ask(desk, "verdict", run_id=RUN)["with_code"]
    assert ask(desk, "why", run_id=RUN)["clauses"]
    assert ask(desk, "plan", run_id=RUN, action="compensate")["calls"]
    with pytest.raises(wb.errors.CodeNotFoundError):
        ask(desk, "replay", run_id=RUN, edits=[])


def test_the_verdict_has_every_option_with_its_lists(sold: Shop) -> None:
    run = sold.dies("charge")
    verdict = ask(desk_of(sold), "verdict", run_id=RUN)
    found = run.verdict(sold.sell)
    assert verdict["with_code"]
    assert verdict["status"] == "interrupted"
    assert verdict["advice"] == found.advice.sentence
    assert len(verdict["options"]) == len(found.rows)
    assert [row["action"] for row in verdict["options"]][:4] == ["resume", "retry_from", "rerun", "compensate"]
    resume = options(verdict)["resume"]
    option = found.row("resume")
    assert option is not None
    assert resume["executes_again"] == list(option.executes_again)
    assert [one["id"] for one in resume["objections"]] == [one.id for one in option.objections]
    (doubt,) = verdict["in_doubt"]
    assert (doubt["step"], doubt["probe"], doubt["seq"]) == ("charge (2)", "find_charge", 0)
    assert sum(row["preferred"] for row in verdict["options"]) == (found.best is not None)


# --- the plan and the deed -----------------------------------------------------------------------------------------


def test_a_button_names_its_consequence_and_says_why_it_may_not_be_pressed(sold: Shop) -> None:
    sold.dies("mail")
    desk, before = desk_of(sold), sold.log.read_bytes()
    plan = ask(desk, "plan", run_id=RUN, action="resume")
    assert plan["consequence"] == "Resume: execute mail (3), key mail/42 (in doubt)"
    assert (plan["safety"], plan["may"], plan["open"]) == ("UNSAFE", False, ["mail (3)"])
    assert plan["why_not"].startswith("mail (3): UNSAFE")
    accepted = ask(desk, "plan", run_id=RUN, action="resume", accept=["mail (3)"])
    assert (accepted["may"], accepted["open"], accepted["why_not"]) == (True, [], "")
    undo = ask(desk, "plan", run_id=RUN, action="compensate")
    assert [(call["does"], call["step"]) for call in undo["calls"]] == [
        ("undoes", "charge (2)"),
        ("undoes", "hold (1)"),
    ]
    retry = ask(desk, "plan", run_id=RUN, action="retry_from", from_step="mail")
    assert (retry["action"], retry["from_step"]) == ("retry_from", "mail (3)")
    assert sold.log.read_bytes() == before
    assert sold.world.count("mail") == 1


def test_a_refused_deed_does_nothing(sold: Shop) -> None:
    sold.dies("mail")
    with pytest.raises(UnsafeError):
        ask(desk_of(sold), "act", run_id=RUN, action="resume")
    assert sold.world.count("mail") == 1
    assert ask(desk_of(sold), "decision", run_id=RUN)["rows"] == []


def test_a_doubt_is_settled_and_the_run_goes_on(sold: Shop) -> None:
    sold.dies("mail")
    desk = desk_of(sold)
    events = ask(desk, "run", run_id=RUN)["events"]
    settled = ask(
        desk, "resolve", run_id=RUN, step="mail (3)", happened=True, result={"json": '"sent"'}, why="outbox", by="ann"
    )
    assert (settled["in_doubt"], settled["events"]) == ([], events + 1)
    assert ask(desk, "events", run_id=RUN)["total"] == events + 1, "the desk looks at the log as it is now"
    done = ask(desk, "act", run_id=RUN, action="resume", by="ann", why="all is known")
    assert (done["ended"], done["status"]) == ("completed", "completed")
    assert done["text"] == "it returned 'held 42, ch-1, sent'"
    assert sold.world.count("mail") == 1
    decisions = ask(desk, "decision", run_id=RUN)
    assert [row["action"] for row in decisions["rows"]] == ["resolve", "resume"]
    assert [row["by"] for row in decisions["rows"]] == ["ann", "ann"]
    assert "all is known" in decisions["markdown"]


def test_a_probe_is_asked_and_its_answer_recorded(sold: Shop) -> None:
    sold.dies("charge")
    desk = desk_of(sold)
    before = sold.log.read_bytes()
    (row,) = ask(desk, "probe", run_id=RUN)["rows"]
    assert (row["step"], row["probe"], row["happened"], row["result"]) == ("charge (2)", "find_charge", True, "'ch-1'")
    assert sold.log.read_bytes() == before
    assert ask(desk, "probe", run_id=RUN, step="charge", record=True)["recorded"]
    assert ask(desk, "verdict", run_id=RUN)["in_doubt"] == []
    with pytest.raises(UsageError):
        ask(desk, "probe", run_id=RUN, step="hold")


def test_undoing_tells_what_became_of_each(sold: Shop) -> None:
    sold.dies("before mail")
    desk = desk_of(sold)
    ask(desk, "resolve", run_id=RUN, step="mail", happened=False)
    done = ask(desk, "act", run_id=RUN, action="compensate")
    assert (done["ended"], done["status"]) == ("completed", "compensated")
    assert "2 of 2 undone" in done["text"]
    assert [act.split()[0] for act in sold.world.did] == ["hold", "charge", "refund", "release"]


class Always(dict[str, BaseException]):
    """Trouble that does not go away."""

    def pop(self, name: str, default: Any = None) -> Any:
        return self.get(name, default)


def test_an_undo_that_fails_is_a_failed_deed(sold: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)  # an undo is tried again after a pause
    sold.dies("before mail")
    desk = desk_of(sold)
    ask(desk, "resolve", run_id=RUN, step="mail", happened=False)
    sold.world.trouble = Always({"before refund": ValueError("refused")})
    done = ask(desk, "act", run_id=RUN, action="compensate")
    assert done["ended"] == "failed"
    assert "0 of 2 undone" in done["text"]
    assert "refused" in done["text"]


def open_ids(desk: Desk, action: str) -> list[str]:
    ids: list[str] = ask(desk, "plan", run_id=RUN, action=action)["open"]
    return ids


def test_running_again_names_the_new_run(sold: Shop) -> None:
    sold.fails("before hold", ValueError("not yet"))
    desk = desk_of(sold)
    done = ask(desk, "act", run_id=RUN, action="rerun", accept=open_ids(desk, "rerun"))
    assert (done["ended"], done["new_run_id"]) == ("completed", "order-42~2")
    assert ask(desk, "run", run_id="order-42~2")["status"] == "completed"
    assert ask(desk, "hello")["run_count"] == 2
    assert {"run_id": "order-42~2", "why": "continued as"} in ask(desk, "run", run_id=RUN)["kin"]


def test_a_workflow_that_fails_again_is_told_as_a_value(sold: Shop) -> None:
    sold.fails("before mail", ValueError("full"))
    sold.world.trouble["before mail"] = ValueError("still full")
    desk = desk_of(sold)
    accept = ask(desk, "plan", run_id=RUN, action="retry_from", from_step="mail")["open"]
    done = ask(desk, "act", run_id=RUN, action="retry_from", from_step="mail", accept=accept)
    assert (done["ended"], done["text"], done["status"]) == ("failed", "ValueError: still full", "failed")


def test_what_the_recorder_refuses_is_an_error(sold: Shop) -> None:
    sold.dies("mail")
    desk = desk_of(sold)
    with pytest.raises(InDoubtError):
        ask(desk, "act", run_id=RUN, action="resume", accept=["mail (3)"])
    assert [row["action"] for row in ask(desk, "decision", run_id=RUN)["rows"]] == ["resume"]


def test_nobody_acts_while_another_writes(sold: Shop) -> None:
    sold.dies("mail")
    desk = desk_of(sold)
    with wb.Recorder(sold.log), pytest.raises(LogBusyError):
        ask(desk, "resolve", run_id=RUN, step="mail", happened=True)


# --- very long runs ------------------------------------------------------------------------------------------------


def test_answers_about_a_very_long_run_are_bounded() -> None:
    story = Story()
    run = story.run("r")
    for number in range(1_200):
        run.step(f"act-{number}", kind="write").failed("TimeoutError", definite=False)
    run.failed("TimeoutError")
    desk = desk_of_history(story.history())
    verdict = ask(desk, "verdict", run_id="r")
    rerun = options(verdict)["rerun"]
    assert rerun["executes_again"][-1] == "… and 1,000 more"
    assert rerun["objections"][-1]["id"] == ""
    assert len(verdict["in_doubt"]) == 500
    hazards = ask(desk, "hazards", run_id="r")
    assert len(hazards["findings"]) <= 500 < hazards["total"]
    plan = ask(desk, "plan", run_id="r", action="rerun")
    assert len(plan["calls"]) == 501
    assert {call["does"] for call in plan["calls"][:500]} == {"executes"}
    for answer in (verdict, hazards, plan):
        assert len(json.dumps(answer)) < 4_000_000


def test_a_word_is_either_about_the_step_or_about_its_undo(sold: Shop) -> None:
    sold.dies("mail")
    desk = desk_of(sold)
    for said in ({}, {"happened": True, "undone": True}):
        with pytest.raises(UsageError, match="say either happened"):
            ask(desk, "resolve", run_id=RUN, step="mail", **said)
