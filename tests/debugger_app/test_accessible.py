"""Axe finds nothing grave in any state of the app, in light and in dark, in a cell and as a document."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import open_lab, show_folder
from tests.clock import FakeClock
from tests.debugger_app.axe import AXE, Inspection
from tests.debugger_app.stage import open_stage
from tests.incident import doubtful_demo, killed_demo
from workbench.debugger.desk import Desk
from workbench.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from tests.browser import Lab
    from workbench.simulate.demo import Demo

__all__ = ["doubtful_demo", "killed_demo"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

FOLDER = "accessible"
FEW = "import('/synthetic.js').then(made => { window.desk = made.manyRuns(300) })"
TABS = ["why", "hazards", "what if", "decide", "provenance"]
KERNEL_MS = 60_000
CHARGE = {"id": "ch_9", "order": "order-42", "amount_cents": 1, "currency": "EUR", "status": "succeeded"}


@pytest.fixture
def folder(lab: Lab) -> Iterator[Path]:
    made = lab.root / FOLDER
    made.mkdir()
    yield made
    shutil.rmtree(made)


def tabs(page: Page, inspection: Inspection, state: str) -> None:
    for name in TABS:
        page.get_by_role("tab", name=name).click()
        page.wait_for_load_state()
        page.wait_for_function("!document.querySelector('[role=tabpanel]:not([hidden]) .dw-notice [d^=\"M8 3a5\"]')")
        inspection.look(f"{state}, {name}")


def test_axe_is_where_the_package_build_puts_it() -> None:
    if os.environ.get("CI") != "true" and not AXE.is_file():
        pytest.skip("axe-core is not there: run `npm ci` in labextension")
    assert AXE.is_file()


def test_the_list_of_runs(page: Page) -> None:
    open_stage(page, FEW)
    page.get_by_text("300 runs").last.wait_for()
    page.locator(".dw-runs .dw-safety").first.wait_for()
    inspection = Inspection(page)
    inspection.look("runs")
    page.get_by_role("grid", name="Runs").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_label("Group", exact=True).select_option("reason")
    inspection.look("runs in groups")
    page.get_by_role("grid", name="Runs").press("Space")
    page.get_by_role("group", name="Chosen runs").wait_for()
    inspection.look("chosen runs")
    page.get_by_label("Filter runs").fill("no such run")
    inspection.look("no run left")
    assert not inspection.found, str(inspection)


def test_one_run_with_its_panels_and_lists(page: Page, killed_demo: Demo) -> None:
    open_stage(page, Desk(open_recording(killed_demo.log)))
    page.get_by_text("event 10 of 10").wait_for()
    page.locator(".dw-payload [role=tree]").wait_for()
    page.get_by_role("button", name="Verdict: SAFE, resume").wait_for()
    inspection = Inspection(page)
    tabs(page, inspection, "opened")
    page.get_by_text("legend").click()
    inspection.look("legend")
    page.get_by_role("button", name="Branch: recorded").click()
    inspection.look("branches")
    page.keyboard.press("Escape")
    page.locator(".dw-app").focus()
    page.keyboard.press("r")
    page.get_by_role("table", name="Variables").wait_for()
    page.keyboard.press("w")
    page.keyboard.type("order.amount_cents")
    page.keyboard.press("Enter")
    page.locator(".dw-watch details summary").click()
    inspection.look("variables and a watch")
    page.keyboard.press("Escape")
    page.locator(".dw-app").focus()
    page.keyboard.press("l")
    page.get_by_text("stop ").first.wait_for()
    page.keyboard.press("Home")
    inspection.look("lines")
    for name in ("timeline", "events", "code", "variables", "detail"):
        page.locator(f"section[aria-label='{name}'] .dw-fold").click()
    inspection.look("all folded")
    page.locator(".dw-app").focus()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    inspection.look("keys")
    assert not inspection.found, str(inspection)


def test_what_if_with_an_edit_and_a_frontier(page: Page, killed_demo: Demo) -> None:
    open_stage(page, Desk(open_recording(killed_demo.log)))
    page.get_by_text("event 10 of 10").wait_for()
    page.keyboard.press("p")
    page.keyboard.press("e")
    page.wait_for_function("document.querySelector('.dw-json').value.includes('11800')")
    inspection = Inspection(page)
    inspection.look("an edit")
    for word in ("raise", "delay", "drop", "crash", "signal", "return"):
        page.get_by_label(word, exact=True).check()
        inspection.look(f"edit: {word}")
    page.get_by_role("textbox", name="Value, as JSON").fill("{")
    inspection.look("no JSON yet")
    page.get_by_role("textbox", name="Value, as JSON").fill(json.dumps(CHARGE))
    page.get_by_role("button", name="Replay with this edit").click()
    page.get_by_text("The code needs an answer").wait_for()
    inspection.look("a frontier")
    page.get_by_role("button", name="Compare with what was recorded", exact=True).click()
    page.locator(".dw-difference [data-change=outcome]").first.wait_for()
    inspection.look("a difference")
    assert not inspection.found, str(inspection)


def test_decide_with_a_doubt_and_a_dry_run(page: Page, doubtful_demo: Demo) -> None:
    open_stage(page, Desk(open_recording(doubtful_demo.log)))
    page.locator(".dw-option").first.wait_for(state="attached")
    page.locator(".dw-app").focus()
    page.keyboard.press("d")
    inspection = Inspection(page)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    inspection.look("options and a doubt")
    page.get_by_role("button", name="Dry run of rerun").click()
    page.get_by_role("group", name="Dry run of rerun").wait_for()
    inspection.look("a dry run that is refused")
    page.get_by_role("button", name="Dry run of resume").click()
    page.get_by_role("group", name="Dry run of resume").wait_for()
    inspection.look("a dry run")
    assert not inspection.found, str(inspection)


def test_nothing_recorded_yet_and_a_torn_log(page: Page, killed_demo: Demo, tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "empty.wlog"):
        pass
    torn = tmp_path / "torn.wlog"
    torn.write_bytes(killed_demo.log.read_bytes()[:-7])
    for name, path, text in [("empty", tmp_path / "empty.wlog", "No run is recorded"), ("torn", torn, "torn")]:
        other = page.context.new_page()
        open_stage(other, Desk(open_recording(path)))
        other.get_by_text(text).first.wait_for()
        inspection = Inspection(other)
        inspection.look(name)
        assert not inspection.found, str(inspection)


def test_a_host_that_does_not_answer(page: Page) -> None:
    answer = "{ error: { name: 'NotAllowedError', message: 'nothing may be read here', hint: 'ask somebody' } }"
    open_stage(page, f"window.desk = async () => ({answer})")
    page.get_by_role("alert").wait_for()
    inspection = Inspection(page)
    inspection.look("an error")
    assert not inspection.found, str(inspection)


def themes(page: Page) -> dict[str, Callable[[], None]]:
    """JupyterLab's own two."""

    def choose(name: str) -> None:
        page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{ theme: 'JupyterLab {name}' }})")
        page.locator(f"body[data-jp-theme-light={str(name == 'Light').lower()}]").wait_for(state="attached")
        page.wait_for_selector("#jupyterlab-splash", state="detached")

    return {"dark": lambda: choose("Dark"), "light": lambda: choose("Light")}


def document(page: Page, name: str) -> Locator:
    page.locator(".jp-DirListing-item", has_text=name).dblclick()
    app = page.locator(".dw-document .dw-app:visible")
    app.wait_for()
    return app


def test_the_document_in_jupyterlab(lab: Lab, page: Page, folder: Path, killed_demo: Demo) -> None:
    shutil.copy(killed_demo.log, folder / "shop.wlog")
    (folder / "broken.wlog").write_bytes(b"\x00\xff not a log" * 20)
    show_folder(page, lab, FOLDER)
    inspection = Inspection(page, ".dw-document .dw-app:visible", themes(page))
    document(page, "broken.wlog").get_by_role("alert").wait_for()
    inspection.look("broken")
    app = document(page, "shop.wlog")
    app.get_by_text("event 10 of 10").wait_for()
    tabs(page, inspection, "reads only")
    app.get_by_role("button", name="Start a kernel to replay and decide").first.click()
    app.get_by_text("isolation: hook").wait_for(timeout=KERNEL_MS)
    app.focus()
    page.keyboard.press("r")
    app.get_by_role("table", name="Variables").wait_for(timeout=KERNEL_MS)
    app.get_by_role("tab", name="what if").click()
    inspection.look("with a kernel")
    assert not inspection.found, str(inspection)


def test_the_side_panel_of_jupyterlab(lab: Lab, page: Page, folder: Path, killed_demo: Demo) -> None:
    shutil.copy(killed_demo.log, folder / "shop.wlog")
    (folder / "broken.wlog").write_bytes(b"\x00\xff not a log" * 20)
    open_lab(page, lab)
    inspection = Inspection(page, ".dw-workspace", themes(page))
    page.evaluate("window.jupyterapp.commands.execute('durable-workbench:show-recordings')")
    page.locator(".dw-workspace .dw-row", has_text="broken.wlog").wait_for()
    inspection.look("side panel")
    page.route("**/durable-workbench/workspace*", lambda route: route.fulfill(json={"recordings": [], "left_off": 0}))
    page.get_by_role("button", name="Look for recordings again").click()
    page.locator(".dw-workspace").get_by_text("No recording lies here yet").wait_for()
    inspection.look("empty side panel")
    assert not inspection.found, str(inspection)
