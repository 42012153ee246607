"""Every notebook runs from top to bottom in a fresh kernel, and none is committed with output."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.xdist_group("notebooks")  # long ones, begun early and not at the end

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
_PLUGIN = "workbench.testing.plugin"


def _read(path: Path) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(path, 4)  # type: ignore[no-untyped-call]  # it has no annotations
    return notebook


LONG = ("03", "05", "08", "09", "11", "12")
"""They sweep for half a minute each: at night, while their exercises are played by day, too."""
RUN = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.nightly] if path.stem.startswith(LONG) else [])
    for path in NOTEBOOKS
]


@pytest.mark.parametrize("path", RUN)
def test_runs_from_top_to_bottom(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if all(point.value != _PLUGIN for point in entry_points(group="pytest11")):
        monkeypatch.setenv("PYTEST_PLUGINS", _PLUGIN)  # where the package is not installed, only on the path
    notebook = _read(path)
    client = NotebookClient(
        notebook, timeout=180, kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )  # fmt: skip
    client.execute()
    for cell in notebook.cells:
        if any(tag.startswith("check") for tag in cell.metadata.get("tags", [])):
            assert "not yet" in str(cell.outputs), "what the learner finds is no solution"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_committed_without_output(path: Path) -> None:
    cells = _read(path).cells
    assert not [cell.id for cell in cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]
