"""The list of runs stays smooth at a hundred thousand, by mouse and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.debugger_app.stage import open_stage
from tests.incident import killed_demo
from workbench.debugger.desk import Desk
from workbench.recording import open_recording

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from workbench.simulate.demo import Demo

__all__ = ["killed_demo"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RUNS = 100_000
MANY = f"import('/synthetic.js').then(made => {{ window.desk = made.manyRuns({RUNS}) }})"


@pytest.fixture
def many(page: Page) -> Page:
    open_stage(page, MANY)
    page.get_by_text("100,000 runs").last.wait_for()
    page.wait_for_function("window.asked.filter(each => each.ask === 'triage').length === 50")
    return page


def first_run(page: Page) -> str:
    return page.locator(".dw-runs .dw-table-rows [data-column=run]").first.inner_text()


def test_only_the_seen_rows_exist(many: Page, artefacts: Path) -> None:
    assert many.locator(".dw-runs [role=row]").count() < 80
    assert many.get_by_role("grid", name="Runs").get_attribute("aria-rowcount") == str(RUNS)
    many.screenshot(path=artefacts / "runs.png")


def test_the_filter_answers_at_once(many: Page) -> None:
    many.keyboard.press("/")
    for letter in "timeouterror":
        many.keyboard.type(letter)
        assert many.evaluate("window.app.runs.spent") < 100
    assert many.locator(".dw-count").inner_text() == "3,334 of 100,000 runs"
    many.get_by_label("Filter runs").fill("no such thing")
    assert many.locator(".dw-count").inner_text() == "0 of 100,000 runs"


def test_status_sorting_and_groups(many: Page) -> None:
    many.get_by_label("Status").select_option("failed")
    assert many.locator(".dw-count").inner_text() == "10,000 of 100,000 runs"
    many.get_by_label("Group").select_option("reason")
    heads = many.locator(".dw-runs .dw-group:visible").first
    assert heads.inner_text() == "failed TimeoutError at charge (3,334)"
    heads.click()
    assert many.locator(".dw-runs .dw-group:visible").count() == 2
    many.get_by_label("Group").select_option("")
    many.get_by_label("Status").select_option("")
    many.get_by_role("button", name="took").click()
    assert many.get_by_role("columnheader", name="took").get_attribute("aria-sort") == "descending"


def test_the_whole_list_can_be_scrolled(many: Page) -> None:
    grid = many.get_by_role("grid", name="Runs")
    grid.focus()
    many.keyboard.press("End")
    assert many.locator(".dw-runs [aria-selected=true] [data-column=run]").inner_text() == "order-0"
    many.keyboard.press("Home")
    many.keyboard.press("PageDown")
    many.keyboard.press("ArrowDown")
    chosen = many.locator(".dw-runs [aria-selected=true]")
    assert chosen.is_visible()
    many.locator(".dw-runs .dw-table-scroll").evaluate("each => { each.scrollTop = each.scrollHeight / 2 }")
    many.wait_for_function("document.querySelector('.dw-runs .dw-row[data-row=\"50000\"]')")


def test_enter_opens_a_run(page: Page, killed_demo: Demo) -> None:
    rec = open_recording(killed_demo.log)
    desk = Desk(rec)
    open_stage(page, desk)
    page.get_by_text("event 10 of 10").wait_for()
    page.evaluate("window.app.showRuns()")
    page.get_by_role("grid", name="Runs").focus()
    page.keyboard.press("ArrowDown")
    page.locator(".dw-runs .dw-safety", has_text="SAFE").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("event 10 of 10").wait_for()
