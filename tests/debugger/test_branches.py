"""What-if from a browser: edits as JSON, the branch as columns, the frontier and how to go on, the tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.debugger.asking import Asked, ask
from tests.recording.shop import approved, buy, impatient, price
from workbench._errors import ActedDuringReplayError, PayloadError, UsageError
from workbench.debugger.answer import failure_of
from workbench.debugger.desk import Desk
from workbench.debugger.wire.words import Change, Source
from workbench.model import EventType
from workbench.replay.deadline import OverdueError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.wlog"
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book", "pen"], id="one")
        recorder.run(buy, ["cd"], id="two")
        recorder.run(approved, "pen", id="three")
    return path


@pytest.fixture
def desk(log: Path) -> Desk:
    return Desk(wb.open(log))


def replayed(desk: Desk, *edits: dict[str, Any], run_id: str = "one", **facts: Any) -> Asked:
    return ask(desk, "replay", run_id=run_id, edits=list(edits), **facts)


def returns(step: str, json: str, **facts: Any) -> dict[str, Any]:
    return {"edit": "returns", "step": step, "value": {"json": json}, **facts}


# --- a branch as columns -------------------------------------------------------------------------------------------


def test_a_replay_without_edits_is_the_run(desk: Desk) -> None:
    run = wb.open(desk.session.recording.logs[0].path).run("one")
    trace, branch = run.replay(), replayed(desk)
    assert branch["stops"] == len(trace)
    assert branch["outcome"]["word"] == "completed"
    assert branch["outcome"]["text"] == str(trace.outcome)
    assert (branch["first_difference"], branch["isolation"], branch["parent"]) == (-1, "hook", "")
    frame, columns = trace.stops, branch.columns
    assert columns["seq"].tolist() == frame["seq"].fillna(0).tolist()
    assert [EventType(number).name for number in columns["type"].tolist()] == frame["event"].tolist()
    assert [branch["files"][number] for number in columns["file"].tolist()] == frame["file"].tolist()
    assert columns["line"].tolist() == frame["line"].fillna(0).tolist()
    assert [branch["functions"][number] for number in columns["function"].tolist()] == frame["function"].tolist()
    assert [get_args(Source)[number] for number in columns["source"].tolist()] == frame["source"].tolist()
    assert columns["changed"].tolist() == [len(names) for names in frame["changed"]]
    events = ask(desk, "events", run_id="one")
    assert events.columns["seq"][columns["row"]].tolist() == columns["seq"].tolist()


def test_lines_are_stops_on_demand(desk: Desk) -> None:
    branch = replayed(desk, lines=True)
    assert branch["lines"]
    lines = branch.columns["type"] == 0
    assert lines.any()
    assert (branch.columns["row"][lines] == -1).all()
    stop = ask(desk, "stop", branch=branch["branch"], index=int(lines.argmax()))
    assert stop["event"] == "Line"


def test_an_edited_result_parts_from_the_run_where_it_is_used(desk: Desk) -> None:
    branch = replayed(desk, returns("price", "7", occurrence=1))
    assert branch["outcome"]["word"] == "needs"
    first = branch["first_difference"]
    assert get_args(Source)[branch.columns["source"][first]] == "edited"
    (edit,) = branch["edits"]
    assert (edit["text"], edit["unused"]) == ("price #1 returns 7", False)
    frontier = branch["outcome"]["frontier"]
    assert frontier["call"] == "charge(10)"
    assert (frontier["name"], frontier["expects"], frontier["answerable"]) == ("charge", "str", True)
    assert {one["text"] for one in frontier["suggestions"]} == {"'ch_7'", "'ch_2'", "'ch_3'"}


def test_the_frontier_is_answered_by_a_value_a_suggestion_or_an_event(desk: Desk) -> None:
    parent = replayed(desk, returns("price", "7", occurrence=1))
    suggested = parent["outcome"]["frontier"]["suggestions"][0]["text"]
    charged = next(int(seq) for seq, kind, lane in zip(
        *(ask(desk, "events", run_id="one").columns[name] for name in ("seq", "type", "lane")), strict=True
    ) if kind == EventType.StepCompleted and lane == 1)  # fmt: skip
    for value, text in (({"json": '"ch_9"'}, "'ch_9'"), ({"suggestion": 0}, suggested), ({"seq": charged}, "'ch_7'")):
        branch = replayed(desk, {"edit": "answer", "value": value}, parent=parent["branch"])
        assert branch["parent"] == parent["branch"]
        assert f"charge={text}" in branch["outcome"]["text"]
        assert len(branch["edits"]) == 2


def test_the_frontier_is_answered_by_an_error_of_the_program(desk: Desk) -> None:
    parent = replayed(desk, returns("price", "7", occurrence=1))
    error = {"type": "tests.recording.shop.DeclinedError", "message": "no money"}
    caught = replayed(desk, {"edit": "answer", "error": error}, parent=parent["branch"])
    assert caught["outcome"]["frontier"]["call"] == "charge(1)", "the code caught DeclinedError and charges less"
    failed = replayed(desk, {"edit": "answer", "error": {"type": "TimeoutError"}}, parent=parent["branch"])
    assert failed["outcome"]["word"] == "failed"
    assert failed["outcome"]["error_type"] == "TimeoutError"


def test_every_edit_is_that_of_the_branch(desk: Desk) -> None:
    charged = {"edit": "raises", "step": "charge", "error": {"type": "ValueError", "message": "so"}}
    for edit, text in (
        (charged, "charge #1 raises ValueError('so')"),
        ({"edit": "delays", "step": "charge", "seconds": 60}, "charge #1 takes 60 s longer"),
        ({"edit": "drops", "position": "3"}, "charge at 3 is never answered"),
        ({"edit": "shifts_clock", "seconds": -5.5}, "the clock is off by -5.5 s"),
        ({"edit": "crashes", "step": "charge", "when": "after"}, "the process dies after event"),
        ({"edit": "crashes", "seq": first_seq(desk)}, f"the process dies after event {first_seq(desk)}"),
        ({"edit": "input", "args": '[["dvd"]]'}, "the input is (['dvd'])"),
        (returns("price", "3"), "price returns 3"),
    ):
        branch = replayed(desk, edit)
        assert text in branch["edits"][0]["text"]
        again = replayed(desk, branch["edits"][0]["edit"])
        assert again["edits"] == branch["edits"]
        assert again["outcome"] == branch["outcome"], "an edit of an answer is given back as it is"


def first_seq(desk: Desk) -> int:
    seq: int = ask(desk, "run", run_id="one")["first_seq"]
    return seq


def test_a_signal_arrives(tmp_path: Path) -> None:
    path = tmp_path / "b.wlog"
    with FakeClock().recorder(path) as recorder:
        recorder.run(impatient, id="waits")
    desk = Desk(wb.open(path))
    edit = {"edit": "signals", "name": "approved", "value": {"json": '"yes"'}}
    assert "'yes'" in replayed(desk, edit, run_id="waits")["outcome"]["text"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({}, "does not say what is pretended"),
        ({"edit": "returns", "step": "price"}, "returns needs a value"),
        ({"edit": "returns", "step": "price", "value": {}}, "a value is one of"),
        ({"edit": "returns", "step": "price", "value": {"json": "1", "seq": 3}}, "a value is one of"),
        (returns("price", "{"), "this is no JSON"),
        (returns("price", "NaN"), "a number that JSON does not know"),
        (returns("price", "[" * 100_000), "this is no JSON"),
        (returns("prise", "1"), "no call named 'prise'"),
        ({"edit": "returns", "step": "price", "value": {"suggestion": 0}}, "there is no suggestion 0"),
        ({"edit": "returns", "step": "price", "value": {"seq": 1}}, "holds no result"),
        ({"edit": "raises", "step": "price"}, "no error is given"),
        ({"edit": "raises", "step": "price", "error": {"type": "NobodyError"}}, "no error 'NobodyError' is built in"),
        ({"edit": "raises", "step": "price", "error": {"type": "exit"}}, "no error 'exit' is built in"),
        ({"edit": "raises", "step": "price", "error": {"type": "KeyboardInterrupt"}}, "is built in or recorded"),
        ({"edit": "input", "args": "{}"}, "arguments are a list"),
        ({"edit": "answer", "value": {"json": "1"}}, "needs no answer"),
        ({"edit": "delays", "step": "price", "seconds": -1}, "cannot be -1 s late"),
        ({"document": "%%%"}, "not whole"),
    ],
)  # fmt: skip
def test_an_edit_that_means_nothing_is_refused(desk: Desk, edit: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        replayed(desk, edit)


def test_a_document_that_is_no_edit_is_refused(desk: Desk) -> None:
    with pytest.raises(PayloadError):
        replayed(desk, {"document": "gqFh"})


def test_a_branch_of_another_run_is_no_parent(desk: Desk) -> None:
    parent = replayed(desk)["branch"]
    with pytest.raises(UsageError, match="is one of run 'one'"):
        replayed(desk, run_id="two", parent=parent)


def test_other_code_diverges_and_says_where(desk: Desk) -> None:
    @wb.workflow
    def buy_otherwise(skus: list[str]) -> int:
        return price(skus[0]) + price("another")

    other = Desk(desk.session.recording, code={"buy": buy_otherwise})
    outcome = replayed(other)["outcome"]
    assert outcome["word"] == "diverged"
    assert outcome["divergence"]["position"] == "2"
    assert outcome["divergence"]["seq"] == ask(desk, "events", run_id="one").columns["seq"][3]
    assert outcome["divergence"]["text"].startswith("diverged at 2")


def test_code_that_acts_is_stopped(desk: Desk, tmp_path: Path) -> None:
    @wb.workflow
    def writes(skus: list[str]) -> int:
        (tmp_path / "written").write_text("acted")
        return price(skus[0])

    with pytest.raises(ActedDuringReplayError) as caught:
        replayed(Desk(desk.session.recording, code=writes))
    assert not (tmp_path / "written").exists()
    failure = failure_of(caught.value)
    assert failure["name"] == "ActedDuringReplayError"
    assert "@wb.step" in failure["hint"]


def test_code_that_never_ends_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.debugger import branches

    @wb.workflow
    def spins(skus: list[str]) -> int:
        while skus:
            pass
        return 0

    monkeypatch.setattr(branches, "REPLAY_SECONDS", 0.2)
    with pytest.raises(OverdueError) as caught:
        replayed(Desk(desk.session.recording, code=spins))
    assert failure_of(caught.value)["message"] == "the replay took too long and was ended"


# --- looking into a branch -----------------------------------------------------------------------------------------


def test_a_stop_has_stack_and_locals_and_when_they_changed(desk: Desk) -> None:
    branch = replayed(desk)
    last = branch["stops"] - 1
    stop = ask(desk, "stop", branch=branch["branch"], index=last)
    (frame,) = stop["stack"]
    assert frame["function"] == "buy"
    found = {local["name"]: local for local in frame["locals"]}
    assert found["cents"]["text"] == "7"
    changed_at = found["cents"]["changed_at"]
    assert 0 < changed_at <= last
    before = ask(desk, "stop", branch=branch["branch"], index=changed_at - 1)["stack"][0]["locals"]
    assert "cents" not in {local["name"] for local in before}
    at = {
        local["name"]: local
        for local in ask(desk, "stop", branch=branch["branch"], index=changed_at)["stack"][0]["locals"]
    }
    assert at["cents"]["changed"]
    with pytest.raises(UsageError, match=f"stop {last + 1} does not exist"):
        ask(desk, "stop", branch=branch["branch"], index=last + 1)
    with pytest.raises(UsageError, match="stop -1 does not exist"):
        ask(desk, "stop", branch=branch["branch"], index=-1)


def test_a_watched_expression_tells_only_where_it_changes(desk: Desk) -> None:
    branch = replayed(desk)["branch"]
    values = ask(desk, "watch", branch=branch, expression="cents * 2")["values"]
    assert values[0]["error"].startswith("NameError")
    assert [one["text"] for one in values] == [None, "14"]
    with pytest.raises(UsageError):
        ask(desk, "watch", branch=branch, expression="import os")


def test_two_sides_are_aligned_call_by_call(desk: Desk) -> None:
    branch = replayed(desk, returns("charge", '"ch_9"'))["branch"]
    answer = ask(desk, "diff", left={"run_id": "one"}, right={"run_id": "one", "branch": branch})
    what = [get_args(Change)[number] for number in answer.columns["what"].tolist()]
    assert what == ["same", "same", "outcome"]
    assert (answer["first"], answer["total"]) == (2, 3)
    assert answer["rows"][2]["name"] == "charge"
    assert answer["rows"][2]["right"] == "'ch_9'"
    assert "the same up to charge (3)" in answer["text"]
    page = ask(desk, "diff", left={"run_id": "one"}, right={"run_id": "one", "branch": branch}, start=1, count=1)
    assert page["rows"] == answer["rows"][1:2]


def test_two_recorded_runs_are_compared_by_their_logs(desk: Desk) -> None:
    reading = Desk(desk.session.recording, may_run_code=False)
    answer = ask(reading, "diff", left={"run_id": "one"}, right={"run_id": "two"})
    assert answer["first"] == 0
    same = ask(reading, "diff", left={"run_id": "one"}, right={"run_id": "one"})
    assert (same["first"], same["start"]) == (-1, 0)


# --- the tree ------------------------------------------------------------------------------------------------------


def test_branches_are_saved_beside_the_recording_and_found_again(desk: Desk, log: Path) -> None:
    before = log.read_bytes()
    parent = replayed(desk, returns("price", "7", occurrence=1))["branch"]
    child = replayed(desk, {"edit": "answer", "value": {"json": '"ch_9"'}}, parent=parent)["branch"]
    ask(desk, "save", branch=parent, name="dear")
    saved = ask(desk, "save", branch=child, name="paid")
    assert saved["file"] == "a.wlog.branches"
    assert log.read_bytes() == before
    fresh = Desk(wb.open(log))
    rows = ask(fresh, "branches", run_id="one")["branches"]
    assert [(row["branch"], row["name"], row["parent"]) for row in rows] == [("", "dear", ""), ("", "paid", "dear")]
    again = replayed(fresh, *(edit["edit"] for edit in rows[1]["edits"]))
    assert "ch_9" in again["outcome"]["text"]
    assert ask(fresh, "branches", run_id="two")["branches"] == []


def test_a_broken_file_of_branches_is_said(desk: Desk, log: Path) -> None:
    log.with_name("a.wlog.branches").write_text("no branch\n")
    answer = ask(desk, "branches", run_id="one")
    assert answer["branches"] == []
    assert "a.wlog.branches:1 is no saved branch" in answer["error"]


# --- sources -------------------------------------------------------------------------------------------------------


def test_sources_are_those_of_the_recording_with_a_line_for_each_call(desk: Desk) -> None:
    answer = ask(desk, "source", run_id="one")
    (file,) = answer["files"]
    assert file["short"] == "shop.py"
    lines = file["recorded"].splitlines()
    said = [lines[line - 1].strip() for line in answer.columns["line"].tolist()]
    assert said == ["cents = sum([price(sku) for sku in skus])"] * 2 + ["paid = charge(cents)"]
    assert {answer["functions"][number] for number in answer.columns["function"].tolist()} <= {"buy", "<listcomp>"}
    assert ask(desk, "source", run_id="one", file="nowhere.py")["files"][0]["recorded"] is None
    assert len(ask(desk, "source", run_id="one", start=3).columns["line"]) == 2


def test_a_branch_of_other_code_shows_what_it_ran(desk: Desk) -> None:
    @wb.workflow
    def buy_once(skus: list[str]) -> int:
        return price(skus[0])

    other = Desk(desk.session.recording, code=buy_once)
    branch = replayed(other)["branch"]
    files = {file["short"]: file for file in ask(other, "source", run_id="one", branch=branch)["files"]}
    assert "def buy_once" in files["test_branches.py"]["ran"]
    assert files["test_branches.py"]["recorded"] is None
    assert files["shop.py"]["ran"] is None


def test_no_file_that_a_log_names_is_read(tmp_path: Path) -> None:
    """A log may say that its code stands in /etc/passwd."""
    from tests.debugger.test_events import desk_of
    from tests.story import Story

    secret = tmp_path / "secret.py"
    secret.write_text("the secret")
    story = Story()
    run = story.run("r")
    run.event(EventType.ClockRead, position=run.next_position(), value=1, at=[str(secret), 1, "f"])
    (file,) = ask(desk_of(story), "source", run_id="r")["files"]
    assert (file["file"], file["recorded"], file["ran"]) == (str(secret), None, None)
