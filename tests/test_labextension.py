"""What the extension adds to JupyterLab, seen from a browser."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import open_lab

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser import Lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COMMAND = "durable-workbench:open-in-notebook"
LABEL = "Open Recording in a Notebook"


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    if not (Path(sys.prefix) / "share/jupyter/labextensions/durable-workbench/package.json").is_file():
        pytest.skip("durable-workbench is not pip-installed in this environment, so JupyterLab lacks its extension")


@pytest.fixture
def recording(lab: Lab) -> Path:
    """A recording in a folder of its own, with a name that needs quoting; the extension never reads its bytes."""
    path = lab.root / "orders" / 'shop "é".wlog'
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x00\xff not text")
    for notebook in path.parent.glob("*.ipynb"):
        notebook.unlink()
    return path


def show_folder(page: Page, lab: Lab, recording: Path) -> None:
    open_lab(page, lab)
    page.evaluate(
        "path => window.jupyterapp.commands.execute('filebrowser:go-to-path', {path, dontShowBrowser: false})",
        recording.parent.name,
    )
    page.locator(".jp-DirListing-item[data-file-type=wlog]").wait_for()


def sources(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells]


def test_the_file_type_is_registered(lab: Lab, page: Page) -> None:
    open_lab(page, lab)
    file_type = page.evaluate(
        """() => {
            const { displayName, extensions, mimeTypes, contentType, fileFormat } =
                window.jupyterapp.docRegistry.getFileType('wlog');
            return { displayName, extensions, mimeTypes, contentType, fileFormat };
        }"""
    )
    assert file_type == {
        "displayName": "Workflow recording",
        "extensions": [".wlog"],
        "mimeTypes": ["application/x-wlog"],
        "contentType": "file",
        "fileFormat": "base64",
    }


def test_the_file_browser_shows_the_icon(lab: Lab, page: Page, recording: Path, artefacts: Path) -> None:
    show_folder(page, lab, recording)
    item = page.locator(".jp-DirListing-item[data-file-type=wlog]")
    assert item.locator("svg[data-icon='durable-workbench:recording']").is_visible()
    page.screenshot(path=artefacts / "file-browser.png")


def test_the_context_menu_opens_a_recording_in_a_notebook(
    lab: Lab, page: Page, recording: Path, artefacts: Path
) -> None:
    show_folder(page, lab, recording)
    page.locator(".jp-DirListing-item[data-file-type=wlog]").click(button="right")
    page.locator(".lm-Menu-item", has_text=LABEL).click()
    page.locator(".jp-Notebook .jp-Cell").nth(2).wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()  # a kernel of the right language, unasked
    page.screenshot(path=artefacts / "notebook.png")
    assert sources(recording.with_suffix(".ipynb")) == [
        "import workbench as wb",
        r'rec = wb.open("shop \"é\".wlog")',
        "rec",
    ]


def test_a_notebook_that_is_there_is_not_overwritten(lab: Lab, page: Page, recording: Path) -> None:
    taken = recording.with_suffix(".ipynb")
    taken.write_text("{}")
    open_lab(page, lab)
    page.evaluate(
        "([id, path]) => window.jupyterapp.commands.execute(id, { path })",
        [COMMAND, recording.relative_to(lab.root).as_posix()],
    )
    page.locator(".jp-Notebook .jp-Cell").nth(2).wait_for()
    assert taken.read_text() == "{}"
    assert sources(recording.with_name(f"{recording.stem}-2.ipynb"))[-1] == "rec"


def test_the_palette_offers_the_command_for_a_selected_recording(lab: Lab, page: Page, recording: Path) -> None:
    show_folder(page, lab, recording)
    page.locator(".jp-DirListing-item[data-file-type=wlog]").click()
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input").fill(LABEL)
    page.locator(".lm-CommandPalette-item:not(.lm-mod-disabled)", has_text=LABEL).click()
    page.locator(".jp-Notebook .jp-Cell").nth(2).wait_for()
    assert recording.with_suffix(".ipynb").exists()
