"""What if: edit a result, replay, answer what the code asks, compare; nothing outside is touched."""

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

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]


@pytest.fixture
def app(page: Page, killed_demo: Demo) -> Page:
    open_stage(page, Desk(open_recording(killed_demo.log)))
    page.get_by_text("event 10 of 10").wait_for()
    page.keyboard.press("p")
    return page


def test_an_edited_result_makes_a_branch_that_asks_for_what_is_missing(
    app: Page, killed_demo: Demo, artefacts: Path
) -> None:
    app.get_by_role("button", name="Edit result").click()
    editor = app.get_by_role("textbox", name="Value, as JSON")
    app.wait_for_function("document.querySelector('.dw-json').value.includes('11800')")
    before = killed_demo.truth()

    editor.fill('{"id": ')
    app.get_by_text("not JSON yet").wait_for()
    assert app.get_by_role("button", name="Replay with this edit").is_disabled()
    editor.fill('{"id": "ch_9", "order": "order-42", "amount_cents": 1, "currency": "EUR", "status": "succeeded"}')
    app.get_by_role("button", name="Replay with this edit").click()

    app.get_by_text("The code needs an answer").wait_for()
    assert "extend_subscription(" in app.locator(".dw-call").inner_text()
    assert app.locator(".dw-events [aria-selected=true]").inner_text().split()[1:4] == [
        "StepCompleted",
        "charge_card",
        "edited",
    ]
    app.screenshot(path=artefacts / "frontier.png")

    app.get_by_role("button", name="Compare with what was recorded", exact=True).click()
    app.locator(".dw-difference [data-change=outcome]").first.wait_for()
    app.screenshot(path=artefacts / "difference.png")
    assert killed_demo.truth() == before


def test_answers_carry_a_branch_to_its_end_by_keyboard(app: Page) -> None:
    app.keyboard.press("e")
    app.wait_for_function("document.querySelector('.dw-json').value.includes('11800')")
    app.keyboard.press("Escape")
    app.get_by_role("button", name="Replay with this edit").press("Enter")
    for step, answer in [("extend_subscription", '{"until": "2026-12-24"}'), ("send_mail", '"sent"')]:
        app.get_by_role("textbox", name=f"Answer of {step}").fill(answer)
        app.get_by_role("button", name="Return this value").press("Enter")
    app.locator(".dw-result-completed, .dw-result-failed").wait_for()
    assert app.locator(".dw-branches ul ul ul li").count() == 1, "each branch stands below the one it was made from"


def test_an_error_can_be_raised_instead(app: Page) -> None:
    app.keyboard.press("e")
    app.get_by_label("raise", exact=True).check()
    app.get_by_label("Class of the error").fill("TimeoutError")
    app.get_by_role("button", name="Replay with this edit").click()
    app.locator(".dw-result").wait_for()
    assert "raises TimeoutError" in app.locator(".dw-branches").inner_text()


def test_the_recorded_run_is_one_choice_away(app: Page) -> None:
    app.keyboard.press("e")
    app.wait_for_function("document.querySelector('.dw-json').value.includes('11800')")
    app.get_by_role("button", name="Replay with this edit").click()
    app.get_by_text("The code needs an answer").wait_for()
    app.get_by_role("button", name="Branch: charge_card", exact=False).first.click()
    app.get_by_role("menuitemradio", name="recorded").click()
    app.get_by_text("of 10", exact=False).first.wait_for()
    assert app.locator(".dw-place").inner_text() == "event 8 of 10", "the last recorded event before the edit"


def test_a_call_without_an_answer_can_be_skipped_to_compare(app: Page, artefacts: Path) -> None:
    app.keyboard.press("e")
    app.wait_for_function("document.querySelector('.dw-json').value.includes('11800')")
    editor = app.get_by_role("textbox", name="Value, as JSON")
    editor.fill(editor.input_value().replace("11800", "1"))
    app.get_by_role("button", name="Replay with this edit").click()
    app.get_by_text("The code needs an answer").wait_for()
    app.get_by_role("button", name="Skip to compare").click()
    app.locator(".dw-difference [data-change=outcome]").first.wait_for()
    assert "The branch waits at extend_subscription(" in app.locator(".dw-difference").inner_text()
    assert app.evaluate("document.activeElement.getAttribute('aria-label')") == "Difference"
    assert app.get_by_text("The code needs an answer").is_visible(), "it can still be answered"
    app.screenshot(path=artefacts / "skipped.png")


def test_the_run_can_begin_with_other_arguments(app: Page, artefacts: Path) -> None:
    app.keyboard.press("e")
    app.get_by_label("input", exact=True).check()
    arguments = app.get_by_role("textbox", name="Arguments, a JSON list")
    app.wait_for_function("document.querySelector('[aria-label=\"Arguments, a JSON list\"]').value.includes('11800')")
    replay = app.get_by_role("button", name="Replay with this edit")
    recorded = arguments.input_value()
    for text, word in [("[", "not JSON yet"), ('{"order": 1}', "arguments are a list"), ("", "write a JSON value")]:
        arguments.fill(text)
        assert replay.is_disabled()
        assert word in (replay.get_attribute("aria-label") or "") or word in app.locator(".dw-edit-form").inner_text()
    app.screenshot(path=artefacts / "no-list.png")
    arguments.fill("[1, 2, 3]")
    replay.click()
    app.get_by_text("these arguments do not fit checkout").wait_for()
    arguments.fill(recorded.replace("11800", "5"))
    named = app.get_by_role("textbox", name="Named arguments, a JSON object")
    named.fill("[]")
    assert replay.is_disabled()
    named.fill("{}")
    replay.click()
    app.locator(".dw-result").wait_for()
    assert "the input is (" in app.locator(".dw-branches").inner_text()
    answer = app.get_by_role("textbox", name="Answer of charge_card")
    assert '"id": "ch_0_0001"' in answer.input_value(), "what the run was once answered is where an answer begins"
    app.screenshot(path=artefacts / "input.png")


def test_the_clock_can_be_off_from_an_event_on(app: Page) -> None:
    app.keyboard.press("Home")
    app.keyboard.press("n")
    app.keyboard.press("e")
    app.get_by_label("clock", exact=True).check()
    seconds = app.get_by_label("Seconds that the clock is off")
    replay = app.get_by_role("button", name="Replay with this edit")
    for text, reason in [
        ("", "say by how many seconds"),
        ("0", "changes nothing"),
        ("99999999999", "cannot be off by more than 3,162,240,000 s"),
    ]:
        seconds.fill(text)
        assert replay.is_disabled()
        assert reason in (replay.get_attribute("aria-label") or "")
    seconds.fill("-90000")
    replay.click()
    app.locator(".dw-result").wait_for()
    assert "the clock is off by -90000 s" in app.locator(".dw-branches").inner_text()
