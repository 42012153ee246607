"""A long run is on the screen after its first page; the rest comes while a person reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.debugger.long import long_history
from tests.debugger_app.stage import open_stage
from workbench.debugger.desk import Desk
from workbench.engines import Loaded
from workbench.recording import Recording

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

EVENTS = 210_000
HOLD = """() => {
    const { desk } = window;
    const gate = new Promise(open => { window.let_through = open; });
    window.desk = async question => {
        if (question.start > 0 && question.ask === 'events') {
            await gate;
        }
        const read = ['hello', 'run', 'events', 'spans', 'payload', 'source'].includes(question.ask);
        return read ? desk(question) : { error: { name: 'UsageError', message: 'not asked here', hint: '' } };
    };
}"""
"""Later pages wait until the test lets them through; nobody judges the run."""
SAMPLES = """() => {
    const { run } = window.app.cursor;
    return [0, 1, 99_999, 100_000, 100_001, 199_999, 209_998, 209_999].map(
        at => [run.seq(at), run.type(at), run.name(at), run.position(at), run.time(at)]);
}"""


@pytest.fixture
def held(page: Page) -> Page:
    loaded = Loaded(long_history(EVENTS, 1), None, Path("long.wlog"))
    open_stage(page, Desk(Recording([loaded])), start=False)
    page.evaluate(HOLD)
    page.evaluate("void window.start()")
    page.get_by_text("event 1 of 100,000").wait_for()
    return page


def test_the_first_page_is_shown_before_the_rest_has_come(held: Page) -> None:
    held.locator(".dw-events .dw-row", has_text="step-0").first.wait_for()
    held.get_by_role("button", name="Step", exact=True).click()
    assert held.locator(".dw-place").inner_text() == "event 2 of 100,000"
    assert held.evaluate("window.app.cursor.run.whole") is False

    held.evaluate("window.let_through()")
    held.get_by_text("event 2 of 210,000").wait_for()
    held.wait_for_function("window.app.cursor.run.whole && window.app.timeline.spent.boxes > 0")
    held.locator("progress").wait_for(state="detached")
    assert held.get_by_role("grid", name="Events").get_attribute("aria-rowcount") == "210000"
    held.locator(".dw-app").focus()
    held.keyboard.press("End")
    held.locator(".dw-events [aria-selected=true]", has_text="RunCompleted").wait_for()


def test_pages_tell_the_same_as_one_answer(held: Page) -> None:
    held.evaluate("window.let_through()")
    held.wait_for_function("window.app.cursor.run.whole")
    by_pages = held.evaluate(SAMPLES)
    held.evaluate("() => { const paged = window.desk; window.desk = ({ start, count, ...rest }) => paged(rest); }")
    held.evaluate("window.app.open('run-0')")
    assert held.evaluate("window.app.cursor.run.whole")
    assert held.evaluate(SAMPLES) == by_pages
    asked = held.evaluate("window.asked.filter(each => each.ask === 'events').map(each => each.start)")
    assert asked == [0, 100_000, 200_000, 0]


def test_another_run_or_list_ends_the_reading(held: Page) -> None:
    held.evaluate("window.app.showRuns()")
    held.evaluate("window.let_through()")
    held.evaluate("window.idle()")
    assert held.evaluate("window.asked.filter(each => each.start > 0).length") == 1
    assert held.locator("progress").count() == 0
