"""Histories of AWS and Restate, opened with the debugger: every question that reads is answered, and none acts."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import workbench as wb
from tests.debugger.asking import ask as ask_desk
from tests.engines.aws_told import aws_files, local_file
from tests.engines.restate_told import restate_file
from tests.server.test_desks import ask, reading_questions
from workbench.debugger.desk import Desk
from workbench.debugger.wire import ANSWERS
from workbench.debugger.wire.shapes import misfits
from workbench.server.desks import Desks
from workbench.server.place import Root

FILES: dict[str, Callable[[], Path]] = {
    "aws retries": lambda: next(path for path in aws_files() if path.name.startswith("steps-with-retry")),
    "aws in parallel": lambda: next(path for path in aws_files() if path.name.startswith("parallel-heterogeneous")),
    "aws dump": local_file,
    "restate journal": lambda: restate_file("crash_indoubt.json"),
    "restate invocations": lambda: restate_file("final_sys_invocation.json"),
}
NEEDS_A_BRANCH = {"stop", "diff"}


@pytest.fixture(params=FILES)
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A real history where the server finds it."""
    return Path(shutil.copy(FILES[request.param](), tmp_path / "history.json"))


def test_every_question_that_reads_is_answered(history: Path) -> None:
    desks = Desks(Root(history.parent))
    before = history.read_bytes()
    runs = ask(desks, history.name, "runs")["run_ids"]
    assert runs
    for run_id in runs[:5]:
        for asked, facts in reading_questions(desks, history.name, run_id).items():
            if asked not in NEEDS_A_BRANCH | {"plan"}:
                answer = ask(desks, history.name, asked, **facts)
                assert list(misfits(json.loads(json.dumps(answer)), ANSWERS[asked])) == [], asked
    assert history.read_bytes() == before
    assert [path.name for path in history.parent.iterdir()] == [history.name]


def test_runs_of_another_engine_are_not_acted_on_from_a_list(history: Path) -> None:
    desk = Desk(wb.open(history))
    run_ids = ask_desk(desk, "runs")["run_ids"][:5]
    before = history.read_bytes()
    rows = ask_desk(desk, "plan_each", run_ids=run_ids, action="rerun")["rows"]
    assert {row["deed"] for row in rows} == {"surprise"}
    chosen = [
        {name: row[name] for name in ("run_id", "from_step", "expected", "events")} | {"action": "rerun"}
        for row in rows
    ]
    (first, *others) = ask_desk(desk, "act_each", runs=chosen)["rows"]
    assert (first["deed"], {row["deed"] for row in others} - {"untouched"}) == ("surprise", set())
    assert history.read_bytes() == before


def test_the_server_answers_as_many_runs_as_the_file_holds() -> None:
    root = Root(aws_files()[0].parent)
    for path in aws_files():
        answer = asyncio.run(Desks(root).ask(path.name, {"ask": "hello"}))
        assert answer
