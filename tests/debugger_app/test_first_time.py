"""Who has read nothing finds step, back, edit and verdict; what is empty says what to do; narrow cells hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser import show_folder
from tests.clock import FakeClock
from tests.debugger_app.stage import open_stage
from tests.incident import doubtful_demo, killed_demo
from workbench.debugger.desk import Desk
from workbench.recording import open_recording

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser import Lab
    from workbench.simulate.demo import Demo

__all__ = ["doubtful_demo", "killed_demo"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

KEYS = {
    "First event": "Home",
    "Step back": "←",
    "Step": "→",
    "Last event": "End",
    "Play": "space",
    "lines: Stop at each line of code": "l",
    "What-if: edit the result of this event": "e",
    "All keys": "?",
    "Edit result: what if this had answered otherwise?": "e",
    "Replay this run to see its variables": "r",
    "Zoom in": "Shift+W",
    "Zoom out": "Shift+S",
    "all: Show the whole run": "0",
}
"""Buttons by their names, and the key that each tells in its tooltip."""
NAMELESS = """root => Array.from(root.querySelectorAll('button, input, select, textarea, summary, [role=tab]'))
    .filter(each => each.checkVisibility())
    .filter(each => {
        const words = (each.labels?.[0] ?? each).textContent.trim();
        const told = each.ariaLabel && (each.title || each.placeholder || each.type === 'checkbox');
        return !words && !told;
    })
    .map(each => each.outerHTML.slice(0, 200))"""
WIDE = """root => Array.from(root.querySelectorAll('*'))
    .filter(each => each.checkVisibility() && !each.closest('.dw-table, .dw-canvas'))
    .filter(each => each.getBoundingClientRect().right > root.getBoundingClientRect().right + 1)
    .map(each => each.outerHTML.slice(0, 120))"""
OVER_EACH_OTHER = """toolbar => {
    const parts = Array.from(toolbar.querySelectorAll('button, input, .dw-place, .dw-clock'));
    const seen = parts.filter(each => each.checkVisibility());
    const boxes = seen.map(each => each.getBoundingClientRect());
    const meet = (one, two) => Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1
        && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 1;
    return seen
        .filter((_, at) => boxes.some((other, index) => index > at && meet(boxes[at], other)))
        .map(each => each.outerHTML.slice(0, 90));
}"""
ROW = 32
"""Pixels of one row of the toolbar."""


def show(page: Page, demo: Demo) -> Locator:
    open_stage(page, Desk(open_recording(demo.log)))
    app = page.locator(".dw-app")
    app.locator(".dw-payload [role=tree]").wait_for()
    app.locator(".dw-verdict").wait_for()
    return app


def test_step_back_edit_and_verdict_are_found_by_their_words(page: Page, killed_demo: Demo) -> None:
    app = show(page, killed_demo)
    toolbar = page.get_by_role("toolbar", name="Debugger")
    for name, words in [("Step back", "back"), ("Step", "step"), ("What-if", "what-if")]:
        assert toolbar.get_by_role("button", name=name, exact=name == "Step").inner_text().strip() == words
    toolbar.get_by_role("button", name="Step back").click()
    page.get_by_text("event 9 of 10").wait_for()
    toolbar.get_by_role("button", name="Step", exact=True).click()
    page.get_by_text("event 10 of 10").wait_for()
    toolbar.get_by_role("button", name="Step back").click()

    toolbar.get_by_role("button", name="What-if").click()
    page.get_by_role("tab", name="what if", selected=True).wait_for()
    page.get_by_role("radio", name="raise").check()
    page.get_by_role("textbox", name="Class of the error").fill("TimeoutError")
    page.get_by_role("button", name="Replay with this edit").click()
    page.get_by_role("button", name="Compare with what was recorded", exact=True).wait_for()

    verdict = app.get_by_role("button", name=re.compile("^Verdict: SAFE, resume"))
    assert verdict.text_content() == "SAFE: resume"
    verdict.click()
    page.get_by_role("tab", name="decide", selected=True).wait_for()
    page.get_by_role("button", name="Dry run of resume").click()
    page.get_by_role("group", name="Dry run of resume").get_by_role("button").first.wait_for()


def test_tooltips_tell_the_keys(page: Page, killed_demo: Demo) -> None:
    app = show(page, killed_demo)
    for name, key in KEYS.items():
        button = app.get_by_role("button", name=name, exact=True)
        assert (button.get_attribute("title") or "").endswith(f"({key})"), name
    for name, key in [("why", "y"), ("what if", "e"), ("decide", "d")]:
        assert f"({key})" in (app.get_by_role("tab", name=name).get_attribute("title") or "")
    assert "(/)" in (app.get_by_role("searchbox", name="Search events").get_attribute("title") or "")
    assert "(w)" in (app.get_by_role("textbox", name="Watch an expression").get_attribute("title") or "")
    assert "(d)" in (app.locator(".dw-verdict").get_attribute("title") or "")


def test_every_control_has_words_or_a_name_and_a_tooltip(page: Page, doubtful_demo: Demo) -> None:
    app = show(page, doubtful_demo)
    for name in ("why", "hazards", "what if", "provenance", "decide"):
        app.get_by_role("tab", name=name).click()
        page.evaluate("window.idle()")
        assert app.evaluate(NAMELESS) == [], name
    app.locator(".dw-option[data-action=rerun] summary").click()
    app.get_by_role("button", name="Dry run of rerun").click()
    app.get_by_role("group", name="Dry run of rerun").wait_for()
    assert app.evaluate(NAMELESS) == []
    page.evaluate("window.app.showRuns()")
    page.evaluate("window.idle()")
    assert app.evaluate(NAMELESS) == [], "runs"


def test_where_nothing_is_recorded_there_are_lines_to_copy(page: Page, tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "empty.wlog"):
        pass
    open_stage(page, Desk(open_recording(tmp_path / "empty.wlog")))
    face = page.get_by_role("status").filter(has_text="No run is recorded here yet")
    face.wait_for()
    assert "recorder.run(" in face.inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard ??= { writeText: async text => { window.copied = text; } }")
    face.get_by_role("button", name="Copy").click()
    page.wait_for_function("window.copied?.startsWith('with wb.Recorder')")


def test_without_a_kernel_each_panel_that_needs_one_has_its_button(lab: Lab, page: Page, killed_demo: Demo) -> None:
    folder = lab.root / "first"
    folder.mkdir(exist_ok=True)
    (folder / "shop.wlog").write_bytes(killed_demo.log.read_bytes())
    show_folder(page, lab, "first")
    page.locator(".jp-DirListing-item", has_text="shop.wlog").dblclick()
    app = page.locator(".dw-document .dw-app")
    app.get_by_text("event 10 of 10").wait_for()
    name = "Start a kernel to replay and decide"
    app.locator(".dw-headline").get_by_role("button", name=name).wait_for()
    app.locator(".dw-place-locals").get_by_role("button", name=name).wait_for()
    for tab in ("what if", "decide"):
        app.get_by_role("tab", name=tab).click()
        app.get_by_role("tabpanel", name=tab).get_by_role("button", name=name).wait_for()
    assert app.evaluate(NAMELESS) == []


@pytest.mark.parametrize("width", [900, 1100])
def test_a_narrow_cell_holds_everything(page: Page, doubtful_demo: Demo, width: int, artefacts: Path) -> None:
    page.set_viewport_size({"width": width, "height": 820})
    app = show(page, doubtful_demo)
    toolbar = page.get_by_role("toolbar", name="Debugger")
    for name in ("why", "hazards", "what if", "decide"):
        app.get_by_role("tab", name=name).click()
        page.evaluate("window.idle()")
        assert app.evaluate(WIDE) == [], name
        box = toolbar.bounding_box()
        assert box
        assert box["height"] <= 2 * ROW, name
        assert toolbar.evaluate(OVER_EACH_OTHER) == [], name
    page.screenshot(path=artefacts / f"narrow-{width}.png")
    app.locator(".dw-option[data-action=rerun] summary").click()
    app.get_by_role("button", name="Dry run of rerun").click()
    app.get_by_role("group", name="Dry run of rerun").wait_for()
    assert app.evaluate(WIDE) == [], "a dry run"
    page.evaluate("window.app.showRuns()")
    page.evaluate("window.idle()")
    assert app.evaluate(WIDE) == [], "runs"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
