"""`workbench replay` at a real terminal: one key after the other."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb
from workbench.cli import main

CODE = """\
import workbench as wb

@wb.step(kind="read")
def price(sku): return len(sku)

@wb.workflow
def sell(skus):
    total = 0
    for sku in skus:
        amount = price(sku)
        total += amount
    return total
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, str]:
    from workbench.recording import code_at

    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    path = tmp_path / "shopkeeping.py"
    path.write_text(CODE)
    place = f"{path}:sell"
    with wb.Recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(code_at(place), ["a", "bb", "ccc"], id="r")
    return tmp_path / "a.wlog", place


def typed(log: Path, place: str, keys: list[str]) -> str:
    """What a terminal shows when these lines are typed."""
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "workbench", "replay", str(log), "--code", place]
    child = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, close_fds=True)
    os.close(slave)
    os.write(master, "".join(f"{key}\n" for key in keys).encode())
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(master)
    assert child.wait(60) == 0
    return shown.decode()


def test_every_key_at_a_real_terminal(shop: tuple[Path, str]) -> None:
    log, place = shop
    keys = [
        "n", "N", "P", "g 5", "p", "b 10 if total > 0", "b", "g 0", "c", "rc", "B", "c", "rc", "g 3", "e total * 100",
        "w total", "v total", "s", "l", "b shopkeeping.py:11", "c", "l", "/ 'bb'", "o", "d", "p sku", "q", "?",
        "nonsense", "e 1 +", "g x", "q",
    ]  # fmt: skip
    shown = typed(log, place, keys)
    stops = re.findall(r"(?:^|q > )#(\d+) (\w+)", shown.replace("\r", ""), re.MULTILINE)
    assert [int(number) for number, _ in stops] == [
        0, 1, 2, 1, 5, 4, 0, 3, 7, 0, 3, 9, 11, 4, 0, 1, 3,
    ]  # fmt: skip
    for words in (
        "breakpoint: stop at line 10 where total > 0", "lines on: ", "lines off: ", "is as recorded", "(Pdb)", "'bb'",
        "'nonsense' is no command", "is no expression", "go where?", "1 live branch at stop 3", "completed with 6",
    ):  # fmt: skip
        assert words in shown, words
    assert re.search(r"q > 100\r?$", shown, re.MULTILINE)
    assert "Line" in {event for _, event in stops}
    assert "Traceback" not in shown


def test_lines_and_watches_without_a_terminal(shop: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    log, place = shop
    assert main(["replay", str(log), "--code", place, "--all", "--lines"]) == 0
    assert capsys.readouterr().out.count("Line at run") == 12
    assert main(["replay", str(log), "--code", place, "--watch", "total", "--watch", "nothing"]) == 0
    shown = capsys.readouterr().out
    assert "nothing: NameError: name 'nothing' is not defined" in shown
    assert [line.split()[-1] for line in shown.splitlines() if " total " in f"{line} "][:4] == ["0", "1", "3", "6"]
