"""The notebook host: questions by comm, state that is kept, words for a terminal."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.debugger.long import long_history
from tests.recording.deciding_shop import Shop, shop
from workbench._errors import MissingDependencyError, UsageError
from workbench.debugger import widget
from workbench.debugger.desk import HEAVY
from workbench.debugger.widget import Debugger
from workbench.engines import Loaded
from workbench.recording import Recording

RUN = "order-42"


@pytest.fixture
def sold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop, and an app of two lines where the package was never built."""
    if not (widget._STATIC / "widget.js").is_file():
        static = tmp_path / "static"
        static.mkdir()
        (static / "widget.js").write_text("export default { render() {} }")
        (static / "widget.css").write_text("")
        monkeypatch.setattr(widget, "_STATIC", static)
    sold = shop(tmp_path)
    sold.dies("mail")
    return sold


class Heard(Debugger):
    """A debugger whose messages to the browser are kept."""

    def send(self, content: Any, buffers: Any = None) -> None:
        self.__dict__.setdefault("heard", []).append((content, buffers))
        self.__dict__.setdefault("rung", threading.Semaphore(0)).release()

    def replies(self, count: int) -> list[Any]:
        """The first replies; waits for them."""
        rung = self.__dict__.setdefault("rung", threading.Semaphore(0))
        for _ in range(count):
            assert rung.acquire(timeout=60)
        return [content for content, _ in self.__dict__["heard"]]


@pytest.fixture
def debugger(sold: Shop) -> Iterator[Heard]:
    made = Heard(sold.open(), sold.sell)
    yield made
    made.close()


def test_a_question_gets_its_answer_with_buffers(debugger: Heard) -> None:
    debugger.receive({"id": 7, "question": {"ask": "events", "run_id": RUN}})
    (reply,) = debugger.replies(1)
    ((_, buffers),) = debugger.__dict__["heard"]
    assert reply["id"] == 7
    assert len(buffers) == len(reply["body"]["columns"])
    assert [type(buffer) for buffer in buffers] == [memoryview] * len(buffers)
    json.dumps(reply, allow_nan=False)


@pytest.mark.parametrize(
    ("message", "number", "name"),
    [
        ({"id": 1, "question": {"ask": "run", "run_id": "nobody"}}, 1, "RunNotFoundError"),
        ({"id": 2, "question": {"ask": "coffee"}}, 2, "UsageError"),
        ({"id": 3}, 3, "UsageError"),
        ({"question": {"ask": "run", "run_id": "nobody"}}, -1, "RunNotFoundError"),
        ("nothing", -1, "UsageError"),
        (None, -1, "UsageError"),
        ({"id": 4, "question": {"ask": "watch", "branch": "b9", "expression": "x"}}, 4, "UsageError"),
    ],
)
def test_an_error_is_a_reply(debugger: Heard, message: Any, number: int, name: str) -> None:
    debugger.receive(message)
    (reply,) = debugger.replies(1)
    assert (reply["id"], reply["error"]["name"]) == (number, name)
    assert reply["error"]["message"]
    assert "body" not in reply


def test_heavy_questions_stay_in_order_and_stop_nobody(debugger: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    answer = debugger.desk.answer

    def slow(question: Any) -> Any:
        if question["ask"] in HEAVY:
            assert free.wait(60)
            assert threading.current_thread().name == "workbench-debugger"
        return answer(question)

    monkeypatch.setattr(debugger.desk, "answer", slow)
    for number, asked in enumerate(["replay", "verdict", "hello", "run"]):
        facts: dict[str, Any] = {"edits": []} if asked == "replay" else {}
        who = {} if asked == "hello" else {"run_id": RUN}
        debugger.receive({"id": number, "question": {"ask": asked, **who, **facts}})
    assert [reply["id"] for reply in debugger.replies(2)] == [2, 3], "what is quick does not wait for what is heavy"
    free.set()
    assert [reply["id"] for reply in debugger.replies(2)] == [2, 3, 0, 1]
    assert all("body" in reply for reply in debugger.replies(0))


def test_what_replayed_code_raises_ends_no_worker(sold: Shop) -> None:
    @wb.workflow
    def leaves(order: str) -> str:
        raise SystemExit(order)

    debugger = Heard(sold.open(), leaves)
    for number in range(2):
        debugger.receive({"id": number, "question": {"ask": "replay", "run_id": RUN, "edits": []}})
    replies = debugger.replies(2)
    assert [reply["error"]["name"] for reply in replies] == ["SystemExit", "SystemExit"]
    debugger.close()


def test_state_is_kept_in_the_notebook(debugger: Heard) -> None:
    state = debugger.get_state()
    assert state["run_id"] == RUN
    assert (state["cursor"], state["branch"], state["time"], state["panels"]) == (0, "", "compressed", {})
    assert "order-42 · sell · INTERRUPTED" in state["poster"]
    assert "in doubt" in state["poster"]
    debugger.set_state({"cursor": 11, "panels": {"code": 400}})
    assert (debugger.cursor, debugger.panels) == (11, {"code": 400})
    assert len(state["_esm"]) > 20


def test_what_can_be_shown(sold: Shop) -> None:
    recording = wb.open(sold.log)
    for shown in (recording, recording.run(RUN), sold.log, str(sold.log)):
        debugger = Debugger(shown, sold.sell)
        assert debugger.run_id == RUN
        debugger.close()
    with pytest.raises(UsageError, match="a int cannot be debugged"):
        Debugger(7)  # type: ignore[arg-type]  # that is the point


def test_a_recording_of_several_runs_begins_with_their_list(sold: Shop) -> None:
    with wb.Recorder(sold.log) as recorder:
        recorder.run(sold.sell, "43", id="order-43")
    debugger = Debugger(wb.open(sold.log), sold.sell)
    assert debugger.run_id == ""
    assert debugger.desk.answer({"ask": "hello"}).body["run_id"] == ""
    assert "rec.triage()" in repr(debugger)
    debugger.close()


def test_words_for_a_terminal(debugger: Heard, sold: Shop) -> None:
    assert repr(debugger).splitlines()[0].startswith("Debugger of order-42 · sell · INTERRUPTED")
    assert f"workbench replay {sold.log} order-42" in repr(debugger)
    bundle: Any = debugger._repr_mimebundle_()
    shown = bundle[0] if isinstance(bundle, tuple) else bundle
    assert shown["text/plain"] == repr(debugger)
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_a_very_long_run_is_shown_without_reading_its_steps(sold: Shop) -> None:
    history = long_history(100_000, 1)
    rows: list[int] = []

    def payload(row: int) -> Any:
        rows.append(row)
        return {}

    counted = replace(history, payloads=payload)
    debugger = Debugger(Recording([Loaded(counted, None, sold.log)]))
    assert "run-0 · unknown workflow · COMPLETED · 49,999 steps, 100,000 events" in repr(debugger)
    assert debugger.poster.endswith("too long to be drawn in characters")
    assert len(set(rows)) < 10
    debugger.close()


def test_a_debugger_that_may_not_act(sold: Shop) -> None:
    debugger = Heard(sold.open(), sold.sell, may_act=False)
    debugger.receive({"id": 1, "question": {"ask": "act", "run_id": RUN, "action": "resume"}})
    assert debugger.replies(1)[0]["error"]["name"] == "NotAllowedError"
    debugger.close()


def test_a_package_that_was_never_built_says_how(sold: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widget, "_STATIC", tmp_path / "nowhere")
    with pytest.raises(MissingDependencyError, match="is not built") as caught:
        Debugger(sold.open())
    assert "npm run build" in caught.value.hint


def test_the_front_door_has_it_and_loads_it_late() -> None:
    assert wb.Debugger is Debugger
    assert "Debugger" in dir(wb)
