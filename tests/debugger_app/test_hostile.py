"""150 hostile texts in every text, through every panel and in both hosts: nothing runs, nothing is asked for."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import show_folder
from tests.debugger_app.hostile import FILE, FOREIGN, WHOLE, Watched, hostile_recording, scrolled, unfolded
from tests.debugger_app.stage import open_stage, python_desk
from tests.views.report.test_xss import PAYLOADS
from workbench.debugger.desk import Desk
from workbench.recording import open_recording
from workbench.simulate.demo import CrashAt, Demo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser import Lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

WORDS = {
    *("columns", "dtype", "status", "statuses", "safety", "action", "sort", "role", "severity", "sight", "word"),
    *("isolation", "state", "what", "does", "outcome", "branch", "parent", "run_id", "run_ids", "document"),
}
"""What an answer may only say in words of the wire, and ids that are given back."""
VISIT = """async () => {
    const { app } = window;
    await app.open('');
    await window.idle();
    for (const name of ['why', 'hazards', 'provenance', 'whatif', 'decide']) {
        app.showTab(name);
        await window.idle();
    }
    await app.replay();
    for (const at of [1, 8]) {
        app.cursor.move(at);
        await new Promise(done => setTimeout(done, 150));
        await window.idle();
    }
    await app.replays.tryOut({ edit: 'raises', step: 'check_stock', error: { type: 'TimeoutError' } });
    app.cursor.move(app.cursor.length - 1);
    app.whatIf.compare(app.cursor.branch.id);
    document.querySelectorAll('details').forEach(each => { each.open = true; });
    document.querySelectorAll('.dw-option button').forEach(each => each.click());
    document.querySelector('.dw-doubt button')?.click();
    document.querySelector('[aria-haspopup]').click();
    await window.idle();
    const found = document.querySelector('.dw-app').innerText;
    app.showRuns();
    await window.idle();
    return found + document.querySelector('.dw-app').innerText;
}"""


FOLDER = "hostile"
KERNEL_MS = 60_000


def poisoned(value: Any, text: str, key: str = "") -> Any:
    """The same answer with `text` for each free text."""
    if isinstance(value, dict):
        return {name: one if name in WORDS else poisoned(one, text, name) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, text, key) for one in value]
    return text if isinstance(value, str) else value


@pytest.mark.parametrize(
    "together",
    [pytest.param(1, marks=pytest.mark.nightly, id="one by one"), pytest.param(15, id="fifteen in each text")],
)
def test_no_text_of_an_answer_ever_runs_or_is_asked_for(page: Page, tmp_path: Path, together: int) -> None:
    texts = ["\n".join(PAYLOADS[start : start + together]) for start in range(0, len(PAYLOADS), together)]
    strays: list[str] = []
    with Demo(tmp_path, crash_at=CrashAt.IN_CHARGE) as demo:
        assert demo.run_worker() == -9
        ask = python_desk(Desk(open_recording(demo.log)))
        known: dict[str, Any] = {}
        now = {"text": "harmless"}

        def answer(question: Any) -> Any:
            said = json.dumps(question)
            known[said] = known.get(said) or ask(question)
            return {name: one if name == "buffers" else poisoned(one, now["text"]) for name, one in known[said].items()}

        page.expose_function("pythonDesk", answer)
        open_stage(page, "window.desk = window.fromPython", strays=strays)
        page.wait_for_function("window.app?.cursor.run")
        shown = 0
        for payload in texts:
            now["text"] = payload.encode("utf-8", "replace").decode()
            seen = page.evaluate(VISIT)
            shown += "window.__x" in seen or "evil.example" in seen or "constructor" in seen
            assert page.evaluate("window.__x") is None, payload
            made = page.locator(".dw-app").locator(FOREIGN)
            assert made.count() == 0, payload
    assert shown == len(texts), "each one was on the screen, as text"
    assert strays == []
    assert page.url.startswith("http://stage.invalid/")


# The document ----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(lab: Lab) -> Iterator[Path]:
    made = lab.root / FOLDER
    made.mkdir()
    hostile_recording(made)
    yield made
    shutil.rmtree(made)


def details(watched: Watched, app: Locator) -> None:
    for name in ("why", "hazards", "decide", "provenance", "what if"):
        app.get_by_role("tab", name=name).click()
        watched.rest()
        unfolded(watched, app, "[role=tabpanel]:not([hidden])")
        if name == "provenance":
            scrolled(watched, app, "Provenance")


def list_of_runs(watched: Watched, app: Locator) -> None:
    scrolled(watched, app, "Runs")
    for payload in PAYLOADS[::10]:
        app.get_by_label("Filter runs").fill(payload)
        watched.look(app)
    app.get_by_label("Filter runs").fill(WHOLE)
    app.get_by_role("grid", name="Runs").press("Home")
    app.get_by_role("grid", name="Runs").press("Enter")


def what_the_server_reads(watched: Watched, app: Locator) -> None:
    app.get_by_text(f"of {2 * len(PAYLOADS) + 2}").first.wait_for()
    watched.look(app)
    scrolled(watched, app, "Events")
    scrolled(watched, app, "Source")
    details(watched, app)
    app.focus()
    app.page.keyboard.press("Home")
    watched.rest(8)
    unfolded(watched, app, ".dw-payload")
    box = app.locator(".dw-field").bounding_box()
    assert box
    for share in (0.2, 0.5, 0.8):
        app.page.mouse.move(box["x"] + box["width"] * share, box["y"] + 40)
        watched.look(app)
    app.get_by_label("Search events").fill(PAYLOADS[30])
    app.page.keyboard.press("Enter")
    watched.look(app)


def what_a_kernel_knows(watched: Watched, app: Locator) -> None:
    """Variables, branches, what is missing."""
    app.get_by_role("button", name="Start a kernel to replay and decide").first.click()
    app.get_by_text("isolation: hook").wait_for(timeout=KERNEL_MS)
    app.focus()
    app.page.keyboard.press("End")
    app.page.keyboard.press("r")
    app.get_by_role("table", name="Variables").wait_for(timeout=KERNEL_MS)
    unfolded(watched, app, ".dw-variables")
    for key in "ppe":
        app.page.keyboard.press(key)
    app.get_by_role("button", name="Replay with this edit").click()
    app.locator(".dw-result").wait_for(timeout=KERNEL_MS)
    app.get_by_role("button", name="Compare with what was recorded", exact=True).click()
    app.locator(".dw-difference .dw-row").first.wait_for()
    details(watched, app)


@pytest.mark.nightly  # by day the same texts go through the same app in `fifteen in each text`
def test_no_text_of_a_recording_runs_in_the_document(lab: Lab, page: Page, folder: Path) -> None:
    assert (folder / FILE).is_file()
    page.set_viewport_size({"width": 1600, "height": 2600})  # long tables are few pages
    show_folder(page, lab, FOLDER)
    watched = Watched(page, lab.url)
    page.locator(".jp-DirListing-item[data-file-type=wlog]").dblclick()
    app = page.locator(".dw-document .dw-app")
    app.get_by_text("151 runs").last.wait_for()
    list_of_runs(watched, app)
    what_the_server_reads(watched, app)
    assert watched.unseen() == [], "each one was on the screen, as text"
    watched.seen = ""
    what_a_kernel_knows(watched, app)
    assert len(watched.unseen()) < len(PAYLOADS) / 2
    assert watched.strays == []
    assert page.url.startswith(lab.url)
