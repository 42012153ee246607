"""The cursor is one thing: timeline, events, code and variables stand at the same stop, by mouse and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.debugger_app.stage import open_stage
from tests.incident import killed_demo, killed_run
from workbench.debugger.desk import Desk
from workbench.recording import open_recording

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from workbench.simulate.demo import Demo

__all__ = ["killed_demo", "killed_run"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]


@pytest.fixture
def app(page: Page, killed_demo: Demo) -> Page:
    open_stage(page, Desk(open_recording(killed_demo.log)))
    page.get_by_text("event 10 of 10").wait_for()
    page.locator(".dw-code .dw-now").wait_for()
    return page


def standing(page: Page) -> tuple[str, str, str]:
    """Where toolbar, events and code say that the cursor is; the run's beginning stands at no line."""
    return (
        page.locator(".dw-toolbar .dw-place").inner_text(),
        page.locator(".dw-events [aria-selected=true] [data-column=name]").inner_text(),
        "".join(page.locator(".dw-code .dw-now").all_inner_texts()).strip(),
    )


def test_it_opens_where_it_hurts(app: Page) -> None:
    assert standing(app) == ("event 10 of 10", "timer", "sleep(SETTLEMENT_SECONDS)")
    assert "interrupted" in app.locator(".dw-headline").inner_text()
    app.get_by_role("button", name="Verdict: SAFE, resume").wait_for()


def test_step_and_back_by_mouse(app: Page) -> None:
    app.get_by_role("button", name="Step back").click()
    assert standing(app) == ("event 9 of 10", "charge_card", "charge = charge_card(order.id, order.amount_cents)")
    app.get_by_role("button", name="First event").click()
    assert standing(app)[0] == "event 1 of 10"
    app.get_by_role("button", name="Step", exact=True).click()
    assert standing(app)[:2] == ("event 2 of 10", "log_in")
    app.locator(".dw-events .dw-row", has_text="check_stock").first.click()
    assert standing(app)[1:] == ("check_stock", "available = check_stock(order.sku)")


def test_step_and_back_by_keyboard(app: Page) -> None:
    for key, place in [("ArrowLeft", "9"), ("p", "8"), ("n", "9"), ("ArrowRight", "10"), ("Home", "1"), ("End", "10")]:
        app.keyboard.press(key)
        assert standing(app)[0] == f"event {place} of 10"
    app.keyboard.press("ArrowLeft")
    app.keyboard.press("Shift+ArrowLeft")
    assert standing(app)[:2] == ("event 8 of 10", "charge_card")


def test_search_goes_to_the_next_event_that_holds_the_text(app: Page) -> None:
    app.keyboard.press("/")
    app.keyboard.type("reserve")
    app.keyboard.press("Enter")
    assert standing(app)[1] == "reserve_stock"


def test_variables_come_with_a_replay_and_say_what_changed(app: Page, artefacts: Path) -> None:
    assert "Variables come from a replay" in app.locator(".dw-locals").inner_text()
    app.get_by_role("button", name="Replay this run to see its variables").click()
    variables = app.get_by_role("table", name="Variables")
    variables.locator("tr", has_text="available").wait_for()
    app.get_by_role("button", name="Go to the stop at which available got this value").click()
    app.locator(".dw-locals-table tr[data-changed]", has_text="available").wait_for()
    assert standing(app)[1:] == ("reserve_stock", "reserve_stock(order.id, order.sku, order.quantity)")
    app.screenshot(path=artefacts / "variables.png")


def test_lines_and_breakpoints(app: Page) -> None:
    app.keyboard.press("l")
    app.get_by_text("stop ").first.wait_for()
    stops = int(app.locator(".dw-place").inner_text().split(" of ")[1])
    assert stops > 10
    app.keyboard.press("Home")
    line = app.locator(".dw-code .dw-row", has_text="if available < order.quantity")
    line.scroll_into_view_if_needed()
    line.locator("[data-column=line]").click()
    app.locator(".dw-app").focus()
    app.keyboard.press("c")
    assert standing(app)[2] == "if available < order.quantity:"


def test_a_watched_expression_shows_its_value_here(app: Page) -> None:
    app.keyboard.press("r")
    app.get_by_role("table", name="Variables").wait_for()
    app.keyboard.press("w")
    app.keyboard.type("order.amount_cents")
    app.keyboard.press("Enter")
    app.locator(".dw-watch .dw-value", has_text="11800").first.wait_for()


def test_all_keys_are_listed(app: Page) -> None:
    app.keyboard.press("?")
    help_text = app.get_by_role("dialog", name="Keys").inner_text()
    assert all(word in help_text for word in ("step back", "edit this result", "decide", "next hazard", "zoom in"))
    app.keyboard.press("Escape")
    assert not app.get_by_role("dialog", name="Keys").is_visible()
