"""May I re-run this? Options, doubts, the dry run, the deed and its record, on a run whose charge is in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.debugger_app.stage import open_stage
from workbench.debugger.desk import Desk
from workbench.recording import open_recording
from workbench.simulate.demo import CrashAt, Demo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Its own: these tests act."""
    with Demo(tmp_path, crash_at=CrashAt.IN_CHARGE) as made:
        assert made.run_worker() == -9
        yield made


def show(page: Page, demo: Demo, *, may_act: bool = True) -> None:
    open_stage(page, Desk(open_recording(demo.log), may_act=may_act))
    page.locator(".dw-option").first.wait_for(state="attached")
    page.locator(".dw-app").focus()
    page.keyboard.press("d")


def test_every_action_has_a_verdict_and_five_lists(page: Page, demo: Demo) -> None:
    show(page, demo)
    assert {"resume", "rerun", "compensate"} <= set(page.locator(".dw-action").all_inner_texts())
    rerun = page.locator(".dw-option[data-action=rerun]")
    assert "UNSAFE" in rerun.inner_text()
    rerun.locator("summary").click()
    assert rerun.locator("h5").all_inner_texts() == [
        "will be read from the log", "will execute again", "already done", "must be compensated", "in doubt",
    ]  # fmt: skip


def test_what_is_unsafe_needs_acceptance_and_says_so(page: Page, demo: Demo, artefacts: Path) -> None:
    show(page, demo)
    rerun = page.locator(".dw-option[data-action=rerun]")
    rerun.locator("summary").click()
    rerun.get_by_role("button", name="Dry run of rerun").click()
    plan = page.get_by_role("group", name="Dry run of rerun")
    act = plan.locator(".dw-act")
    assert act.is_disabled()
    assert "Not possible" in (act.get_attribute("aria-label") or "")
    page.screenshot(path=artefacts / "refused.png")
    boxes = plan.get_by_role("checkbox")
    for number in range(boxes.count()):
        plan.get_by_role("checkbox").nth(number).check()
        page.wait_for_timeout(200)
        plan.wait_for()
    plan.locator(".dw-act:enabled").wait_for()


def test_a_probe_answers_and_a_person_settles_then_acts(page: Page, demo: Demo, artefacts: Path) -> None:
    show(page, demo)
    page.get_by_role("button", name="Ask find_charge: reads only").click()
    page.locator(".dw-decide .dw-notice", has_text="find_charge").first.wait_for()
    page.get_by_label("Evidence about charge_card").fill("the provider shows the charge")
    page.get_by_text("what it returned").click()
    page.get_by_role("textbox", name="What charge_card").fill(
        '{"id": "ch_0_0001", "order": "order-42", "amount_cents": 11800, "currency": "EUR", "status": "succeeded"}'
    )
    page.get_by_role("button", name="charge_card (4) happened").click()
    page.locator(".dw-record li", has_text="resolve").wait_for(state="attached")
    page.locator(".dw-preferred").wait_for(state="attached")
    page.locator(".dw-app").focus()
    page.keyboard.press("d")
    page.get_by_role("button", name="Dry run of resume").click()
    plan = page.get_by_role("group", name="Dry run of resume")
    plan.get_by_label("Why, for the record").fill("charge is proved")
    plan.locator(".dw-act").click()
    page.locator(".dw-headline .dw-status", has_text="completed").wait_for()
    page.screenshot(path=artefacts / "resumed.png")
    assert demo.truth()["charged_cents"] == 11800


def test_where_nobody_may_act_the_buttons_say_so(page: Page, demo: Demo) -> None:
    show(page, demo, may_act=False)
    assert page.get_by_role("button", name="charge_card (4) happened").is_disabled()
    page.locator(".dw-option summary").first.click()
    page.get_by_role("button", name="Dry run of resume").click()
    act = page.locator(".dw-plan .dw-act")
    act.wait_for()
    assert act.is_disabled()
    assert page.locator(".dw-why-not").inner_text().startswith("Not possible: ")
