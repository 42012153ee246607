"""The post-mortem notebook: valid, and every cell of it runs in a fresh kernel."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.clock import FakeClock
from tests.recording.shop import buy
from workbench.views.post_mortem import notebook_names, post_mortem_notebook, write_post_mortem


def test_every_cell_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeClock().recorder(tmp_path / "shop.wlog") as recorder:
        recorder.run(buy, ["book"], id="first")
        recorder.run(buy, ["pen"], id="second")
    here = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")])))
    notebook = nbformat.read(write_post_mortem(tmp_path / "shop.wlog", "second"), 4)  # type: ignore[no-untyped-call]  # it has no annotations
    nbformat.validate(notebook)
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", store_widget_state=False,
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()  # fmt: skip
    texts = [str(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    assert "second" in texts[2]
    assert all(texts[1:6])


def test_without_a_run_it_begins_with_the_first_one() -> None:
    sources = [cell["source"] for cell in post_mortem_notebook("a.wlog")["cells"]]
    assert 'run = next(iter(rec))  # or rec.run("…")\nrun' in sources
    assert any("run.replay()" in source for source in sources)
    assert not any("replay" in cell["source"] for cell in post_mortem_notebook("a.wlog", replays=False)["cells"])


def test_its_text_is_json_that_any_reader_takes() -> None:
    text = json.dumps(post_mortem_notebook('odd "\U0001f600\ud800".wlog', "\u2028"))
    assert r"rec = wb.open(\"odd \\\"" in text
    assert r"\\u2028" in text
    assert r"\\ud800" in text


def test_names_do_not_end() -> None:
    names = notebook_names("shop.tar.wlog")
    assert [next(names) for _ in range(3)] == ["shop.tar.ipynb", "shop.tar-2.ipynb", "shop.tar-3.ipynb"]
