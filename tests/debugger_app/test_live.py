"""A cell follows a recording that another process is writing, and does not where it is told not to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.debugger_app.stage import open_stage
from tests.recording.shop import buy
from workbench.debugger.desk import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

ROOT = Path(__file__).parents[2]
LOOKS = "window.asked.filter(each => each.ask === 'follow').length"


class Writer:
    """Another process, which records a run when it is told to."""

    def __init__(self, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "tests.server.writer", str(log)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def record(self, run_id: str) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{run_id}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == f"{run_id}\n"

    def end(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = Writer(tmp_path / "live.wlog")
    made.record("one")
    made.record("two")
    yield made
    made.end()


def test_runs_that_another_process_records_appear_in_the_list(page: Page, writer: Writer) -> None:
    open_stage(page, Desk(wb.open(writer.log)), start=False)
    page.evaluate("window.start({ follows: true })")
    page.get_by_text("2 runs").last.wait_for()
    writer.record("three")
    page.locator(".dw-runs .dw-row", has_text="three").wait_for()
    page.get_by_text("3 runs").last.wait_for()


def test_a_cell_that_does_not_follow_asks_for_nothing(page: Page, writer: Writer) -> None:
    page.clock.install()
    open_stage(page, Desk(wb.open(writer.log)), start=False)
    page.evaluate("void window.start({ follows: false })")
    page.clock.run_for(1000)
    page.get_by_text("2 runs").last.wait_for()
    page.clock.run_for(60_000)
    assert page.evaluate(LOOKS) == 0


@pytest.mark.parametrize("follow", [True, False])
def test_the_widget_is_told_whether_to_follow(tmp_path: Path, follow: bool) -> None:  # noqa: FBT001 - a parameter of the test
    pytest.importorskip("anywidget", reason="the widget comes with the extra `notebook`")
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(buy, ["book"], id="one")
    shown = wb.Debugger(tmp_path / "a.wlog", follow=follow)
    assert shown.get_state()["follows"] is follow
    shown.close()
    usual = wb.Debugger(tmp_path / "a.wlog")
    assert usual.follows is True
    usual.close()
