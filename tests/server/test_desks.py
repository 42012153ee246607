"""The desks of a server: one per file as it is now, a few at a time, which read and do nothing else."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.debugger.long import long_history
from tests.recording.deciding_shop import shop
from tests.server.served import record
from workbench._errors import LogNotFoundError, NotAllowedError, NotALogError, TooLargeError, UsageError, WorkbenchError
from workbench.debugger.desk import ACTING, HEAVY, Desk
from workbench.debugger.framing import unframed
from workbench.debugger.wire import QUESTIONS
from workbench.engines import Loaded, load
from workbench.server import desks as module
from workbench.server import opening
from workbench.server.body import fields
from workbench.server.desks import Desks
from workbench.server.errors import status_of
from workbench.server.place import Root

REFUSED = ACTING | {"plan_each", "replay", "watch"}


class Clock:
    """Seconds that only the test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desks(tmp_path: Path, clock: Clock) -> Desks:
    return Desks(Root(tmp_path), clock)


def ask(desks: Desks, path: str, asked: str, **facts: Any) -> Any:
    return unframed(asyncio.run(desks.ask(path, {"ask": asked, **facts}))).body


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were opened, in order."""
    names: list[str] = []

    def counted(path: Path) -> Loaded:
        names.append(path.name)
        return load(path)

    monkeypatch.setattr(opening, "load", counted)
    return names


# --- one desk per file as it is now --------------------------------------------------------------------------


def test_a_file_is_opened_once_for_many_questions(desks: Desks, tmp_path: Path, openings: list[str]) -> None:
    record(tmp_path / "a.wlog", "one")
    for asked in ("hello", "runs", "triage"):
        ask(desks, "a.wlog", asked)
    (tmp_path / "b.wlog").symlink_to("a.wlog")
    ask(desks, "b.wlog", "runs")
    assert openings == ["a.wlog"]


def test_a_file_that_changed_is_opened_again(desks: Desks, tmp_path: Path, openings: list[str]) -> None:
    path = record(tmp_path / "a.wlog", "one")
    assert ask(desks, "a.wlog", "runs")["run_ids"] == ["one"]
    record(path, "two")
    assert ask(desks, "a.wlog", "runs")["run_ids"] == ["one", "two"]
    assert openings == ["a.wlog"] * 2


def test_who_follows_a_file_sees_it_change_only_by_that(desks: Desks, tmp_path: Path, clock: Clock) -> None:
    path = record(tmp_path / "a.wlog", "one")
    assert not ask(desks, "a.wlog", "follow", since_seq=0)["grew"]
    record(path, "two")
    assert ask(desks, "a.wlog", "runs")["run_ids"] == ["one"]
    assert ask(desks, "a.wlog", "follow", since_seq=0)["grew"]
    assert ask(desks, "a.wlog", "runs")["run_ids"] == ["one", "two"]
    record(path, "three")
    clock.seconds += 31
    assert ask(desks, "a.wlog", "runs")["run_ids"] == ["one", "two", "three"], "nobody follows it any more"


def test_what_was_added_before_the_first_follow_is_news(desks: Desks, tmp_path: Path) -> None:
    path = record(tmp_path / "a.wlog", "one")
    last = ask(desks, "a.wlog", "run", run_id="one")["last_seq"]
    record(path, "two")
    answer = ask(desks, "a.wlog", "follow", run_id="two", since_seq=last)
    assert (answer["grew"], answer["run_count"]) == (True, 2)
    assert answer["events"]["total"] == answer["run"]["events"]


def test_another_file_in_its_place_is_opened_even_while_it_is_followed(desks: Desks, tmp_path: Path) -> None:
    path = record(tmp_path / "a.wlog", "one")
    ask(desks, "a.wlog", "follow", since_seq=0)
    record(tmp_path / "b.wlog", "other").replace(path)
    assert ask(desks, "a.wlog", "runs")["run_ids"] == ["other"]


def test_a_file_that_is_gone_or_broken_is_not_shown_as_it_was(desks: Desks, tmp_path: Path) -> None:
    path = record(tmp_path / "a.wlog", "one")
    ask(desks, "a.wlog", "follow", since_seq=0)
    path.write_bytes(b"something else")
    with pytest.raises(NotALogError):
        ask(desks, "a.wlog", "runs")
    path.unlink()
    for asked in ("runs", "hello"):
        with pytest.raises(LogNotFoundError):
            ask(desks, "a.wlog", asked)
    record(path, "again")
    assert ask(desks, "a.wlog", "runs")["run_ids"] == ["again"]


# --- a few at a time -----------------------------------------------------------------------------------------


def test_the_last_few_files_stay_open(desks: Desks, tmp_path: Path, openings: list[str]) -> None:
    names = [record(tmp_path / f"{number}.wlog", "one").name for number in range(9)]
    for name in names:
        ask(desks, name, "hello")
    assert desks.open_paths == names[1:]
    ask(desks, names[8], "hello")
    ask(desks, names[0], "hello")
    assert openings == [*names, names[0]]


def test_large_files_push_others_out(desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", record(tmp_path / "example.wlog", "one").stat().st_size)
    for number in range(4):
        ask(desks, record(tmp_path / f"{number}.wlog", "one").name, "hello")
    assert desks.open_paths == ["2.wlog", "3.wlog"]


def test_files_that_nobody_asks_about_are_let_go(desks: Desks, tmp_path: Path, clock: Clock) -> None:
    for name in ("a.wlog", "b.wlog"):
        ask(desks, record(tmp_path / name, "one").name, "hello")
    clock.seconds += 1_799
    ask(desks, "b.wlog", "hello")
    clock.seconds += 2
    ask(desks, "b.wlog", "hello")
    assert desks.open_paths == ["b.wlog"]


def test_a_file_too_large_for_a_server_is_not_opened(desks: Desks, tmp_path: Path, openings: list[str]) -> None:
    with (tmp_path / "a.wlog").open("wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(TooLargeError, match="1,073,741,825 bytes"):
        ask(desks, "a.wlog", "hello")
    assert openings == []


# --- beside each other ---------------------------------------------------------------------------------------


def test_quick_questions_do_not_wait_for_a_heavy_one(
    desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path / "a.wlog", "one")
    began, may_end, order = threading.Event(), threading.Event(), []
    real = Desk.answer

    def slowly(desk: Desk, question: Any) -> Any:
        order.append(f"{question['ask']} begins")
        if question["ask"] in HEAVY:
            began.set()
            assert may_end.wait(10)
        answer = real(desk, question)
        order.append(f"{question['ask']} ends")
        return answer

    monkeypatch.setattr(Desk, "answer", slowly)

    async def both() -> None:
        heavy = [
            asyncio.create_task(desks.ask("a.wlog", {"ask": asked, "run_id": "one"})) for asked in ("why", "verdict")
        ]
        await asyncio.to_thread(began.wait, 10)
        await desks.ask("a.wlog", {"ask": "hello"})
        may_end.set()
        await asyncio.gather(*heavy)

    asyncio.run(both())
    assert order[:3] == ["why begins", "hello begins", "hello ends"]
    assert order[3:] == ["why ends", "verdict begins", "verdict ends"], "one heavy question after the other"


# --- reads, and does nothing else ----------------------------------------------------------------------------


@pytest.mark.parametrize("asked", sorted(REFUSED))
def test_what_runs_code_or_acts_is_refused_unopened(
    desks: Desks, tmp_path: Path, openings: list[str], asked: str
) -> None:
    record(tmp_path / "a.wlog", "one")
    with pytest.raises(NotAllowedError) as caught:
        ask(desks, "a.wlog", asked, run_id="one")
    assert "kernel" in caught.value.hint
    assert status_of(caught.value) == 403
    assert openings == []


def reading_questions(desks: Desks, path: str, run_id: str) -> dict[str, dict[str, Any]]:
    """One of each that is answered."""
    seq = ask(desks, path, "run", run_id=run_id)["first_seq"]
    of_run = ("run", "events", "spans", "source", "branches", "why", "hazards", "provenance", "verdict", "decision")
    return {name: {"run_id": run_id} for name in of_run} | {
        "hello": {}, "runs": {}, "triage": {}, "payload": {"run_id": run_id, "seq": seq},
        "diff": {"left": {"run_id": run_id}, "right": {"run_id": run_id}},
        "plan": {"run_id": run_id, "action": "resume"}, "follow": {"run_id": run_id, "since_seq": 0},
        "stop": {"branch": "b1", "index": 0},
    }  # fmt: skip


def test_code_of_workflows_is_never_imported(desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sold = shop(tmp_path)
    sold.dies("mail")
    log = sold.log.read_bytes()
    lured = log.replace(b"tests.recording.deciding_shop", b"lured_by_a_recording_of_shops")
    trap = tmp_path / "lured_by_a_recording_of_shops.py"
    trap.write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    for name, content in (("a.wlog", log), ("lured.wlog", lured)):
        (tmp_path / name).write_bytes(content)
    before = set(sys.modules)
    questions = reading_questions(desks, "a.wlog", "order-42")
    assert questions.keys() == QUESTIONS.keys() - REFUSED
    for asked, facts in questions.items():
        if asked != "stop":  # no branch is kept where nothing is replayed
            ask(desks, "a.wlog", asked, **facts)
    assert {name for name in set(sys.modules) - before if name.startswith(("lured", "tests"))} == set()


NASTY: list[Any] = [
    None, True, -1, 0, 2**53, -(2**53), 1.5, "", "\0", "\ud800", "x" * 100_000, "../../etc/passwd", "one", [], [None],
    [[]], {}, {"a": {}}, [2**53], list(range(5_000)), {"json": "[" * 50_000}, {"json": "NaN"}, {"seq": 2**53},
]  # fmt: skip


def test_no_question_however_odd_leads_to_a_fault(desks: Desks, tmp_path: Path) -> None:
    sold = shop(tmp_path)
    sold.dies("mail")
    path, faults = sold.log.name, []
    for asked, facts in reading_questions(desks, path, "order-42").items():
        for name in [*facts, *QUESTIONS[asked].__annotations__, "unknown"]:
            for value in NASTY:
                question = {"ask": asked, **facts, name: value}
                try:
                    asyncio.run(desks.ask(path, question))
                except Exception as error:  # noqa: BLE001 - any of them would be an answer
                    if status_of(error) >= 500:
                        faults.append((asked, name, ascii(value)[:40], repr(error)))
    assert faults == []


def test_a_question_that_is_nested_too_deeply_is_refused(desks: Desks, tmp_path: Path) -> None:
    record(tmp_path / "a.wlog", "one")
    deep: Any = []
    for _ in range(700):
        deep = [deep]
    body = json.dumps({"path": "a.wlog", "question": {"ask": "payload", "run_id": "one", "seq": 1, "path": deep}})
    path, question = fields(body.encode(), "path", "question")
    with pytest.raises(UsageError):
        asyncio.run(desks.ask(path, question))


@pytest.mark.parametrize("question", [None, [], "hello", 1, {}, {"ask": None}, {"ask": "shutdown"}, {"ask": ["hello"]}])
def test_what_is_no_question_is_said_so(desks: Desks, tmp_path: Path, question: Any) -> None:
    record(tmp_path / "a.wlog", "one")
    with pytest.raises(UsageError, match="no question"):
        asyncio.run(desks.ask("a.wlog", question))


def test_errors_name_the_file_as_the_server_does(desks: Desks, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.wlog").write_bytes(b"PK\x03\x04 not a log at all")
    with pytest.raises(WorkbenchError) as caught:
        ask(desks, "sub/bad.wlog", "hello")
    assert caught.value.message.startswith("sub/bad.wlog is no recording")
    assert str(tmp_path) not in str(caught.value)


def test_a_million_events_are_copied_once(desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(tmp_path / "a.wlog", "one")
    long = Loaded(long_history(1_000_000, 1), None, path)
    monkeypatch.setattr(opening, "load", lambda _: long)
    answer = unframed(asyncio.run(desks.ask("a.wlog", {"ask": "events", "run_id": "run-0"})))
    assert answer.body["total"] == 1_000_000
    assert len({id(buffer.obj) for buffer in answer.buffers}) == 1
