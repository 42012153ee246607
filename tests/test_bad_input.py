"""Bad input, one test each: a clear named error, nothing lost, memory bounded, nothing executed."""

from __future__ import annotations

import resource
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import msgpack
import pytest

import workbench as wb
from workbench._errors import (
    CodeNotFoundError,
    EmptyLogError,
    LogNotFoundError,
    NewerVersionError,
    NotALogError,
    PayloadError,
    RottenLogError,
    TornLogError,
    UnrecordableError,
    WorkbenchError,
)
from workbench.journal import open_writer
from workbench.journal.format import SEGMENT
from workbench.model import Declaration, EventType

BODIES: list[int] = []


@wb.step(kind="write")
def act(number: int) -> int:
    BODIES.append(number)
    return number * 2


@wb.step(kind="write")
def act_strangely(number: int) -> object:
    BODIES.append(number)
    return (n for n in range(number))


@wb.workflow
def flow(number: int) -> int:
    return sum(act(n) for n in range(number))


@wb.workflow
def strange_flow() -> object:
    return act_strangely(3)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "good.wlog"
    with wb.Recorder(path) as recorder:
        recorder.run(flow, 20, id="one")
    return path


def changed(log: Path, content: bytes) -> Path:
    path = log.with_name("bad.wlog")
    path.write_bytes(content)
    return path


def test_absent(tmp_path: Path) -> None:
    with pytest.raises(LogNotFoundError, match="no recording at"):
        wb.open(tmp_path / "absent.wlog")
    assert list(tmp_path.iterdir()) == []


def test_empty(log: Path) -> None:
    with pytest.raises(EmptyLogError, match="is empty"):
        wb.open(changed(log, b""))


def test_wrong_magic(log: Path) -> None:
    with pytest.raises(NotALogError, match="is no recording: it begins with"):
        wb.open(changed(log, b"\x80\x04\x95 a pickle, for example"))


def test_newer_version(log: Path) -> None:
    raw = bytearray(log.read_bytes())
    raw[8:10] = (99).to_bytes(2, "little")
    raw[SEGMENT.size : SEGMENT.size + 4] = zlib.crc32(raw[: SEGMENT.size]).to_bytes(4, "little")
    with pytest.raises(NewerVersionError, match="format version 99") as caught:
        wb.open(changed(log, bytes(raw)))
    assert "pip install -U" in str(caught.value)


def test_truncated(log: Path) -> None:
    whole = wb.open(log).events
    path = changed(log, log.read_bytes()[:-37])
    recording = wb.open(path)
    assert "torn" in recording.warnings[0]
    seen = recording.events
    assert seen["seq"].tolist() == whole["seq"].tolist()[: len(seen)]
    with pytest.raises(TornLogError):
        wb.open(path, mode="strict")


def test_rotten_middle(log: Path) -> None:
    raw = bytearray(log.read_bytes())
    raw[len(raw) // 2] ^= 0x40
    path = changed(log, bytes(raw))
    whole, seen = wb.open(log).events, wb.open(path).events
    assert seen["seq"].tolist() == whole["seq"].tolist()[: len(seen)]
    assert len(whole) - 1 <= len(wb.open(path, mode="salvage").events) < len(whole) + 1
    for mode in ("tail", "strict"):
        with pytest.raises(RottenLogError, match="rotten"):
            wb.open(path, mode=mode)
    verdict = wb.open(path, mode="salvage").run("one").verdict()
    assert set(verdict.options["safety"].astype(str)) <= {"UNSAFE", "CHECK"}
    with wb.Recorder(path) as recorder, pytest.raises(RottenLogError, match="is not resumed"):
        recorder.run(flow, 20, id="one")
    assert path.read_bytes().startswith(bytes(raw))


def test_another_recordings_frames(log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.wlog"
    with wb.Recorder(other) as recorder:
        recorder.run(flow, 20, id="stranger")
    mixed = log.read_bytes() + other.read_bytes()[SEGMENT.size + 4 :]
    recording = wb.open(changed(log, mixed), mode="salvage")
    assert list(recording.runs["run_id"]) == ["one"]
    assert "rotten" in recording.warnings[0] or "foreign" in recording.warnings[0]


def test_a_msgpack_bomb_stays_within_bounds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.wlog"
    body = b"\xdd\x00\x98\x96\x80" + b"\x90" * 10_000_000  # ten million empty arrays
    writer = open_writer(path)
    run = writer.run_number("bomb")
    name = writer.name_number(Declaration("act"))
    writer.append(EventType.StepStarted, run, name, (1,), body, attempt=1)
    writer.close()
    code = f"""
        import resource, workbench as wb
        from workbench._errors import PayloadError
        def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        import workbench.recording
        before = peak()
        run = wb.open({str(path)!r}).run()
        assert len(run.events) == 1
        assert run.steps["name"].tolist() == ["act"]
        try: run.payload(int(run.events["seq"].iloc[0]))
        except PayloadError as error: print(type(error).__name__)
        print(peak() - before)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    error, grown = done.stdout.split()
    assert error == "UndecodableError"
    assert int(grown) <= (64 << 20) + 2 * path.stat().st_size
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0


def test_code_that_cannot_be_imported(tmp_path: Path) -> None:
    path = tmp_path / "gone.wlog"
    namespace: dict[str, object] = {"__name__": "a_module_that_is_gone", "wb": wb}
    exec("@wb.workflow\ndef flow():\n    return 1\n", namespace)  # noqa: S102 - code that exists nowhere else
    with wb.Recorder(path) as recorder:
        recorder.run(namespace["flow"], id="gone")  # type: ignore[arg-type]  # it is a workflow
    run = wb.open(path).run()
    assert len(run.events) == 2
    assert run.verdict().status == "completed"
    with pytest.raises(CodeNotFoundError, match="a_module_that_is_gone:flow cannot be imported"):
        run.replay()


def test_a_result_that_cannot_be_encoded(tmp_path: Path) -> None:
    path = tmp_path / "strange.wlog"
    BODIES.clear()
    with wb.Recorder(path) as recorder:
        with pytest.raises(UnrecordableError, match="has run, and its result cannot be recorded"):
            recorder.run(strange_flow, id="strange")
        with pytest.raises(UnrecordableError):
            recorder.run(strange_flow, id="strange")
    assert BODIES == [3]
    run = wb.open(path).run()
    assert run.effects()["state"].astype(str).tolist() == ["committed"]
    assert "unrecorded" in run.payload(int(run.events.query("event == 'StepCompleted'")["seq"].iloc[0]))


def test_an_argument_that_cannot_be_encoded_stops_before_the_effect(tmp_path: Path) -> None:
    @wb.workflow
    def careless() -> int:
        return act(lambda: 3)  # type: ignore[arg-type]  # the point of the test

    BODIES.clear()
    with wb.Recorder(tmp_path / "a.wlog") as recorder, pytest.raises(UnrecordableError, match=r"\$\.args\[0\]"):
        recorder.run(careless, id="careless")
    assert BODIES == []


def test_unreadable_payloads_do_not_hide_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "half.wlog"
    writer = open_writer(path)
    run, name = writer.run_number("r"), writer.name_number(Declaration("act"))
    writer.append(EventType.RunStarted, run, name, (), msgpack.packb({"args": [], "kwargs": {}, "workflow": "x:y"}))
    writer.append(EventType.StepStarted, run, name, (1,), b"\xc1", attempt=1)
    writer.close()
    seen = wb.open(path).run("r")
    assert len(seen.steps) == 1
    with pytest.raises(PayloadError):
        seen.payload(int(seen.events["seq"].iloc[-1]))


def test_every_error_says_what_to_do_next() -> None:
    error = WorkbenchError("something happened", hint="do this")
    assert str(error) == "something happened\n  → do this"
