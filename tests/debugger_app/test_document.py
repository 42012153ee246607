"""The document of a recording in a real JupyterLab: read over the server; replay and decide over its own kernel."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import hide_server_extension, open_lab, show_folder
from tests.engines.real import Told, payloads
from tests.incident import killed_demo
from workbench._errors import WorkbenchError
from workbench.recording import open_recording
from workbench.simulate.checkout import SHOP_VARIABLE
from workbench.simulate.demo import CrashAt, Demo

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser import Lab

__all__ = ["killed_demo"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FOLDER = "documents"
KERNEL_SECONDS = 60_000
SESSION = f"durable-workbench:{FOLDER}/shop.wlog"
SEEN = """() => {
    const { from, to } = window.jupyterapp.shell.currentWidget.content.app.timeline.view;
    return [from, to].map(each => each.toFixed(3));
}"""
"""The stretch of the timeline that is shown."""


@pytest.fixture
def folder(lab: Lab) -> Iterator[Path]:
    made = lab.root / FOLDER
    made.mkdir()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def recording(folder: Path, killed_demo: Demo) -> Path:
    return Path(shutil.copy(killed_demo.log, folder / "shop.wlog"))


@pytest.fixture
def incident(lab: Lab, folder: Path) -> Iterator[Demo]:
    """One that may be acted on: its shop runs, and kernels know where."""
    startup = lab.root.parent / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    with Demo(folder, crash_at=CrashAt.AFTER_CHARGE) as demo:
        assert demo.run_worker() == -9
        where = startup / "00-shop.py"
        where.write_text(f"import os\nos.environ[{SHOP_VARIABLE!r}] = {demo.shop.url!r}\n")
        yield demo
        where.unlink()


def open_document(page: Page, lab: Lab, name: str = "shop.wlog") -> Locator:
    """A double click in the file browser."""
    show_folder(page, lab, FOLDER)
    page.locator(".jp-DirListing-item", has_text=name).dblclick()
    return page.locator(".dw-document .dw-app")


def start_kernel(app: Locator) -> None:
    app.get_by_role("button", name="Start a kernel to replay and decide").first.click()
    app.get_by_text("isolation: hook").wait_for(timeout=KERNEL_SECONDS)
    app.page.wait_for_function("!document.querySelector('.dw-start-kernel')")


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what the server will say in a moment."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(100)
    pytest.fail("it never came true")


def saved_layout(page: Page, lab: Lab) -> str:
    """What JupyterLab has written down of its layout, which it does when it rests."""
    return page.request.get(f"{lab.url}/lab/api/workspaces/default").text()


def close_document(page: Page, lab: Lab) -> None:
    """Close it, and see its kernel end."""
    page.evaluate("window.jupyterapp.commands.execute('application:close')")
    page.locator(".dw-document").wait_for(state="detached")
    until(page, lambda: not sessions(page, lab))


def standing(app: Locator) -> str:
    return app.locator(".dw-toolbar .dw-place").inner_text()


def sessions(page: Page, lab: Lab) -> list[str]:
    found = page.request.get(f"{lab.url}/api/sessions").json()
    return [session["path"] for session in found if session["path"].endswith(".wlog")]


def test_a_double_click_opens_the_debugger_and_the_mouse_steps(
    lab: Lab, page: Page, recording: Path, artefacts: Path
) -> None:
    app = open_document(page, lab)
    app.get_by_text("event 10 of 10").wait_for()
    assert page.locator(".lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabLabel").inner_text() == recording.name
    app.locator(".dw-code .dw-now").wait_for()
    app.get_by_role("button", name="Step back").click()
    assert standing(app) == "event 9 of 10"
    app.get_by_role("button", name="First event").click()
    app.get_by_role("button", name="Step", exact=True).click()
    assert standing(app) == "event 2 of 10"
    app.locator(".dw-events .dw-row", has_text="check_stock").first.click()
    assert "check_stock" in app.locator(".dw-code .dw-now").inner_text()
    app.get_by_role("button", name="Verdict: SAFE, resume").wait_for()
    assert app.locator(".dw-isolation").inner_text() == "reads only"
    assert app.get_by_role("button", name="Start a kernel to replay and decide").count() >= 2
    page.screenshot(path=artefacts / "document-light.png")
    assert sessions(page, lab) == [], "nobody asked for a kernel"


def test_the_keyboard_steps_and_zooms_in_the_dark(lab: Lab, page: Page, recording: Path, artefacts: Path) -> None:
    app = open_document(page, lab, recording.name)
    app.get_by_text("event 10 of 10").wait_for()
    for key, place in [("ArrowLeft", "9"), ("p", "8"), ("n", "9"), ("Home", "1"), ("ArrowRight", "2"), ("End", "10")]:
        page.keyboard.press(key)
        assert standing(app) == f"event {place} of 10"
    page.keyboard.press("d")
    app.get_by_role("tab", name="decide", selected=True).wait_for()
    light = app.evaluate("node => getComputedStyle(node).backgroundColor")
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    assert app.evaluate("node => getComputedStyle(node).backgroundColor") != light
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.screenshot(path=artefacts / "document-dark.png")
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    page.locator("body[data-jp-theme-light=true]").wait_for(state="attached")


def test_a_kernel_does_the_whole_job(lab: Lab, page: Page, incident: Demo, artefacts: Path) -> None:
    app = open_document(page, lab)
    app.get_by_text("event 10 of 10").wait_for()
    page.keyboard.press("p")
    before = incident.truth()
    start_kernel(app)
    assert standing(app) == "event 9 of 10", "the place is the same"

    # what if
    page.keyboard.press("p")
    app.get_by_role("button", name="Edit result").click()
    page.wait_for_function("document.querySelector('.dw-json')?.value.includes('11800')")
    charge = {"id": "ch_9", "order": "order-42", "amount_cents": 1, "currency": "EUR", "status": "succeeded"}
    app.get_by_role("textbox", name="Value, as JSON").fill(json.dumps(charge))
    app.get_by_role("button", name="Replay with this edit").click()
    for step, answer in [("extend_subscription", '{"until": "2026-12-24"}'), ("send_mail", '"sent"')]:
        app.get_by_role("textbox", name=f"Answer of {step}").fill(answer, timeout=KERNEL_SECONDS)
        app.get_by_role("button", name="Return this value").click()
    app.locator(".dw-result-completed, .dw-result-failed").wait_for()
    app.get_by_role("button", name="Compare with what was recorded", exact=True).click()
    app.locator(".dw-difference [data-change=outcome]").first.wait_for()
    page.screenshot(path=artefacts / "document-branch.png")
    assert incident.truth() == before, "a replay never acts"

    # decide
    app.get_by_role("tab", name="decide").click()
    app.locator(".dw-option .dw-safety", has_text="SAFE").first.wait_for()
    app.get_by_role("button", name="Dry run of resume").click()
    plan = app.get_by_role("group", name="Dry run of resume")
    plan.get_by_label("Why, for the record").fill("the charge is on record")
    plan.locator(".dw-act").click()
    app.locator(".dw-headline .dw-status", has_text="completed").wait_for(timeout=KERNEL_SECONDS)
    app.locator(".dw-record li", has_text="the charge is on record").wait_for(state="attached")
    page.screenshot(path=artefacts / "document-decided.png")
    assert incident.truth() == {"charged_cents": before["charged_cents"], "extensions": 1}

    # the kernel belongs to the document
    assert sessions(page, lab) == [f"{FOLDER}/shop.wlog"]
    close_document(page, lab)


def test_a_page_that_is_loaded_again_finds_document_place_branch_and_kernel(
    lab: Lab, page: Page, recording: Path
) -> None:
    app = open_document(page, lab, recording.name)
    app.get_by_text("event 10 of 10").wait_for()
    start_kernel(app)
    app.locator(".dw-events .dw-row", has_text="charge_card").last.click()
    page.keyboard.press("e")
    page.wait_for_function("document.querySelector('.dw-json')?.value.includes('11800')")
    app.get_by_role("button", name="Replay with this edit").click()
    branch = app.locator(".dw-toolbar").get_by_role("button", name="Branch: charge_card")
    branch.wait_for(timeout=KERNEL_SECONDS)
    app.get_by_role("tab", name="hazards").click()
    app.get_by_role("button", name="One unit per event").click()
    app.get_by_role("button", name="Zoom in").click()
    app.get_by_role("button", name="variables", exact=True).click()
    place = standing(app)
    assert place.startswith("stop ")
    wanted = ['"hazards"', '"logical"', '"branch": "[{', '"zoom": [', '"folded": ["locals"]', f'"{SESSION}"']
    until(page, lambda: all(each in saved_layout(page, lab) for each in wanted))
    zoom = page.evaluate(SEEN)
    page.goto(f"{lab.url}/lab")
    branch.wait_for(timeout=KERNEL_SECONDS)
    app.get_by_text(place).wait_for()
    app.get_by_role("tab", name="hazards", selected=True).wait_for()
    app.locator("button[aria-pressed=true]", has_text="event order").wait_for()
    app.locator(".dw-fold[aria-expanded=false]", has_text="variables").wait_for()
    app.get_by_text("isolation: hook").wait_for()
    until(page, lambda: page.evaluate(SEEN) == zoom)

    # a kernel that ends leaves a document that reads
    found = page.request.get(f"{lab.url}/api/sessions").json()
    (session,) = [one for one in found if one["path"].endswith(recording.name)]
    page.evaluate("id => window.jupyterapp.serviceManager.sessions.shutdown(id)", session["id"])
    app.locator(".dw-isolation", has_text="reads only").wait_for()
    app.get_by_role("alert").get_by_text("The kernel has ended").wait_for()
    app.get_by_text("event 8 of 10").wait_for()  # the last recorded one before the edit


def first_bytes(whole: bytes, path: Path, events: int) -> int:
    """How many bytes a log had when so many events of its run were in it; some of the next one are there as well."""
    for size in range(1, len(whole), 16):
        path.write_bytes(whole[:size])
        with contextlib.suppress(WorkbenchError):
            if len(open_recording(path).run().events) == events:
                return size
    pytest.fail(f"there were never {events} events")


def test_what_another_process_appends_comes_by_itself(
    lab: Lab, page: Page, recording: Path, tmp_path: Path, artefacts: Path
) -> None:
    whole = recording.read_bytes()
    some, more = (first_bytes(whole, tmp_path / "part.wlog", events) for events in (5, 8))
    recording.write_bytes(whole[:some])
    app = open_document(page, lab)
    app.get_by_text("event 5 of 5").wait_for()
    with recording.open("ab") as file:
        file.write(whole[some:more])
    app.get_by_text("event 8 of 8").wait_for()  # who stands at the end goes with it

    search = app.get_by_label("Search events")
    search.fill("charge")
    with recording.open("ab") as file:
        file.write(whole[more:])
    app.get_by_role("button", name="Show the new events").wait_for()
    page.screenshot(path=artefacts / "document-news.png")
    assert standing(app) == "event 8 of 8", "who writes is not disturbed"
    assert search.input_value() == "charge"
    app.get_by_role("button", name="Show the new events").click()
    app.get_by_text("event 10 of 10").wait_for()


def test_a_broken_file_has_a_face(lab: Lab, page: Page, folder: Path, artefacts: Path) -> None:
    (folder / "broken.wlog").write_bytes(b"\x00\xff not a log" * 20)
    app = open_document(page, lab, "broken.wlog")
    app.get_by_role("alert").wait_for()
    page.screenshot(path=artefacts / "document-broken.png")
    assert app.get_by_role("button", name="Start a kernel").count() == 0, "a kernel could not read it either"


def test_a_history_of_another_engine_opens_with_the_debugger(lab: Lab, page: Page, folder: Path) -> None:
    told = Told()
    told.started("order-42")
    charge = told.activity("charge_card", "order-42")
    told.began(charge)
    told.completed(charge, {"id": "ch_1"})
    told.event("WorkflowExecutionCompleted", result=payloads("done"))
    told.write(folder / "temporal.json")
    (folder / "empty.wlog").touch()
    show_folder(page, lab, FOLDER)
    page.locator(".jp-DirListing-item", has_text="temporal.json").click(button="right")
    page.locator(".lm-Menu-item", has_text="Open With").hover()
    page.locator(".lm-Menu-item", has_text="Workflow Debugger").click()
    app = page.locator(".dw-document .dw-app")
    app.locator(".dw-headline", has_text="Checkout").wait_for()
    assert standing(app).endswith(f"of {len(told.events)}")


def test_without_the_server_extension_a_kernel_reads_the_file(lab: Lab, page: Page, recording: Path) -> None:
    hide_server_extension(page, lab)
    app = open_document(page, lab, recording.name)
    app.get_by_role("alert").get_by_text("The server extension of Durable Workbench is not installed").wait_for()
    assert "jupyter server extension list" in app.get_by_role("alert").inner_text()
    start_kernel(app)
    app.get_by_text("event 10 of 10").wait_for()
    close_document(page, lab)
    page.evaluate("window.jupyterapp.commands.execute('durable-workbench:show-recordings')")
    page.locator(".dw-workspace").get_by_text("pip install durable-workbench").wait_for()


def test_the_toolbar_makes_a_notebook_whose_cells_are_filled_in(
    lab: Lab, page: Page, recording: Path, artefacts: Path
) -> None:
    app = open_document(page, lab, recording.name)
    app.get_by_text("event 10 of 10").wait_for()
    page.locator(".jp-Toolbar").get_by_text("Open in a notebook").click()
    page.locator(".jp-Notebook .jp-Cell").nth(8).wait_for()
    page.screenshot(path=artefacts / "document-notebook.png")
    cells = json.loads(recording.with_suffix(".ipynb").read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    assert any('wb.open("shop.wlog")' in source for source in sources)
    assert any("order-42" in source for source in sources), "the run that is worst off"


def test_the_side_panel_lists_recordings_and_opens_one(
    lab: Lab, page: Page, recording: Path, folder: Path, artefacts: Path
) -> None:
    (folder / "broken.wlog").write_bytes(b"\x00\xff not a log" * 20)
    open_lab(page, lab)
    page.locator(".jp-LauncherCard", has_text="Workflow Recordings").click()
    panel = page.locator(".dw-workspace")
    row = panel.locator(".dw-table-rows .dw-row", has_text="shop.wlog")
    row.locator(".dw-safety", has_text="SAFE").wait_for()
    assert "1 run, 1 interrupted" in row.inner_text()
    assert panel.locator(".dw-row", has_text="broken.wlog").locator(".dw-warn").inner_text()
    panel.get_by_label("Order of the recordings").select_option("worst first")
    names = panel.locator(".dw-table-rows .dw-row:visible strong")
    assert names.all_inner_texts()[:2] == ["broken.wlog", "shop.wlog"]
    page.screenshot(path=artefacts / "side-panel.png")

    recording.rename(recording.with_name("renamed.wlog"))
    panel.get_by_role("button", name="Look for recordings again").click()
    panel.locator(".dw-row", has_text="renamed.wlog").click()
    page.locator(".dw-document").get_by_text("event 10 of 10").wait_for()


def test_an_empty_workspace_says_what_to_do_next(lab: Lab, page: Page, artefacts: Path) -> None:
    for name in ("*.wlog", "*.json", "*.sqlite"):
        for path in list(lab.root.rglob(name)):
            path.unlink()
    open_lab(page, lab)
    page.evaluate("window.jupyterapp.commands.execute('durable-workbench:show-recordings')")
    page.locator(".dw-workspace").get_by_text("No recording lies here yet").wait_for()
    page.screenshot(path=artefacts / "side-panel-empty.png")
