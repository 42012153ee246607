"""Opening one or many logs, and the objects that a person holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import workbench as wb
from tests.clock import FakeClock
from workbench._errors import (
    CodeNotFoundError,
    EmptyLogError,
    LogNotFoundError,
    NotALogError,
    RunNotFoundError,
    UsageError,
)
from workbench.recording import Branch, Run, open_recording
from workbench.replay import Completed, Diverged, Needs


class DeclinedError(Exception):
    """The card was declined."""


@wb.step(kind="read")
def price(sku: str) -> int:
    return len(sku)


@wb.step(kind="write")
def charge(amount: int) -> str:
    if amount > 100:
        raise DeclinedError(amount)
    return f"ch_{amount}"


@wb.workflow
def sell(sku: str) -> str:
    amount = price(sku)
    try:
        return charge(amount)
    except DeclinedError:
        return charge(1)


@wb.workflow
def sell_many(times: int) -> int:
    return sum([price(f"sku-{number}") for number in range(times)])


@wb.workflow
def sell_in_time(sku: str) -> str:
    amount, now = price(sku), wb.now()
    return f"{amount} at {now:%H:%M}"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(sell, "book", id="one", business_key="b1")
        recorder.run(sell, "record", id="two")
    return path


def test_one_file_a_list_a_glob_and_a_folder(log: Path) -> None:
    other = log.with_name("b.wlog")
    with wb.Recorder(other) as recorder:
        recorder.run(sell, "cd", id="three")
    assert len(wb.open(log)) == 2
    for where in ([log, other], str(log.with_name("*.wlog")), log.parent, [log.parent, log]):
        recording = wb.open(where)
        assert sorted(recording.runs["run_id"]) == ["one", "three", "two"], where
    assert wb.open(log.parent)["three"].status == "completed"


RUNS = """run_id workflow status business_key engine source started ended duration_seconds recoveries steps events
    error_type error"""
STEPS = """run_id position name kind kind_assumed state attempts started ended duration_seconds key error_type error
    code"""
EVENTS = "run_id seq time event position name attempt error_type"
STOPS = "index seq event position name file line function changed source"


def test_frames_have_the_promised_columns(log: Path) -> None:
    recording = wb.open(log)
    stops = recording.run("one").replay(sell).stops
    frames = {RUNS: recording.runs, STEPS: recording.steps, EVENTS: recording.events, STOPS: stops}
    for promised, frame in frames.items():
        names = promised.split()
        assert list(frame.columns[: len(names)]) == names


@pytest.mark.parametrize(
    ("content", "error"), [(None, LogNotFoundError), (b"", EmptyLogError), (b"%PDF-1.7 ...", NotALogError)]
)
def test_what_is_no_recording_says_so(content: bytes | None, error: type[Exception], tmp_path: Path) -> None:
    path = tmp_path / "x.wlog"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        wb.open(path)


def test_empty_folders_and_patterns_say_so(tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError, match="no recording in folder"):
        wb.open(tmp_path)
    with pytest.raises(LogNotFoundError, match="no file fits"):
        wb.open(str(tmp_path / "*.wlog"))


def test_runs_are_found_by_id(log: Path) -> None:
    recording = wb.open(log)
    assert recording["one"].id == "one"
    with pytest.raises(RunNotFoundError, match="it holds: one, two"):
        recording.run("nope")
    with pytest.raises(UsageError, match="holds 2 runs"):
        recording.run()


def test_a_run_id_in_two_logs_is_ambiguous(log: Path) -> None:
    copy = log.with_name("copy.wlog")
    copy.write_bytes(log.read_bytes())
    with pytest.raises(UsageError, match="2 logs hold a run"):
        wb.open(log.parent).run("one")


def test_branches_are_immutable_and_know_their_parent(log: Path) -> None:
    run = wb.open(log).run("one")
    root = run.what_if(sell)
    changed = root.returns("price", 500)
    assert root.edits == ()
    assert changed.parent is root
    assert isinstance(root.outcome, Completed)
    assert isinstance(changed.outcome, Needs)  # charge(500) is not the recorded charge(4)
    declined = changed.answer(raises=DeclinedError(500))
    assert isinstance(declined.outcome, Needs)
    done = declined.answer("ch_1")
    assert done.outcome == Completed("ch_1")
    assert done.parent is declined
    with pytest.raises(UsageError, match="needs no answer"):
        done.answer(1)


def test_edits_that_cannot_apply_are_refused_with_the_nearest_name(log: Path) -> None:
    branch = wb.open(log).run("one").what_if(sell)
    with pytest.raises(UsageError, match="did you mean 'charge'"):
        branch.returns("chrage", 1)


def test_a_branch_says_which_edit_met_nothing(log: Path) -> None:
    branch = wb.open(log).run("one").what_if(sell).raises("price", LookupError("gone")).returns("charge", "x").replay()
    assert "no call met the edit: charge #1 returns 'x'" in repr(branch)


def test_diff_of_runs_and_of_branches(log: Path) -> None:
    recording = wb.open(log)
    runs = wb.diff(recording["one"], recording["two"]).frame
    assert list(runs["what"].astype(str)) == ["arguments", "arguments"]
    branch = recording["one"].what_if(sell).raises("charge", DeclinedError(4)).answer("ch_1")
    changes = wb.diff(recording["one"], branch).frame
    assert list(changes["what"].astype(str)) == ["same", "outcome", "inserted"]
    assert [str(cell) for cell in changes["left"]] == ["4", "'ch_4'", "None"]
    assert str(changes["right"][1]) == "DeclinedError(4)"


def test_a_diff_shows_the_time_that_edits_moved(log: Path) -> None:
    run = wb.open(log)["one"]
    changes = wb.diff(run, run.what_if(sell).delays("price", 3600)).frame
    assert list(changes["what"].astype(str)) == ["same", "same"]
    taken = changes["right_seconds"] - changes["left_seconds"]
    assert [round(seconds) for seconds in taken] == [3600, 0]


def test_a_diff_shows_what_a_moved_clock_says(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sell_in_time, "book", id="one")
        recorder.run(sell_in_time, "book", id="two")
    recording = wb.open(tmp_path / "a.wlog")
    run = recording["one"]
    changes = wb.diff(run, run.what_if().delays("price", 3600)).frame
    assert list(changes["what"].astype(str)) == ["same", "outcome"]
    left, right = (datetime.fromisoformat(str(changes[side][1])) for side in ("left", "right"))
    assert 3599 < (right - left).total_seconds() < 3601
    runs = wb.diff(run, recording["two"]).frame
    assert runs["name"][1] == changes["name"][1] == "now"
    assert isinstance(runs["left"][1], datetime)


def test_an_outcome_shows_itself_in_words_and_says_what_next(log: Path) -> None:
    @wb.workflow
    def sell(sku: str) -> str:
        return charge(price(sku) + 1)

    run = wb.open(log)["one"]
    diverged = run.what_if(sell).replay()
    assert repr(diverged.outcome) == str(diverged.outcome)
    assert "Divergence(" not in repr(diverged.outcome)
    assert ".explain()" in repr(diverged)
    assert ".explain()" in repr(diverged.trace)
    assert ".answer(" in repr(run.what_if().crashes("charge").replay())
    assert ".answer(" not in repr(run.what_if().replay())
    assert repr(run.what_if().outcome) == "completed with 'ch_4'"


def test_a_long_run_and_its_branch_are_compared_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(sell_many, 2_000, id="long")
    run = wb.open(path)["long"]
    changes = wb.diff(run, run.what_if(sell_many).returns("price", 2, occurrence=2_000)).frame
    assert changes["what"].value_counts().to_dict() == {
        "same": 1_999, "outcome": 1, "arguments": 0, "inserted": 0, "deleted": 0
    }  # fmt: skip


def test_other_code_diverges_and_the_verdict_knows(log: Path) -> None:
    @wb.workflow
    def other(sku: str) -> str:
        return charge(len(sku))

    run = wb.open(log).run("one")
    assert isinstance(run.what_if(other).outcome, Diverged)
    row = run.verdict(other).row("resume")
    assert row is not None


def test_code_that_cannot_be_imported_has_a_named_error(tmp_path: Path) -> None:
    namespace: dict[str, object] = {"__name__": "gone_module", "wb": wb}
    exec("@wb.workflow\ndef flow():\n    return 1\n", namespace)  # noqa: S102 - code that exists nowhere else
    path = tmp_path / "gone.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(namespace["flow"], id="gone")  # type: ignore[arg-type]  # it is a workflow
    run = wb.open(path).run()
    assert run.status == "completed"
    with pytest.raises(CodeNotFoundError, match=r"gone_module:flow cannot be imported.*"):
        run.replay()


def test_every_object_prints_what_can_be_done_next(log: Path) -> None:
    recording = wb.open(log)
    run = recording["one"]
    shown = [recording, run, run.replay(sell), run.what_if(sell), run.what_if(sell).replay()]
    for thing in shown:
        assert "next:" in repr(thing)


def test_rich_representations_escape(tmp_path: Path) -> None:
    path = tmp_path / "x.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(sell, "<script>alert(1)</script>", id="<img src=x onerror=alert(1)>")
    recording = wb.open(path)
    for thing in (recording, recording.run()):
        assert "<img" not in thing._repr_html_()
        assert "<script" not in thing._repr_html_()


def test_payloads_are_read_one_at_a_time(log: Path) -> None:
    run = wb.open(log).run("one")
    seq = int(run.events["seq"].iloc[-1])
    assert run.payload(seq) == {"result": "ch_4"}
    with pytest.raises(UsageError, match="no event 99999"):
        run.payload(99999)


def test_types() -> None:
    assert (Branch, Run) == (wb.Branch, wb.Run)
    assert wb.open is open_recording
