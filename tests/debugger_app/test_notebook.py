"""`wb.Debugger(run)` in a cell of a real JupyterLab: kernel, comm, bundle and app together."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.browser import open_lab
from tests.incident import killed_demo

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser import Lab
    from workbench.simulate.demo import Demo

__all__ = ["killed_demo"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SOURCE = 'import workbench as wb\nwb.Debugger(wb.open("debugged.wlog").run())'


@pytest.fixture
def notebook(lab: Lab, killed_demo: Demo) -> str:
    folder = lab.root / "debugger"
    folder.mkdir(exist_ok=True)
    shutil.copy(killed_demo.log, folder / "debugged.wlog")
    cell: dict[str, object] = {
        "cell_type": "code",
        "id": "a",
        "source": SOURCE,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
    }
    kernel = {"name": "python3", "display_name": "Python 3"}
    book = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "debug.ipynb").write_text(json.dumps(book))
    return "debugger/debug.ipynb"


def test_a_run_is_debugged_in_a_cell(lab: Lab, page: Page, notebook: str, artefacts: Path) -> None:
    open_lab(page, lab, notebook)
    page.locator(".jp-Notebook .jp-Cell").wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    page.evaluate("() => { void window.jupyterapp.commands.execute('notebook:run-all-cells') }")
    app = page.locator(".dw-app")
    app.get_by_text("event 10 of 10").wait_for(timeout=60_000)

    app.get_by_role("button", name="Step back").click()
    app.get_by_text("event 9 of 10").wait_for()
    page.keyboard.press("p")  # the app has the focus: JupyterLab must not take the key for a command of its own
    app.get_by_text("event 8 of 10").wait_for()

    app.get_by_role("button", name="Replay this run to see its variables").click()
    app.get_by_role("table", name="Variables").wait_for(timeout=30_000)
    app.get_by_role("button", name="Edit result").click()
    page.wait_for_function("document.querySelector('.dw-json')?.value.includes('11800')")
    app.get_by_role("button", name="Replay with this edit").click()
    app.get_by_text("The code needs an answer").wait_for(timeout=30_000)
    app.get_by_role("tab", name="decide").click()
    app.locator(".dw-option .dw-safety", has_text="SAFE").first.wait_for(timeout=30_000)
    page.screenshot(path=artefacts / "notebook-debugger.png")
