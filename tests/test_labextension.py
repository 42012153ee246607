"""What the extension adds to JupyterLab, seen from a browser."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.browser import hide_server_extension, open_lab, show_folder
from tests.clock import FakeClock
from tests.recording.shop import buy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

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
    """A recording in a folder of its own, with a name that needs quoting."""
    path = lab.root / "orders" / 'shop "é".wlog'
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    with FakeClock().recorder(path) as recorder:
        recorder.run(buy, ["book", "pen"], id="one")
    return path


def choose(page: Page, settings: dict[str, object]) -> None:
    page.evaluate(
        "text => window.jupyterapp.serviceManager.settings.save('durable-workbench:plugin', text)", json.dumps(settings)
    )


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
    show_folder(page, lab, recording.parent.name)
    item = page.locator(".jp-DirListing-item[data-file-type=wlog]")
    assert item.locator("svg[data-icon='durable-workbench:recording']").is_visible()
    page.screenshot(path=artefacts / "file-browser.png")


def test_the_context_menu_opens_a_recording_in_a_notebook(
    lab: Lab, page: Page, recording: Path, artefacts: Path
) -> None:
    show_folder(page, lab, recording.parent.name)
    page.locator(".jp-DirListing-item[data-file-type=wlog]").click(button="right")
    page.locator(".lm-Menu-item", has_text=LABEL).click()
    page.locator(".jp-Notebook .jp-Cell").nth(2).wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()  # a kernel of the right language, unasked
    page.screenshot(path=artefacts / "notebook.png")
    written = sources(recording.with_suffix(".ipynb"))
    assert r'rec = wb.open("shop \"é\".wlog")' in written[1]
    assert 'run = rec.run("one")' in written[3]


def test_without_the_server_extension_a_plain_notebook_is_made(lab: Lab, page: Page, recording: Path) -> None:
    hide_server_extension(page, lab)
    open_lab(page, lab)
    page.evaluate(
        "([id, path]) => window.jupyterapp.commands.execute(id, { path })",
        [COMMAND, recording.relative_to(lab.root).as_posix()],
    )
    page.locator(".jp-Notebook .jp-Cell").nth(2).wait_for()
    assert sources(recording.with_suffix(".ipynb")) == [
        "import workbench as wb",
        r'rec = wb.open("shop \"é\".wlog")',
        "rec",
    ]


def test_what_is_no_recording_makes_no_notebook_and_says_why(lab: Lab, page: Page, recording: Path) -> None:
    recording.write_bytes(b"\x00\xff not text")
    open_lab(page, lab)
    page.evaluate(
        "([id, path]) => { void window.jupyterapp.commands.execute(id, { path }) }",
        [COMMAND, recording.relative_to(lab.root).as_posix()],
    )
    page.locator(".jp-Dialog", has_text="is no recording").wait_for()
    assert list(recording.parent.glob("*.ipynb")) == []


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
    assert 'run = rec.run("one")' in sources(recording.with_name(f"{recording.stem}-2.ipynb"))[3]


def test_the_palette_offers_the_command_for_a_selected_recording(lab: Lab, page: Page, recording: Path) -> None:
    show_folder(page, lab, recording.parent.name)
    page.locator(".jp-DirListing-item[data-file-type=wlog]").click()
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input").fill(LABEL)
    page.locator(".lm-CommandPalette-item:not(.lm-mod-disabled)", has_text=LABEL).click()
    page.locator(".jp-Notebook .jp-Cell").nth(2).wait_for()
    assert recording.with_suffix(".ipynb").exists()


def test_the_toolbar_of_a_notebook_inserts_a_cell_that_debugs(lab: Lab, page: Page, recording: Path) -> None:
    book = {"cells": [], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    (recording.parent / "incident.ipynb").write_text(json.dumps(book))
    open_lab(page, lab, "orders/incident.ipynb")
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()
    page.locator(".jp-Toolbar-item[data-jp-item-name=durable-workbench-debug] jp-button").click()
    page.locator(".jp-Notebook .cm-content", has_text="wb.Debugger(").wait_for()
    assert r'wb.Debugger("shop \"é\".wlog")' in page.locator(".jp-Notebook .jp-Cell").last.inner_text()


def test_the_file_menu_shows_the_list_of_recordings(lab: Lab, page: Page, recording: Path) -> None:
    open_lab(page, lab)
    page.locator(".lm-MenuBar-item", has_text="File").click()
    page.locator(".lm-Menu-item", has_text="Workflow Recordings").click()
    page.locator(".dw-workspace .dw-row", has_text=recording.name).wait_for()


def test_settings_say_what_is_judged_unasked_and_how_a_document_begins(lab: Lab, page: Page, recording: Path) -> None:
    with FakeClock().recorder(recording) as recorder:
        recorder.run(buy, ["ink"], id="two")
    open_lab(page, lab)
    choose(page, {"largestToTriage": 0, "keyboardHint": False, "timeAxis": "logical"})
    open_lab(page, lab, "orders/" + quote(recording.name))
    app = page.locator(".dw-document .dw-app")
    app.locator(".dw-runs .dw-row", has_text="two").wait_for()
    assert app.locator(".dw-runs .dw-safety").count() == 0
    app.get_by_role("button", name="Judge every run").click()
    app.locator(".dw-runs .dw-safety").first.wait_for()
    app.locator(".dw-runs .dw-row", has_text="two").dblclick()
    app.locator("button[aria-pressed=true]", has_text="event order").wait_for()
    assert not app.locator(".dw-hint").is_visible()
    choose(page, {})


def test_notebook_7_opens_a_recording_from_its_tree(
    lab: Lab, browser: Browser, recording: Path, artefacts: Path
) -> None:
    pytest.importorskip("notebook", reason="Notebook 7 comes with the extra `test`")
    context = browser.new_context(viewport={"width": 1400, "height": 900})  # its tree raises an error of its own
    tree = context.new_page()
    tree.goto(f"{lab.url}/tree/orders")
    with context.expect_page() as opened:
        tree.locator(".jp-DirListing-item", has_text=recording.name).dblclick()
    document = opened.value
    document.locator(".dw-document .dw-headline", has_text="one").wait_for()
    assert "/edit/orders/" in document.url
    document.keyboard.press("End")
    document.keyboard.press("p")
    place = document.locator(".dw-toolbar .dw-place").inner_text().split()
    assert int(place[1]) == int(place[3]) - 1
    document.screenshot(path=artefacts / "notebook-7.png")
    context.close()
