"""A cell that is shown again stands as it was left, and says what an action ended with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.debugger_app.stage import open_stage
from tests.incident import killed_demo
from workbench.debugger.desk import Desk
from workbench.recording import open_recording
from workbench.simulate.demo import CrashAt, Demo

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

__all__ = ["killed_demo"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

SEEN = "[window.app.timeline.view.from, window.app.timeline.view.to].map(each => each.toFixed(3))"
DRAWN = "window.app.timeline.lanes?.ready"


def show_again(page: Page) -> None:
    """As when the page is loaded again: the kernel's model holds what was kept."""
    page.wait_for_timeout(500)  # what is kept is told to the kernel when it rests
    page.evaluate("window.close_app(); document.getElementById('cell').replaceChildren()")
    page.evaluate("window.start(window.saved)")


@pytest.fixture
def app(page: Page, killed_demo: Demo) -> Page:
    open_stage(page, Desk(open_recording(killed_demo.log)))
    page.get_by_text("event 10 of 10").wait_for()
    page.wait_for_function(DRAWN)
    return page


def test_zoom_folds_sizes_tab_and_place_are_found_again(app: Page) -> None:
    app.get_by_role("button", name="One unit per event").click()
    for _ in range(4):
        app.keyboard.press("Shift+W")
    app.keyboard.press("ArrowLeft")
    app.locator(".dw-place-code .dw-fold").click()
    bar = app.get_by_role("separator", name="Size of events")
    before = bar.get_attribute("aria-valuenow")
    bar.focus()
    app.keyboard.press("ArrowLeft")
    app.get_by_role("tab", name="provenance").click()
    app.get_by_role("grid", name="Provenance").get_by_role("row").nth(1).wait_for()
    left = app.evaluate(SEEN), bar.get_attribute("aria-valuenow")
    assert left[1] != before

    show_again(app)
    app.get_by_text("event 9 of 10").wait_for()
    app.wait_for_function(DRAWN)
    app.get_by_role("tab", name="provenance", selected=True).wait_for()
    app.get_by_role("grid", name="Provenance").get_by_role("row").nth(1).wait_for()
    app.locator(".dw-place-code .dw-fold[aria-expanded=false]").wait_for()
    assert (app.evaluate(SEEN), bar.get_attribute("aria-valuenow")) == left

    app.get_by_role("button", name="Show the whole run").click()
    show_again(app)
    app.wait_for_function(f"{DRAWN} && window.app.timeline.view.all")


def test_the_chosen_branch_is_found_again_once(app: Page) -> None:
    for key in "pe":
        app.keyboard.press(key)
    app.wait_for_function("document.querySelector('.dw-json').value.includes('11800')")
    app.get_by_role("button", name="Replay with this edit").click()
    app.get_by_text("The code needs an answer").wait_for()
    place = app.locator(".dw-place").inner_text()

    show_again(app)
    app.get_by_role("toolbar").get_by_role("button", name="Branch: charge_card").wait_for()
    assert app.locator(".dw-place").inner_text() == place
    app.get_by_role("tab", name="what if").click()
    app.get_by_text("The code needs an answer").wait_for()
    assert app.locator(".dw-branches ul li").count() == 1, "replayed twice, it is one branch"

    app.get_by_role("button", name="Show the run as recorded").click()
    show_again(app)
    app.get_by_text("of 10").first.wait_for()
    assert app.get_by_role("button", name="Branch: recorded").is_visible()


def test_how_an_action_ended_stays_when_the_run_is_read_again(page: Page, tmp_path: Path) -> None:
    with Demo(tmp_path, crash_at=CrashAt.AFTER_CHARGE) as demo:
        assert demo.run_worker() == -9
        open_stage(page, Desk(open_recording(demo.log)))
        page.get_by_text("event 10 of 10").wait_for()
        page.keyboard.press("d")
        page.get_by_role("button", name="Dry run of resume").click()
        page.locator(".dw-plan .dw-act").click()
        page.locator(".dw-headline .dw-status", has_text="completed").wait_for()
        page.evaluate("window.idle()")
        assert page.locator(".dw-decide").get_by_text("resume: completed").is_visible()
        page.evaluate("window.app.open('another run')")
        page.get_by_role("alert").wait_for()
        page.evaluate("window.app.showRuns()")
        page.evaluate("window.app.open('')")
        page.locator(".dw-option").first.wait_for(state="attached")
        assert page.locator(".dw-decide").get_by_text("resume: completed").count() == 0, "that is said once"
