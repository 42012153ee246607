"""What all engines share: who knows a file, what a foreign run refuses, what our own rooms make of foreign events."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench as wb
from tests.engines.real import Told
from tests.story import Story
from workbench._errors import NotALogError, RottenLogError, UsageError
from workbench.analysis import events_frame, read_facts, spans_of, verdict_of
from workbench.engines import ENGINES, known, replays
from workbench.engines.rows import Body, Fact, Later, Rows, called, shown
from workbench.journal import open_log, open_writer
from workbench.model import FOREIGN, Declaration, EventType, Unsaid
from workbench.recording.run import Run


@wb.workflow
def flow() -> None:
    """Some code."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    told = Told()
    told.started()
    told.completed(told.activity("charge"))
    return wb.open(told.write(tmp_path / "h.json")).run()


# --- who knows a file --------------------------------------------------------------------------------------------


def test_engines_have_one_shape() -> None:
    for engine in ENGINES:
        assert engine.SYSTEM
        assert all(suffix.startswith(".") for suffix in engine.SUFFIXES)
        assert callable(engine.sniff)
        assert callable(engine.load)
    assert [engine.SYSTEM for engine in ENGINES] == ["native", "temporal", "dbos", "restate", "aws"]
    assert [engine.SYSTEM for engine in ENGINES if replays(engine.SYSTEM)] == ["native"]


def test_first_bytes_decide_about_files_of_a_folder(tmp_path: Path) -> None:
    told = Told()
    told.started()
    files = {
        "history.json": told.write(tmp_path / "history.json"),
        "package.json": tmp_path / "package.json",
        "empty.json": tmp_path / "empty.json",
        "empty.wlog": tmp_path / "empty.wlog",
        "noise.bin": tmp_path / "noise.bin",
        "history.txt": told.write(tmp_path / "history.txt"),
    }
    files["package.json"].write_text('{"name": "x"}')
    files["noise.bin"].write_bytes(b"\x7fELF")
    files["empty.json"].touch()
    files["empty.wlog"].touch()
    assert [name for name, path in files.items() if known(path)] == ["history.json", "empty.wlog"]
    assert wb.open(files["history.txt"]).run().id == "run-1"


def test_a_file_is_refused_in_the_words_of_its_kind(tmp_path: Path) -> None:
    for name, says in (("x.json", "Temporal history"), ("x.sqlite", "SQLite"), ("x.wlog", "recording")):
        path = tmp_path / name
        path.write_text("{}" if name == "x.json" else "hello, this is no log at all")
        with pytest.raises(NotALogError, match=says):
            wb.open(path)


# --- what a foreign run refuses ----------------------------------------------------------------------------------


def test_foreign_code_is_not_replayed_yet(run: Run) -> None:
    for refused in (
        run.replay, lambda: run.replay(flow), run.what_if, lambda: run.what_if(flow), lambda: run.verdict(flow),
        run.resume, lambda: run.resume(flow, accept=["G4"]), run.retry_from, run.rerun, run.compensate, run.probe,
        lambda: run.resolve("charge", happened=True), lambda: wb.diff(run, run.replay(flow)),
    ):  # fmt: skip
        with pytest.raises(UsageError, match="code of other engines cannot be replayed yet: that comes later"):
            refused()
    assert ".replay()" not in repr(run)
    assert len(wb.diff(run, run)) == 1


# --- foreign events in our rooms ---------------------------------------------------------------------------------


def test_a_wlog_holds_no_foreign_event(tmp_path: Path) -> None:
    path = tmp_path / "forged.wlog"
    writer = open_writer(path)
    number = writer.run_number("r")
    name = writer.name_number(Declaration("charge"))
    writer.append(EventType.StepStarted, number, name, (1,), b"\x80")
    writer.append(EventType.StepRecorded, number, name, (2,), b"\x80")
    writer.close()
    assert open_log(path, index=False).history.columns.type.tolist() == [EventType.StepStarted]
    with pytest.raises(RottenLogError):
        open_log(path, "strict", index=False)
    assert all(80 <= kind < 200 for kind in FOREIGN)


def foreign(*facts: Fact, unsaid: frozenset[Unsaid] = frozenset(Unsaid)) -> Run:
    from workbench.engines import Loaded

    rows = Rows()
    number, run_id = rows.run("r")
    rows.add(number, 10**18, Fact(EventType.RunStarted, declaration=shown("flow")))
    for second, fact in enumerate(facts, 1):
        rows.add(number, 10**18 + second * 10**9, fact)
    return Run(Loaded(rows.history(lambda _: {}, "other", "here", unsaid), None, Path("here")), run_id)


def test_an_attempt_that_began_is_no_second_intent() -> None:
    charge = called("charge")
    run = foreign(
        Fact(EventType.StepStarted, (1,), charge), Fact(EventType.AttemptBegan, (1,), charge, 1),
        Fact(EventType.StepCompleted, (1,), charge),
    )  # fmt: skip
    step = run.facts.steps[0]
    assert (step.state, step.attempts, step.repeated) == ("committed", 1, False)
    assert [(span.state, span.open) for span in spans_of(run.history, "r")] == [("committed", False)]


def test_a_step_known_by_its_outcome() -> None:
    mail = called("mail")
    run = foreign(
        Fact(EventType.StepRecorded, (1,), mail), Fact(EventType.StepRecorded, (2,), mail, error_type="Timeout"),
        Fact(EventType.StepRecorded, (2,), mail), Fact(EventType.RunFailed, error_type="Timeout"),
    )  # fmt: skip
    assert [step.state for step in run.facts.steps] == ["committed", "in_doubt"]
    assert run.facts.steps[1].error_type == "Timeout"
    assert len(spans_of(run.history, "r")) == 2


def test_turns_notes_and_values_are_no_steps() -> None:
    others = FOREIGN - {EventType.StepRecorded, EventType.AttemptBegan}
    run = foreign(*(Fact(kind, (1,), shown("x")) for kind in sorted(others)))
    assert len(run.facts.steps) == 0
    assert len(events_frame([run.history])) == len(others) + 1
    assert run.terminal_timeline() == "nothing to draw: the run has no steps yet"


@pytest.mark.parametrize("unsaid", [frozenset(), frozenset(Unsaid)])
def test_what_an_engine_does_not_say_makes_nothing_safe(unsaid: frozenset[Unsaid]) -> None:
    done = Fact(EventType.StepStarted, (1,), called("look")), Fact(EventType.StepCompleted, (1,), called("look"))
    run = foreign(*done, Fact(EventType.SignalReceived, declaration=shown("go")), unsaid=unsaid)
    resume, rerun = (verdict_of(run.history, "r").row(action) for action in ("resume", "rerun"))
    assert resume is not None
    assert rerun is not None
    assert resume.safety == ("CHECK" if unsaid else "SAFE")
    assert run.status == ("running" if unsaid else "interrupted")
    assert run.facts.unconsumed == (() if unsaid else ("go",))
    told = " ".join(resume.assumed)
    assert all((f"the history does not say {one}" in told) == bool(unsaid) for one in Unsaid)


def test_our_own_runs_are_judged_as_before() -> None:
    story = Story()
    run = story.run("r")
    run.step("charge").started().died()
    facts = read_facts(story.history(), "r")
    assert (facts.unsaid, facts.received, facts.assumed, facts.status) == (frozenset(), (), (), "interrupted")


def test_what_is_assumed_of_many_steps_is_one_line() -> None:
    steps = [Fact(EventType.StepStarted, (n,), called(f"step-{n}")) for n in range(1, 8)]
    text = str(foreign(*steps).verdict())
    line = "kind write is assumed, nobody declared it: step-1 (1), step-2 (2), step-3 (3), step-4 (4) and 3 more"
    assert text.count("kind write is assumed") == 1
    assert line in text


def test_rows_keep_ids_apart_and_numbers_in_bounds() -> None:
    rows = Rows()
    assert [rows.run("a")[1], rows.run("a")[1], rows.run("a\ud800")[1]] == ["a", "a#2", "a?"]
    rows.add(0, -5, Fact(EventType.NoteRecorded, attempt=1 << 20))
    rows.add(0, 1 << 70, Fact(EventType.NoteRecorded, attempt=-3))
    columns = rows.history(lambda _: {}, "other", "", frozenset()).columns
    assert columns.time_ns.tolist() == [0, 0]
    assert columns.attempt.tolist() == [65_535, 0]
    assert columns.seq.tolist() == [1, 2]


def test_bodies_decode_when_they_are_read() -> None:
    made: list[str] = []

    def make(raw: str) -> list[str]:
        made.append(raw)
        return [raw]

    body = Body({"args": Later(make, "x"), "plain": 1})
    assert (body.get("key"), body.get("plain"), "args" in body, len(body)) == (None, 1, True, 2)
    assert made == []
    assert body["args"] == ["x"]
    assert repr(body) == "{'args': ['x'], 'plain': 1}"
