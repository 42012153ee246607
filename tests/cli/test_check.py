"""`workbench check`, `explain` and `lint`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.recording.test_recording import sell
from workbench.cli.main import main

PLACE = "tests.recording.test_check:sell_twice"
_BAD = """
import time
import workbench as wb

@wb.workflow
def flow() -> None:
    time.time()
"""


@pytest.fixture
def log(tmp_path: Path) -> str:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sell, "book", id="one")
        recorder.run(sell, "record", id="two")
    return str(tmp_path / "a.wlog")


def test_check_says_that_all_fit(log: str, capsys: Any) -> None:
    assert main(["check", log]) == 0
    assert capsys.readouterr().out.strip() == "2 completed"


def test_check_ends_with_7_where_a_run_diverges(log: str, capsys: Any) -> None:
    assert main(["check", log, "--code", PLACE]) == 7
    out = capsys.readouterr().out
    assert "step inserted" in out
    assert "2 diverged" in out
    assert "wb.patched" in out


def test_explain_prints_cause_lines_and_account(log: str, capsys: Any) -> None:
    assert main(["explain", log, "one", "--code", PLACE]) == 7
    assert "run one diverges at 1: step inserted (likely)" in capsys.readouterr().out
    assert main(["explain", log, "one", "--code", PLACE, "--account", "--trust-log"]) == 7
    out = capsys.readouterr().out
    assert "run one diverges at 1: step inserted (proved)" in out
    assert '+    price("first")' in out
    assert "inserted" in out
    assert main(["explain", log, "one"]) == 0


def test_lint_prints_findings_and_ends_with_1(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "bad_flow.py"
    file.write_text(_BAD)
    assert main(["lint", f"{file}:flow"]) == 1
    assert f"{file}:7:5: WB101 time.time() reads a clock" in capsys.readouterr().out
    assert main(["lint", f"{file}:flow", "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["rule"], finding["cause"], finding["line"]) == ("WB101", "clock", 7)


def test_lint_of_clean_code_ends_with_0(capsys: Any) -> None:
    assert main(["lint", "workbench.simulate.checkout:checkout"]) == 0
    assert capsys.readouterr().out.strip() == "nothing found"
