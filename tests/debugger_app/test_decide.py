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

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]


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
    assert rerun.locator(".dw-five h5").all_inner_texts() == [
        "will be read from the log", "will execute again", "already done", "must be compensated", "in doubt",
    ]  # fmt: skip


def test_lists_reasons_and_gates_lead_to_their_events(page: Page, demo: Demo, artefacts: Path) -> None:
    run = open_recording(demo.log).run()
    names = {int(row["seq"]): (row["event"], row["name"]) for row in run.events.to_dict("records")}
    show(page, demo)
    rerun, resume = (page.locator(f".dw-option[data-action={action}]") for action in ("rerun", "resume"))
    for option in (resume, rerun):
        option.locator("summary").click()
    page.screenshot(path=artefacts / "evidence.png")
    for option, found, name, event in [
        (resume, ".dw-list-reads_from_log", "check_stock (2)", "StepCompleted"),
        (rerun, ".dw-list-executes_again", "log_in (1)", "StepStarted"),
        (rerun, ".dw-list-already_done", "reserve_stock (3)", "StepCompleted"),
        (rerun, ".dw-list-must_compensate", "reserve_stock (3)", "StepStarted"),
        (rerun, ".dw-list-in_doubt", "charge_card (4)", "StepStarted"),
    ]:
        links = option.locator(found).get_by_role("button")
        assert name in links.all_inner_texts()
        assert links.count() == option.locator(found).locator("li").count(), "each step of a list leads somewhere"
        for number in range(links.count()):
            link = links.nth(number)
            link.click()
            seq = int((link.get_attribute("aria-label") or "").rpartition(" ")[2])
            assert page.evaluate("window.app.cursor.seq") == seq
            assert names[seq] == (event, link.inner_text().rpartition(" ")[0])
    against = rerun.locator(".dw-objections li", has_text="charge_card (4)").first
    page.evaluate("window.app.cursor.move(0)")
    against.get_by_role("button", name="Go to event").first.click()
    assert names[page.evaluate("window.app.cursor.seq")] == ("StepStarted", "charge_card")
    page.evaluate("window.app.cursor.move(0)")
    rerun.locator(".dw-decides").get_by_role("button").first.click()
    assert page.evaluate("window.app.cursor.seq") > 1
    page.locator(".dw-doubt").get_by_role("button", name="Go to event").first.click()
    assert names[page.evaluate("window.app.cursor.seq")] == ("StepStarted", "charge_card")


def test_a_dry_run_leads_to_the_events_of_its_calls(page: Page, demo: Demo) -> None:
    show(page, demo)
    rerun = page.locator(".dw-option[data-action=rerun]")
    rerun.locator("summary").click()
    rerun.get_by_role("button", name="Dry run of rerun").click()
    plan = page.get_by_role("group", name="Dry run of rerun")
    plan.get_by_role("button", name="charge_card (4): go to event").click()
    assert page.evaluate("window.app.cursor.run.name(window.app.cursor.row)") == "charge_card"
    plan.locator(".dw-objections").get_by_role("button", name="Go to event").first.click()
    assert plan.is_visible(), "looking at the evidence takes nothing away"


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
