"""The post-mortem notebook of the server: about the run that is worst off, beside the recording, over no other file."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest

from tests.engines.real import Told
from tests.incident import killed_demo
from tests.server.served import Server, record, server
from workbench._errors import NotAllowedError
from workbench.engines import replays
from workbench.server import notebook
from workbench.server.notebook import draft
from workbench.server.place import Root
from workbench.simulate.demo import Demo

__all__ = ["killed_demo", "server"]

pytestmark = pytest.mark.xdist_group("server")


def sources(path: Path) -> list[str]:
    read = nbformat.read(path, 4)  # type: ignore[no-untyped-call]  # it has no annotations
    nbformat.validate(read)
    return [cell.source for cell in read.cells]


def written(server: Server, path: str) -> str:
    found = server.send("POST", "notebook", {"path": path})
    assert found.status_code == 200, found.text
    assert found.json().keys() == {"path"}
    return str(found.json()["path"])


def test_it_is_written_beside_the_recording_and_over_nothing(server: Server) -> None:
    record(server.root / "sub" / "day 1.wlog", "one")
    assert written(server, "sub/day 1.wlog") == "sub/day 1.ipynb"
    first = (server.root / "sub" / "day 1.ipynb").read_bytes()
    assert written(server, "sub/day 1.wlog") == "sub/day 1-2.ipynb"
    assert (server.root / "sub" / "day 1.ipynb").read_bytes() == first
    (server.root / "sub" / "day 1-3.ipynb").symlink_to("/nowhere/at/all")
    assert written(server, "sub/day 1.wlog") == "sub/day 1-4.ipynb"
    assert 'rec = wb.open("day 1.wlog")' in sources(server.root / "sub" / "day 1-4.ipynb")[1]


def test_it_is_about_the_run_that_is_worst_off(server: Server, killed_demo: Demo) -> None:
    shutil.copy(killed_demo.log, server.root / "incident.wlog")
    record(server.root / "incident.wlog", "afterwards")
    cells = sources(server.root / written(server, "incident.wlog"))
    (opened,) = [cell for cell in cells if cell.startswith("run = ")]
    assert opened != 'run = rec.run("afterwards")\nrun'
    assert opened.startswith('run = rec.run("')
    for wanted in ("rec.triage()", "run.why()", "run.hazards()", "run.effects()", "wb.Debugger(run)"):
        assert wanted in cells


def test_runs_of_an_engine_that_is_not_replayed_have_no_cells_for_it(server: Server) -> None:
    told = Told()
    told.started()
    told.write(server.root / "history.json")
    cells = "\n".join(sources(server.root / written(server, "history.json")))
    assert ("replay" in cells) == replays("temporal")
    assert "run.verdict()" in cells


@pytest.mark.parametrize(
    "run_id", ['"); import os; os.system("x")  # ', "line\nbreak", "\u202eevil", "\U0001f600", "\\", "é"]
)
def test_an_odd_run_id_is_a_text_in_the_cell(tmp_path: Path, run_id: str) -> None:
    record(tmp_path / "a.wlog", run_id)
    content = draft(Root(tmp_path), "a.wlog").content
    (source,) = [cell["source"] for cell in content["cells"] if cell["source"].startswith("run = ")]
    asked: list[str] = []
    given = {"rec": type("Recording", (), {"run": staticmethod(asked.append)})}
    exec(compile(source, "cell", "exec"), given)  # noqa: S102 - what the cell means is the very question
    assert asked == [run_id]
    assert all(each.isprintable() or each == "\n" for each in source)


def test_a_folder_that_may_not_be_written_is_not_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(tmp_path / "a.wlog", "one")

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(NotAllowedError, match=r"beside 'a\.wlog'"):
        notebook._taken(tmp_path, "a.wlog")


def test_where_it_cannot_be_saved_nothing_is_left(server: Server) -> None:
    """The contents manager refuses a notebook that is larger than the disk has room for, or that a hook forbids."""
    import asyncio

    record(server.root / "a.wlog", "one")
    drafted = draft(Root(server.root), "a.wlog")
    assert drafted.file.exists()

    class Full:
        def save(self, model: object, path: str) -> None:
            raise OSError(28, f"No space left on device: {path} {type(model).__name__}")

    with pytest.raises(OSError, match="No space"):
        asyncio.run(notebook.save(Full(), drafted))
    assert not drafted.file.exists()


def test_a_very_long_name_is_shortened(tmp_path: Path) -> None:
    name = "é" * 120 + ".wlog"
    record(tmp_path / name, "one")
    drafted = draft(Root(tmp_path), name)
    assert drafted.path == "é" * 100 + ".ipynb"
    assert json.dumps(name, ensure_ascii=False) in drafted.content["cells"][1]["source"]
