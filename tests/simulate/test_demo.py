"""The whole product on a real incident: load, step both ways, change, decide; and none of it acts."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.incident import doubtful_demo, doubtful_run, killed_demo, killed_run
from workbench._errors import InDoubtError, LogBusyError
from workbench.recording import Run, open_recording
from workbench.replay import Completed, Failed, Needs
from workbench.simulate import checkout as code
from workbench.simulate.checkout import checkout
from workbench.simulate.demo import Demo
from workbench.simulate.ledger import digest

__all__ = ["doubtful_demo", "doubtful_run", "killed_demo", "killed_run"]

_touched: list[tuple[str, Any]] = []
_watching = {"on": False}
_WORLD = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "subprocess.", "os.", "sqlite3.", "urllib.", "http.")
_READS = {"os.listdir", "os.scandir", "os.stat"}


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook of the test's own, independent of the product's tripwire."""
    if not _watching["on"]:
        return
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        if writes or (flags and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            _touched.append((event, path))
    elif event.startswith(_WORLD) and event not in _READS:
        _touched.append((event, arguments))


@pytest.fixture(scope="module", autouse=True)
def _hook() -> None:
    sys.addaudithook(_watch)


def folder_state(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*") if path.is_file()}


def test_the_log_says_what_the_shop_knows(killed_demo: Demo, killed_run: Run) -> None:
    states = killed_run.effects().set_index("name")["state"].astype(str).to_dict()
    assert states == {"reserve_stock": "committed", "charge_card": "committed"}
    assert killed_run.status == "interrupted"
    assert killed_demo.truth() == {"charged_cents": 11800, "extensions": 0}


def test_replay_and_what_if_touch_neither_network_nor_disk(
    killed_demo: Demo, killed_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, files = digest(killed_demo.shop.ledger_path), folder_state(killed_demo.folder)
    monkeypatch.setattr(code, "_call", lambda *_: pytest.fail("a step body was called"))
    killed_run.replay(checkout)  # imports that the first replay needs are not the replay's own reads
    _touched.clear()
    _watching["on"] = True
    try:
        trace = killed_run.replay(checkout)
        branch = killed_run.what_if(checkout).raises("charge_card", TimeoutError("no answer")).replay()
        answered = killed_run.what_if(checkout).answer({"until": "x"}).answer("mail-1").replay()
    finally:
        _watching["on"] = False
    assert _touched == []
    assert (len(trace), type(branch.outcome), type(answered.outcome)) == (13, Failed, Completed)
    assert digest(killed_demo.shop.ledger_path) == before
    assert folder_state(killed_demo.folder) == files


def test_the_watch_would_have_seen_it() -> None:
    _touched.clear()
    _watching["on"] = True
    try:
        with socket.socket() as probe:
            probe.connect_ex(("127.0.0.1", 9))
    finally:
        _watching["on"] = False
    assert [event for event, _ in _touched] == ["socket.connect"]


def test_stepping_both_ways_shows_line_locals_and_changes(killed_run: Run) -> None:
    trace = killed_run.replay(checkout)
    lines = Path(code.__file__).read_text().splitlines()
    last = trace.goto(-1)
    assert "extend_subscription(session" in lines[last.line - 1]
    assert last.locals["charge"].startswith("Charge(id='ch_0_0001'")
    charged = next(stop for stop in trace.steps if stop.event == "StepStarted" and stop.name == "charge_card")
    assert "charge" not in charged.locals
    assert trace.back().event == "ClockRead"
    assert trace.step() == last
    assert isinstance(trace.outcome, Needs)
    assert trace.outcome.name == "extend_subscription"


def test_killed_during_the_charge_it_is_in_doubt_and_never_not_started(doubtful_demo: Demo, doubtful_run: Run) -> None:
    states = doubtful_run.effects().set_index("name")["state"].astype(str).to_dict()
    assert states == {"reserve_stock": "committed", "charge_card": "in_doubt"}
    assert doubtful_demo.truth()["charged_cents"] == 11800
    verdict = doubtful_run.verdict(checkout)
    resume = verdict.row("resume")
    assert resume is not None
    assert resume.safety == "CHECK"
    assert [doubt.probe for doubt in verdict.in_doubt] == ["find_charge"]


def test_resuming_stops_at_the_doubt_and_the_probe_settles_it(
    doubtful_demo: Demo, doubtful_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(code.SHOP_VARIABLE, doubtful_demo.shop.url)
    with pytest.raises(InDoubtError, match="find_charge"):
        doubtful_run.resume(checkout)
    receipt = open_recording(doubtful_demo.log).run().resume(checkout, in_doubt="probe")
    assert receipt.charge == "ch_0_0001"
    assert doubtful_demo.truth() == {"charged_cents": 11800, "extensions": 1}


def test_resuming_completes_without_a_second_charge(
    killed_demo: Demo, killed_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(code.SHOP_VARIABLE, killed_demo.shop.url)
    verdict = killed_run.verdict(checkout)
    assert verdict.best == "resume"
    rerun = verdict.row("rerun")
    assert rerun is not None
    assert rerun.safety == "UNSAFE"
    with wb.Recorder(killed_demo.log), pytest.raises(LogBusyError):
        killed_run.resume(checkout, accept=["G4"])
    receipt = killed_run.resume(checkout)
    assert receipt.charge == "ch_0_0001"
    assert killed_demo.truth() == {"charged_cents": 11800, "extensions": 1}
    after = open_recording(killed_demo.log).run()
    assert (after.status, after.facts.recoveries) == ("completed", 1)
