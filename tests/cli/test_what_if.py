"""Every edit from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.shop import buy, impatient
from workbench.cli.main import main


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.wlog"
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book", "pen"], id="one")
        recorder.run(impatient, id="two")
    return path


def run(capsys: pytest.CaptureFixture[str], log: Path, run_id: str, *words: str) -> tuple[int, str, str]:
    code = main(["what-if", str(log), run_id, *words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("run_id", "words", "outcome"),
    [
        ("one", ["--returns", "price#2=5"], "the code asks for charge(9)"),
        ("one", ["--returns", "@1=5"], "the code asks for charge(8)"),
        ("one", ["--raises", "charge=TimeoutError: lost"], "failed with TimeoutError: lost"),
        ("one", ["--delays", "charge=3600"], "completed with Receipt(charge='ch_7', cents=7)"),
        ("one", ["--drops", "charge"], "its answer is pretended never to come"),
        ("one", ["--crashes", "charge"], "in doubt"),
        ("one", ["--crashes", "charge:before"], "the log holds no answer"),
        ("one", ["--crashes", "charge:before", "--answer", '"ch_x"'], "Receipt(charge='ch_x', cents=7)"),
        ("one", ["--input", '[["cd"]]'], "the code asks for price('cd')"),
        ("one", ["--input", '{"skus": ["book"]}'], "the code asks for charge(4)"),
        ("two", ["--signals", 'approved="yes"'], "completed with 'yes'"),
        ("two", ["--shifts-clock", "3600"], "completed with 'gave up'"),
    ],
)
def test_each_edit(log: Path, capsys: pytest.CaptureFixture[str], run_id: str, words: list[str], outcome: str) -> None:
    code, out, err = run(capsys, log, run_id, *words)
    assert (code, err) == (0, "")
    assert outcome in out, out


def test_a_moment_is_an_event(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = wb.open(log).run("two").events
    awaited = events.loc[events["event"] == "SignalAwaited", "seq"].iloc[0]
    assert "completed with 'yes'" in run(capsys, log, "two", "--signals", f'approved="yes"@{awaited}')[1]
    assert "completed with 'gave up'" in run(capsys, log, "two", f"--shifts-clock=-60@{awaited}")[1]
    assert "needs an answer" in run(capsys, log, "two", "--crashes", str(awaited))[1]


def test_what_only_takes_another_time_is_shown_too(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, log, "one", "--delays", "charge=3600")[1]
    assert "no call differs from the recorded run" in out
    assert "3,600.000" in out
    assert "right seconds" in out


def test_a_branch_is_saved_and_gone_on_with(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = run(capsys, log, "one", "--crashes", "charge", "--save", "died")
    assert code == 0
    assert "needs an answer" in run(capsys, log, "one", "--branch", "died")[1]
    assert "charge='again'" in run(capsys, log, "one", "--branch", "died", "--answer", '"again"')[1]
    assert list(wb.open(log).run("one").branches) == ["died"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--returns", "price#x=1"], "names no occurrence"),
        (["--delays", "charge=soon"], "is no number of seconds"),
        (["--delays", "charge=-1"], "cannot be -1"),
        (["--signals", "approved"], "has no '='"),
        (["--crashes", "charge:never"], "does not die 'never'"),
        (["--shifts-clock", "60@x"], "is no number of an event"),
        (["--crashes", "999"], "has no event 999"),
        (["--branch", "none"], "no saved branch 'none'"),
        (["--returns", "@0=1"], "is no position"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(
    log: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    code, _, err = run(capsys, log, "one", *words)
    assert code == 2
    assert message in err
    assert "Traceback" not in err
