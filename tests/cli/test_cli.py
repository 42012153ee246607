"""The command line on a real incident: what each command prints, and its exit code."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.incident import doubtful_demo, doubtful_run, killed_demo, killed_run
from workbench.cli import main
from workbench.cli.commands import COMMANDS
from workbench.cli.output import Output
from workbench.simulate.demo import Demo

__all__ = ["doubtful_demo", "doubtful_run", "killed_demo", "killed_run"]


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_every_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert command.name in text
        assert command.__doc__


@pytest.mark.parametrize("columns", [40, 60, 100, 200])
def test_a_narrow_table_loses_no_letter(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    letters = "abcdef"
    Output().table(pd.DataFrame([[letter * 19 for letter in letters]], columns=list(letters.upper())))
    printed = capsys.readouterr().out
    assert {letter: printed.count(letter) for letter in letters} == dict.fromkeys(letters, 19)


def test_ls_lists_runs(killed_demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ls", killed_demo.folder)
    assert code == 0
    assert "order-42" in out
    assert "interrupted" in out
    assert "order-42" not in run(capsys, "ls", killed_demo.log, "--status", "completed")[1]


def test_show_lists_steps_events_and_payloads(killed_demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert "charge_card" in run(capsys, "show", killed_demo.log)[1]
    assert "TimerStarted" in run(capsys, "show", killed_demo.log, "--events")[1]
    assert "checkout.py" in run(capsys, "show", killed_demo.log, "--payload", 7)[1]
    code, _, err = run(capsys, "show", killed_demo.log, "--payload", 99999)
    assert code == 2
    assert "no event 99999" in err


def test_timeline_in_the_terminal_and_as_a_page(
    killed_demo: Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert re.search("charge_card +■", run(capsys, "timeline", killed_demo.log)[1])
    page = tmp_path / "t.html"
    assert run(capsys, "timeline", killed_demo.log, "--html", page)[0] == 0
    assert "charge_card" in page.read_text()


def test_replay_prints_every_stop_and_the_frontier(killed_demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "replay", killed_demo.log, "--all")
    assert code == 0
    assert "StepStarted charge_card at 4 · checkout.py:" in out
    assert "needs an answer at 7" in out
    assert "▶" in run(capsys, "replay", killed_demo.log, "--at", 7)[1]


def test_replay_steps_interactively(
    killed_demo: Demo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = iter(["n", "n", "p", "g 7", "q"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(words))
    out = run(capsys, "replay", killed_demo.log)[1]
    seen = [line.split()[0] for line in out.splitlines() if line.startswith("#")]
    assert seen == ["#0", "#1", "#2", "#1", "#7"]


def test_replay_of_other_code_diverges_with_its_own_exit_code(
    killed_demo: Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "other.py"
    other.write_text("from workbench.simulate.checkout import *\nimport workbench as wb\n"
                     "@wb.workflow\ndef changed(order):\n    from workbench.simulate.checkout import send_mail\n"
                     "    send_mail('x', 'y')\n")  # fmt: skip
    code, out, _ = run(capsys, "replay", killed_demo.log, "--code", f"{other}:changed")
    assert code == 7
    assert "diverged at 1" in out


def test_what_if_shows_what_changes(killed_demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "what-if", killed_demo.log, "--raises", "charge_card=TimeoutError: no answer")
    assert code == 0
    assert "failed with TimeoutError" in out
    answers = ["--answer", json.dumps({"until": "x"}), "--answer", '"ml_1"']
    assert "completed with Receipt" in run(capsys, "what-if", killed_demo.log, *answers)[1]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--returns", "charge_crad=1"], 2, "did you mean 'charge_card'"),
        (["--returns", "charge_card"], 2, "has no '='"),
        (["--returns", "charge_card={"], 2, "is no JSON"),
        (["--raises", "charge_card=NoSuchThing"], 2, "no built-in error"),
        (["--code", "no.such:flow"], 7, "cannot be imported"),
        (["--code", "/absent.py:flow"], 7, "no Python file"),
    ],
)
def test_wrong_what_ifs_are_one_clear_line(
    words: list[str], code: int, message: str, killed_demo: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    found, _, err = run(capsys, "what-if", killed_demo.log, *words)
    assert (found, message in err) == (code, True), err
    assert "Traceback" not in err


def test_verdict_answers_by_exit_code(
    killed_demo: Demo, doubtful_demo: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "verdict", killed_demo.log)
    assert (code, "best: resume" in out) == (0, True)
    code, out, _ = run(capsys, "verdict", doubtful_demo.log)
    assert "find_charge" in out


def test_dump_and_doctor(killed_demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert "StepStarted" in run(capsys, "dump", killed_demo.log)[1]
    assert run(capsys, "doctor", killed_demo.log)[0] == 0


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (None, 3, "no recording at"),
        (b"", 4, "is empty"),
        (b"PK\x03\x04 not a log at all", 4, "is no recording"),
        (b"\x89WLG\r\n\x1a\n\x01", 4, "ends inside its header"),
    ],
)
def test_bad_files_are_one_clear_line(
    content: bytes | None, code: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.wlog"
    if content is not None:
        path.write_bytes(content)
    found, _, err = run(capsys, "ls", path)
    assert (found, message in err) == (code, True), err
    assert "Traceback" not in err


def test_demo_makes_an_incident_and_resumes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "demo", tmp_path / "demo", "--crash-at", "in-charge", "--resume")
    assert code == 0
    assert "SIGKILL" in out
    assert "118.00 EUR charged, 0 extension(s)" in out
    assert "118.00 EUR charged, 1 extension(s)" in out
    assert run(capsys, "demo", tmp_path / "demo")[0] == 2


def test_lab_writes_a_post_mortem_over_no_other_file(
    killed_demo: Demo, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "shop.wlog"
    log.write_bytes(killed_demo.log.read_bytes())
    assert run(capsys, "lab", log, "--no-open")[0] == 0
    assert run(capsys, "lab", log, "--no-open")[0] == 0
    assert (tmp_path / "shop.ipynb").exists()
    assert 'wb.open("shop.wlog")' in json.loads((tmp_path / "shop-2.ipynb").read_text())["cells"][1]["source"]
    assert run(capsys, "lab", tmp_path / "absent.wlog", "--no-open")[0] == 3


def test_text_from_a_log_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from workbench.cli.output import Output

    Output().line("\x1b[2J\u202eevil[bold]x[/bold]")
    assert capsys.readouterr().out == "\\x1b[2J\\u202eevil[bold]x[/bold]\n"
