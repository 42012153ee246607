"""A module that is edited and reloaded in one session, as in a notebook: every text shown is the present one."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from workbench.recording import Run

_CODE = """
import random

import workbench as wb

@wb.step(kind="write")
def charge(cents):
    return f"ch_{cents}"

def total(cents):
    return cents

@wb.workflow
def sell(cents):
    charged = total(cents)
    return charge(charged)
"""
_LAST = "    return charge(charged)"
_NAME = "edited_shop"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / f"{_NAME}.py").write_text(_CODE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield importlib.import_module(_NAME)
    del sys.modules[_NAME]


@pytest.fixture
def edit(shop: Any) -> Callable[[str, str], None]:
    def change(old: str, new: str) -> None:
        path = Path(shop.__file__)
        path.write_text(path.read_text().replace(old, new))
        importlib.reload(shop)

    return change


@pytest.fixture
def run(shop: Any, tmp_path: Path) -> Run:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(shop.sell, 7, id="before")
    run = wb.open(tmp_path / "a.wlog").run()
    assert "return charge(charged)" in "\n".join(run.replay().excerpt()), "by now Python knows the text"
    return run


def test_a_replay_shows_the_edited_lines(run: Run, edit: Callable[[str, str], None]) -> None:
    edit(_LAST, f"    fee = 1\n{_LAST}")
    trace = run.replay()
    trace.goto(-1)
    assert "fee = 1" in "\n".join(trace.excerpt())


def test_the_edit_is_explained(run: Run, edit: Callable[[str, str], None]) -> None:
    edit(_LAST, "    return charge(charged + 1)")
    explanation = run.explain(trust_log=True)
    assert explanation.sure == "proved"
    assert "+    return charge(charged + 1)" in explanation.code_difference


def test_lint_reads_the_edited_code(shop: Any, edit: Callable[[str, str], None]) -> None:
    assert wb.lint(shop.sell) == []
    edit(_LAST, "    return charge(random.random())")
    assert [finding.rule for finding in wb.lint(shop.sell)] == ["WB102"]


@pytest.mark.usefixtures("run")
def test_the_edited_source_is_recorded(shop: Any, edit: Callable[[str, str], None], tmp_path: Path) -> None:
    edit(_LAST, f"    fee = 1\n{_LAST}")
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(shop.sell, 7, id="after")
    history = wb.open(tmp_path / "a.wlog").run("after").history
    assert ["fee = 1" in source.text for source in history.sources.values()] == [False, True]


def test_a_change_is_found_in_a_checkout_elsewhere(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{_NAME}.py").write_text(_CODE.replace("    return cents\n", "    return cents + 1\n"))
    monkeypatch.syspath_prepend(str(elsewhere))
    monkeypatch.delitem(sys.modules, _NAME)
    explanation = run.explain(trust_log=True)
    assert explanation.sure == "proved"
    assert explanation.line_now.startswith(str(elsewhere))
    assert "+    return cents + 1" in explanation.code_difference.splitlines()
