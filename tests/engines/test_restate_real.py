"""The real dumps of a Restate server are read, counted against the files themselves, shown, and never called safe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import workbench as wb
from tests.engines.restate_told import restate_file
from workbench._errors import NotALogError
from workbench.analysis import Safety
from workbench.analysis.state import State

_JOURNALS = ("crash_indoubt.json", "final_sys_journal.json")
_STATUSES = ("final_sys_invocation.json", "final_sys_invocation_status.json")
_OTHERS = ("final_state.json", "final_sys_promise.json", "final_sys_journal_events.json")


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> wb.Recording:
    """The three tables of one server in one file, as the commands of the docstring save them."""
    path = tmp_path_factory.mktemp("restate") / "restate.json"
    names = ("final_sys_journal.json", "final_sys_invocation.json", "final_sys_journal_events.json")
    path.write_text("\n".join(restate_file(name).read_text() for name in names))
    return wb.open(path)


@pytest.mark.parametrize("name", _JOURNALS + _STATUSES)
def test_a_real_dump_opens(name: str) -> None:
    recording = wb.open(restate_file(name))
    assert set(recording.runs["engine"]) == {"restate"}
    assert "unknown" not in set(recording.runs["status"])
    for run in recording:
        assert str(run.verdict())
        assert run.timeline() is not None


@pytest.mark.parametrize("name", _OTHERS)
def test_tables_without_invocations_are_refused_in_words(name: str) -> None:
    from workbench.engines import restate

    with pytest.raises(NotALogError) as caught:
        restate.load(restate_file(name))
    assert "sys_journal" in caught.value.hint


def test_statuses_alone_say_that_the_journals_are_missing() -> None:
    for run in wb.open(restate_file("final_sys_invocation.json")):
        assert "none of its entries are in the file" in str(run.verdict())
        assert all(row.safety is not Safety.SAFE for row in run.verdict().rows if str(row.action) == "rerun")


def test_a_folder_of_dumps_is_searched_by_first_bytes() -> None:
    folder = restate_file("crash_indoubt.json").parent
    assert {log.path.name for log in wb.open(folder).logs} == set(_JOURNALS + _STATUSES)


def test_every_row_is_an_event(together: wb.Recording) -> None:
    rows = sum(len(json.loads(restate_file(name).read_text())) for name in ("final_sys_journal.json", _OTHERS[2]))
    inferred = [
        body
        for run in together
        for seq in run.events["seq"]
        if (body := run.payload(int(seq)))["event"] == "(inferred)"
    ]
    assert len(together.events) == rows + len(inferred)
    assert len(inferred) == 5  # two retries, the last attempt of the stuck step and its failure, one after the crash


def test_the_crash_left_a_step_in_doubt() -> None:
    run = wb.open(restate_file("crash_indoubt.json")).run()
    assert {step.name: str(step.state) for step in run.facts.steps} == {"reserve": "committed", "ship": "in_doubt"}
    assert run.payload(1)["args"] == [{"id": "crash-5", "amount": 50.0}]


def test_how_the_real_runs_stand(together: wb.Recording) -> None:
    assert together["inv_1abQq9TKLasq4j4U6ZquoNhirXgjmNXN4d"].facts.steps[0].attempts == 3
    stuck = together["inv_1gmuPdQ5lTno1nDaB7y5NqzMLFNaQHEmoB"]
    assert {step.name: (step.attempts, str(step.state)) for step in stuck.facts.steps}["ship"] == (13, "in_doubt")
    recovered = together["inv_13rheqe3RT2h40ItQtBc28YpjqexJAcc4I"]
    assert {step.name: step.repeated for step in recovered.facts.steps}["ship"] is True
    assert len(recovered.facts.children) == 1


def test_nothing_that_was_done_or_may_be_is_safe_to_do_again(together: wb.Recording) -> None:
    for run in together:
        if any(step.acts and step.state is not State.NOT_STARTED for step in run.facts.steps):
            assert [str(row.action) for row in run.verdict().rows if row.safety is Safety.SAFE] == []


def test_real_dumps_are_left_as_they_are(tmp_path: Path) -> None:
    path = restate_file("crash_indoubt.json")
    before = path.read_bytes()
    wb.open(path).run().hazards()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == []
