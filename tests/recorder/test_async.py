"""`async def` workflows: standard asyncio, live, again from the log, and after a crash at every boundary."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import NS, FakeClock
from tests.crashes import crashes, events_of
from tests.recorder.shapes import SHAPES, chance, gathered, looping, note, plain, ran, slow
from workbench._errors import InDoubtError, UnrecordableError, UsageError
from workbench.journal import open_log
from workbench.machine import Retry
from workbench.recorder import Recorder
from workbench.replay import Completed, replay


def record(path: Path, code: Callable[..., Any]) -> Any:
    ran.clear()
    with FakeClock().recorder(path) as recorder:
        return recorder.run(code, id="r")


@pytest.mark.parametrize("code", SHAPES)
def test_it_runs_and_gives_its_outcome_again(tmp_path: Path, code: Callable[..., Any]) -> None:
    result = record(tmp_path / "a.wlog", code)
    seen = dict(ran)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == result
    assert ran == seen
    assert "no answer" not in seen


@pytest.mark.parametrize("code", SHAPES)
def test_its_log_replays_exactly_however_long_bodies_take(tmp_path: Path, code: Callable[..., Any]) -> None:
    for seed in range(6):
        chance.seed(seed)
        path = tmp_path / f"{seed}.wlog"
        result = record(path, code)
        history = open_log(path).history
        trace = replay(code, history, run_id="r")
        assert trace.outcome == Completed(result), str(trace)
        seqs = [stop.seq for stop in trace.steps]
        assert seqs == [history.columns.seq[row] for row in history.rows_of("r")]


@pytest.mark.parametrize("code", SHAPES)
def test_a_crash_anywhere_is_survived(tmp_path: Path, code: Callable[..., Any]) -> None:
    chance.seed(3)
    whole = record(tmp_path / "a.wlog", code)
    for crash in crashes(tmp_path / "a.wlog", "r"):
        ran.clear()
        with FakeClock(now_ns=1_790_000_001 * NS).recorder(crash.path) as recorder:
            result = past_doubts(recorder, code)
        if code is looping:
            assert len(result) == len(whole)
        else:
            assert _unordered(result) == _unordered(whole), crash.after
        completed = {
            str(crash.record.history.payload(slot.opened)["args"][0])
            for slot in crash.record.slots.values()
            if slot.type is not None and slot.verb == "call step" and crash.record.history.payload(slot.opened)["args"]
        }
        assert not [label for label in completed if ran[label]], crash.after


def past_doubts(recorder: Recorder, code: Callable[..., Any]) -> Any:
    """Run on, saying of each write in doubt that it did not happen."""
    while True:
        try:
            return recorder.run(code, id="r")
        except InDoubtError as error:
            recorder.resolve(error.run_id, error.position, happened=False)


def _unordered(value: Any) -> Any:
    return sorted(map(_unordered, value), key=str) if isinstance(value, (list, tuple)) else value


# --- one behaviour each -----------------------------------------------------------------------------------------


def test_signals_race_a_timer(tmp_path: Path) -> None:
    async def race() -> list[Any]:
        both = asyncio.gather(wb.signal("a"), wb.signal("b"))
        done, _ = await asyncio.wait([both, asyncio.ensure_future(wb.sleep(60))], return_when=asyncio.FIRST_COMPLETED)
        return list(await both) if both in done else ["late"]

    for seconds, expected in ((10, [1, 2]), (100, ["late"])):
        path = tmp_path / f"{seconds}.wlog"
        clock = FakeClock()
        with clock.recorder(path) as recorder:
            clock.at(5, lambda: recorder.signal("r", "a", 1))
            clock.at(seconds, lambda: recorder.signal("r", "b", 2))
            assert recorder.run(race, id="r") == expected
        trace = replay(race, open_log(path).history, run_id="r")
        assert trace.outcome == Completed(expected)


def test_a_signal_survives_a_resume_and_is_consumed_once(tmp_path: Path) -> None:
    async def code() -> list[Any]:
        first = await wb.signal("s")
        second = await wb.signal("s", timeout_seconds=1)
        return [first, second, await wb.signal("s")]

    clock = FakeClock()
    with clock.recorder(tmp_path / "a.wlog") as recorder:
        clock.at(1, lambda: recorder.signal("r", "s", "one"))
        clock.at(9, lambda: recorder.signal("r", "s", "three"))
        whole = recorder.run(code, id="r")
    assert whole == ["one", None, "three"]
    for crash in crashes(tmp_path / "a.wlog", "r"):
        clock = FakeClock(now_ns=1_790_000_100 * NS)
        with clock.recorder(crash.path) as recorder:
            received = sum(event == "SignalReceived s" for event in events_of(crash.path, "r"))
            for number, value in enumerate(["one", "three"]):
                if number >= received:
                    clock.at(2 + 10 * number, lambda value=value: recorder.signal("r", "s", value))  # type: ignore[misc]  # awaited in any kind of workflow
            assert recorder.run(code, id="r") == whole, crash.after


@pytest.mark.parametrize(
    ("ask", "remedy"),
    [
        (lambda: asyncio.to_thread(print), "step"),
        (lambda: asyncio.get_running_loop().run_in_executor(None, print), "step"),
        (lambda: asyncio.open_connection("127.0.0.1", 9), "@wb.step"),
        (lambda: asyncio.create_subprocess_exec("true"), "@wb.step"),
        (lambda: asyncio.create_subprocess_shell("true"), "@wb.step"),
        (lambda: asyncio.start_server(lambda *_: None, "127.0.0.1", 0), "@wb.step"),
        (lambda: asyncio.get_running_loop().add_reader(0, print), "@wb.step"),
    ],
)
def test_the_world_is_refused_with_a_remedy(tmp_path: Path, ask: Callable[[], Any], remedy: str) -> None:
    async def code() -> str:
        try:
            await ask()
        except UsageError as error:
            return error.hint
        return "nothing was refused"

    assert remedy in record(tmp_path / "a.wlog", code)


def test_a_workflow_runs_where_an_event_loop_runs_already(tmp_path: Path) -> None:
    async def cell() -> Any:
        return record(tmp_path / "a.wlog", gathered)

    assert sorted(asyncio.run(cell())) == sorted(record(tmp_path / "b.wlog", gathered))

    async def look() -> Any:
        return replay(gathered, open_log(tmp_path / "a.wlog").history, run_id="r").outcome.word

    assert asyncio.run(look()) == "completed"


def test_an_unrecordable_argument_fails_in_its_branch(tmp_path: Path) -> None:
    async def code() -> list[str]:
        found = await asyncio.gather(slow("a"), slow(object()), return_exceptions=True)  # type: ignore[arg-type]  # a wrong value is the point
        return [type(item).__name__ for item in found] + [await slow("b")]

    result = record(tmp_path / "a.wlog", code)
    assert result == ["str", UnrecordableError.__name__, "B"]
    assert replay(code, open_log(tmp_path / "a.wlog").history, run_id="r").outcome == Completed(result)
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(code, id="r") == result


def test_retries_wait_while_other_branches_go_on(tmp_path: Path) -> None:
    left = [ConnectionError("one"), ConnectionError("two")]

    @wb.step(kind="read", retry=Retry(max_attempts=3, first_delay_seconds=10, jitter=0))
    async def flaky() -> str:
        if left:
            raise left.pop()
        return "ok"

    async def code() -> list[str]:
        seen: list[str] = []

        async def other() -> None:
            await asyncio.sleep(15)
            seen.append("between")

        result, _ = await asyncio.gather(flaky(), other())
        return [*seen, result]

    assert record(tmp_path / "a.wlog", code) == ["between", "ok"]
    assert [event for event in events_of(tmp_path / "a.wlog", "r") if "flaky" in event] == [
        "StepStarted flaky at 1.1", "AttemptFailed flaky at 1.1", "StepStarted flaky at 1.1",
        "AttemptFailed flaky at 1.1", "StepStarted flaky at 1.1", "StepCompleted flaky at 1.1",
    ]  # fmt: skip


def test_a_cancelled_write_is_not_run_again_after_a_crash(tmp_path: Path) -> None:
    @wb.step(kind="write", name="never_write")
    async def hang() -> None:
        note("hang")
        await asyncio.Event().wait()

    async def code() -> str:
        try:
            await asyncio.wait_for(hang(), 5)
        except TimeoutError:
            return await slow("instead")
        return ""

    assert record(tmp_path / "a.wlog", code) == "INSTEAD"
    cut = [crash for crash in crashes(tmp_path / "a.wlog", "r") if "1.1" not in crash.done() and crash.record.slots]
    for crash in cut:
        slots = list(crash.record.slots.values())
        if not any(slot.cancelled for slot in slots):
            continue
        ran.clear()
        with FakeClock().recorder(crash.path) as recorder:
            assert recorder.run(code, id="r") == "INSTEAD"
        assert ran["hang"] == 0


def test_many_children_with_deferred_steps_do_not_starve_each_other(tmp_path: Path) -> None:
    async def part(number: int) -> str:
        return str((await wb.gather(plain.defer(f"c{number}")))[0])

    async def whole() -> int:
        return len(await asyncio.gather(*(wb.child(part, number) for number in range(40))))

    with Recorder(tmp_path / "a.wlog") as recorder:
        assert recorder.run(whole, id="r") == 40


def test_a_workflow_that_cancels_itself_is_cancelled(tmp_path: Path) -> None:
    async def code() -> None:
        await slow("a")
        raise asyncio.CancelledError

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        with pytest.raises(asyncio.CancelledError):
            recorder.run(code, id="r")
        with pytest.raises(UsageError, match="was cancelled"):
            recorder.run(code, id="r")
    trace = replay(code, open_log(tmp_path / "a.wlog").history, run_id="r")
    assert (trace.outcome.word, trace.steps[-1].event, trace.steps[-1].seq > 0) == ("failed", "RunCancelled", True)


def test_an_exit_in_a_body_leaves_the_run_open(tmp_path: Path) -> None:
    ends = [SystemExit(3)]

    @wb.step(kind="read")
    async def leave() -> str:
        if ends:
            raise ends.pop()
        return "stayed"

    async def code() -> str:
        return await leave()

    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        with pytest.raises(SystemExit):
            recorder.run(code, id="r")
        assert recorder.run(code, id="r") == "stayed"
