"""`workbench decide`: prints a plan, refuses what is not SAFE, acts only when told to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli import main

FLOW = """
from pathlib import Path
import workbench as wb

DID = Path(__file__).with_name("did.txt")

def act(name):
    with DID.open("a") as file:
        file.write(name + "\\n")

def refund(order, charge):
    act("refund")

def find(order):
    return "ch-1" if DID.exists() and "charge" in DID.read_text() else None

@wb.step(kind="compensatable", undo=refund, undo_null_safe=True, key=lambda order: f"charge/{order}", probe=find)
def charge(order: str) -> str:
    act("charge")
    if Path(__file__).with_name("die").exists():
        import os
        os._exit(9)
    return "ch-1"

@wb.step(kind="write")
def mail(order: str) -> str:
    if Path(__file__).with_name("no-mail").exists():
        raise ValueError("no address")
    act("mail")
    return "sent"

@wb.workflow
def sell(order: str) -> str:
    return charge(order) + mail(order)

if __name__ == "__main__":
    import flow_of_decide
    with wb.Recorder(Path(__file__).with_name("a.wlog")) as recorder:
        recorder.run(flow_of_decide.sell, "42", id="order-42")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    (tmp_path / "flow_of_decide.py").write_text(FLOW)
    return tmp_path


def sold(folder: Path, trouble: str) -> list[str]:
    """A run in a process of its own that dies or fails; the words that name it."""
    (folder / trouble).touch()
    subprocess.run([sys.executable, "flow_of_decide.py"], cwd=folder, check=False, capture_output=True)
    (folder / trouble).unlink()
    return ["decide", str(folder / "a.wlog"), "order-42"]


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def did(folder: Path) -> list[str]:
    return (folder / "did.txt").read_text().split()


def test_without_do_nothing_is_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = sold(folder, "die")
    before = (folder / "a.wlog").read_bytes()
    place = ["--code", folder / "flow_of_decide.py:sell"]
    for action in ("resume", "retry_from", "rerun", "compensate", "probe"):
        code, out, _ = run(capsys, *words, action, *place)
        assert code == 0
        assert "--do" in out
    assert "undo charge (1), key charge/42" in run(capsys, *words, "compensate", *place)[1]
    assert (folder / "a.wlog").read_bytes() == before
    assert did(folder) == ["charge"]


def test_a_probe_is_asked_recorded_and_the_run_resumed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = sold(folder, "die")
    place = ["--code", folder / "flow_of_decide.py:sell"]
    assert "find says that it happened: 'ch-1'" in run(capsys, *words, "probe", "--do", *place)[1]
    code, out, _ = run(capsys, *words, "resume", "--do", "--by", "ann", "--why", "charged once", *place)
    assert (code, out.strip()) == (0, "done: 'ch-1sent'")
    assert did(folder) == ["charge", "mail"]
    told = json.loads(run(capsys, *words, "record", "--format", "json")[1])
    assert [(one["action"], one["by"]) for one in told["decisions"]] == [("resolve", "probe find"), ("resume", "ann")]


def test_what_is_not_safe_is_refused_with_the_ids_that_accept_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = sold(folder, "no-mail")
    place = ["--code", folder / "flow_of_decide.py:sell"]
    code, _, err = run(capsys, *words, "rerun", "--do", *place)
    assert code == 6
    assert "charge (1): UNSAFE" in err
    assert did(folder) == ["charge"]


def test_a_word_about_a_doubt_is_recorded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = sold(folder, "die")
    named = [*words, "resolve", "--step", "charge", "--happened", "yes", "--result", '"ch-1"', "--why", "seen"]
    assert "Nothing was recorded" in run(capsys, *named)[1]
    code, out, _ = run(capsys, *named, "--do")
    assert code == 0
    assert "best: resume" in out
    assert "seen" in run(capsys, *words, "record")[1]
    assert run(capsys, *words, "resolve", "--step", "charge")[0] == 2
    assert run(capsys, *words, "resolve", "--step", "charge", "--happened", "yes", "--result", "{", "--do")[0] == 2


def test_an_undo_that_fails_is_no_success(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = sold(folder, "no-mail")
    file = folder / "flow_of_decide.py"
    file.write_text(file.read_text().replace('act("refund")', 'raise LookupError("no such charge")'))
    code, out, _ = run(capsys, *words, "compensate", "--do", "--accept", "mail (2)", "--code", f"{file}:sell")
    assert code == 1
    assert "refund failed" in out
