"""The desk as a whole: what it refuses, what a fault says, how much it keeps, and that every answer travels."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.debugger.asking import ask
from tests.recording.deciding_shop import shop
from workbench._errors import NotAllowedError, RunNotFoundError, UsageError
from workbench.debugger import desk as desks
from workbench.debugger import session
from workbench.debugger.answer import FaultError, failure_of, sendable
from workbench.debugger.desk import ACTING, Desk
from workbench.debugger.wire import QUESTIONS

RUN = "order-42"
CHOSEN = {
    "run_id": RUN, "action": "resume", "from_step": "", "events": 1,
    "expected": {"best": "", "from_step": "", "safety": "SAFE", "because": "so it was"},
}  # fmt: skip
"""A run as the app sends it back to be acted on."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    sold = shop(tmp_path)
    sold.dies("mail")
    return Desk(wb.open(sold.log), run_id=RUN, code=sold.sell)


def every_question(desk: Desk) -> dict[str, dict[str, Any]]:
    """One of each, as it makes sense for the run."""
    branch = ask(desk, "replay", run_id=RUN, edits=[])["branch"] if desk.session.may_run_code else "b1"
    seq = ask(desk, "run", run_id=RUN)["first_seq"]
    of_run = ("run", "events", "spans", "source", "branches", "why", "hazards", "provenance", "verdict", "decision")
    return {name: {"run_id": RUN} for name in of_run} | {
        "hello": {}, "runs": {}, "triage": {}, "payload": {"run_id": RUN, "seq": seq},
        "replay": {"run_id": RUN, "edits": []}, "stop": {"branch": branch, "index": 0},
        "watch": {"branch": branch, "expression": "order"},
        "diff": {"left": {"run_id": RUN}, "right": {"run_id": RUN}}, "plan": {"run_id": RUN, "action": "resume"},
        "save": {"branch": branch, "name": "kept"}, "probe": {"run_id": RUN},
        "follow": {"run_id": RUN, "since_seq": 0},
        "resolve": {"run_id": RUN, "step": "mail", "happened": True, "result": {"json": '"sent"'}},
        "act": {"run_id": RUN, "action": "resume"}, "plan_each": {"run_ids": [RUN]}, "act_each": {"runs": [CHOSEN]},
    }  # fmt: skip


def test_every_question_has_an_answer_that_travels(desk: Desk) -> None:
    questions = every_question(desk)
    assert questions.keys() == QUESTIONS.keys()
    for asked, facts in questions.items():
        ask(desk, asked, **facts)


def test_a_desk_that_only_reads_refuses_the_rest(desk: Desk) -> None:
    reading = Desk(desk.session.recording, run_id=RUN, may_run_code=False, may_act=True)
    assert ask(reading, "hello")["may"] == {"replay": False, "act": False}, "acting runs code"
    refused = {"replay", "watch", "plan_each", *ACTING}
    for asked, facts in every_question(reading).items():
        if asked in refused:
            with pytest.raises(NotAllowedError) as caught:
                ask(reading, asked, **facts)
            assert caught.value.hint
        elif asked != "stop":  # there is no branch
            ask(reading, asked, **facts)
    assert not ask(reading, "verdict", run_id=RUN)["with_code"]
    assert not ask(reading, "plan", run_id=RUN, action="resume")["may"]


def test_a_desk_that_replays_but_does_not_act(desk: Desk) -> None:
    session_of = desk.session
    looking = Desk(session_of.recording, run_id=RUN, code=session_of._code, may_act=False)
    before = Path(session_of.recording.logs[0].path).read_bytes()
    questions = every_question(looking)
    for asked in ACTING:
        with pytest.raises(NotAllowedError):
            ask(looking, asked, **questions[asked])
    plan = ask(looking, "plan", run_id=RUN, action="resume")
    assert not plan["may"]
    assert "nobody may act" in plan["why_not"]
    assert Path(session_of.recording.logs[0].path).read_bytes() == before


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (None, "this is no question"),
        ([], "this is no question"),
        ({}, "this is no question"),
        ({"ask": "make coffee"}, "this is no question"),
        ({"ask": ["hello"]}, "this is no question"),
        ({"ask": "run"}, r"\$.run_id is missing"),
        ({"ask": "events", "run_id": RUN, "start": "0"}, r"\$.start is str"),
        ({"ask": "replay", "run_id": RUN, "edits": [{"edit": "explode"}]}, r"edits\[0\].edit is none of"),
        ({"ask": "stop", "branch": "b99", "index": 0}, "not kept here any more"),
        ({"ask": "payload", "run_id": RUN, "seq": -1}, "has no event -1"),
        ({"ask": "payload", "run_id": RUN, "seq": 2**70}, "has no event"),
        ({"ask": "payload", "run_id": RUN, "seq": 5, "path": [99]}, "has no value at"),
        ({"ask": "verdict", "run_id": RUN, "from_step": "nowhere"}, "no step 'nowhere'"),
        ({"ask": "plan", "run_id": RUN, "action": "resume", "accept": ["G99"]}, "nothing called 'G99'"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_with_a_word(desk: Desk, question: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        desk.answer(question)


def test_an_unknown_run_is_named(desk: Desk) -> None:
    with pytest.raises(RunNotFoundError, match="no run 'nobody'") as caught:
        desk.answer({"ask": "run", "run_id": "nobody"})
    failure = failure_of(caught.value)
    assert (failure["name"], failure["hint"]) == ("RunNotFoundError", "it holds: order-42")


def test_what_was_not_accepted_is_told(desk: Desk) -> None:
    with pytest.raises(wb.errors.UnsafeError) as caught:
        ask(desk, "act", run_id=RUN, action="resume")
    assert failure_of(caught.value)["objections"] == ["mail (3)"]


def test_a_fault_says_nothing_of_what_the_log_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> Any:
        raise KeyError("secret of the customer")

    monkeypatch.setitem(desks._ASKS, "run", fails)
    with caplog.at_level(logging.ERROR, "workbench"), pytest.raises(FaultError) as caught:
        desk.answer({"ask": "run", "run_id": RUN})
    failure = failure_of(caught.value)
    assert failure["name"] == "InternalError"
    assert failure["message"] == "a fault in Workbench: KeyError"
    assert "secret" not in str(failure)
    assert caught.value.__cause__ is None
    assert "KeyError" in caplog.text


def test_the_oldest_branches_are_let_go(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_BRANCHES", 3)
    made = [ask(desk, "replay", run_id=RUN, edits=[])["branch"] for _ in range(5)]
    assert [row["branch"] for row in ask(desk, "branches", run_id=RUN)["branches"]] == made[2:]
    ask(desk, "stop", branch=made[2], index=0)  # looked at: it is now the newest
    ask(desk, "replay", run_id=RUN, edits=[])
    with pytest.raises(UsageError, match="not kept here any more") as caught:
        ask(desk, "stop", branch=made[3], index=0)
    assert "replay it again" in caught.value.hint
    ask(desk, "stop", branch=made[2], index=0)


def test_branches_together_hold_a_bounded_number_of_stops(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = ask(desk, "replay", run_id=RUN, edits=[])["stops"]
    monkeypatch.setattr(session, "_KEPT_STOPS", 2 * stops)
    for _ in range(4):
        ask(desk, "replay", run_id=RUN, edits=[])
    assert len(ask(desk, "branches", run_id=RUN)["branches"]) == 2
    monkeypatch.setattr(session, "_KEPT_STOPS", 1)
    last = ask(desk, "replay", run_id=RUN, edits=[])["branch"]
    assert [row["branch"] for row in ask(desk, "branches", run_id=RUN)["branches"]] == [last], "the last one stays"


def test_halves_of_characters_do_not_stop_a_message() -> None:
    assert sendable({"text": "a\ud800b", "n": [1]}) == {"text": "a?b", "n": [1]}
    whole = {"text": "a😀b"}
    assert sendable(whole) is whole
