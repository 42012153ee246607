"""The whole job in Notebook 7, in the dark, by keyboard once it is open: step, change, answer, compare, decide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.debugger_app.test_document import FOLDER, KERNEL_SECONDS, folder, incident, sessions, standing, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from tests.browser import Lab
    from workbench.simulate.demo import Demo

__all__ = ["folder", "incident"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def dark(lab: Lab) -> Iterator[None]:
    settings = lab.root.parent / "settings" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('{"theme": "JupyterLab Dark"}')
    yield
    settings.unlink()


@pytest.fixture
def tree(lab: Lab, browser: Browser, folder: Path) -> Iterator[Page]:
    """The list of files of Notebook 7, whose own page raises an error that is not ours."""
    pytest.importorskip("notebook", reason="Notebook 7 comes with the extra `test`")
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{lab.url}/tree/{folder.name}")
    yield page
    context.close()


@pytest.mark.usefixtures("dark")
def test_the_whole_job_by_keyboard(lab: Lab, incident: Demo, tree: Page, artefacts: Path) -> None:
    before = incident.truth()
    page = opened(tree)
    app = page.locator(".dw-document .dw-app")
    app.get_by_text("event 10 of 10").wait_for()
    page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    for key, place in [("p", "9"), ("ArrowLeft", "8"), ("n", "9"), ("Home", "1"), ("ArrowRight", "2"), ("End", "10")]:
        page.keyboard.press(key)
        assert standing(app) == f"event {place} of 10"
    app.get_by_role("button", name="Start a kernel to replay and decide").first.press("Enter")
    app.get_by_text("isolation: hook").wait_for(timeout=KERNEL_SECONDS)
    page.wait_for_function("!document.querySelector('.dw-start-kernel')")

    change_and_compare(page, app)
    page.screenshot(path=artefacts / "notebook-7-dark-branch.png")
    assert incident.truth() == before, "a replay never acts"
    decide_and_record(page, app)
    page.screenshot(path=artefacts / "notebook-7-dark-decided.png")
    assert incident.truth() == {"charged_cents": before["charged_cents"], "extensions": 1}
    end_kernels(page, lab)


def opened(tree: Page) -> Page:
    """The recording, opened from the list of files."""
    with tree.context.expect_page() as document:
        tree.locator(".jp-DirListing-item", has_text="shop.wlog").dblclick()
    return document.value


def change_and_compare(page: Page, app: Locator) -> None:
    """Edit the charge, answer the frontier twice, and compare with what was recorded."""
    app.focus()
    for key in ("p", "p", "e"):
        page.keyboard.press(key)
    page.wait_for_function("document.querySelector('.dw-json')?.value.includes('11800')")
    charge = {"id": "ch_9", "order": "order-42", "amount_cents": 1, "currency": "EUR", "status": "succeeded"}
    write(app.get_by_role("textbox", name="Value, as JSON"), json.dumps(charge))
    app.get_by_role("button", name="Replay with this edit").press("Enter")
    for step, answer in [("extend_subscription", '{"until": "2026-12-24"}'), ("send_mail", '"sent"')]:
        write(app.get_by_role("textbox", name=f"Answer of {step}"), answer)
        app.get_by_role("button", name="Return this value").press("Enter")
    app.locator(".dw-result-completed, .dw-result-failed").wait_for()
    app.get_by_role("button", name="Compare with what was recorded", exact=True).press("Enter")
    app.locator(".dw-difference [data-change=outcome]").first.wait_for()


def decide_and_record(page: Page, app: Locator) -> None:
    """Read the verdict, look at the dry run, say why, and act."""
    app.focus()
    page.keyboard.press("d")
    app.locator(".dw-option .dw-safety", has_text="SAFE").first.wait_for()
    app.get_by_role("button", name="Dry run of resume").press("Enter")
    plan = app.get_by_role("group", name="Dry run of resume")
    write(plan.get_by_label("Why, for the record"), "the charge is on record")
    plan.locator(".dw-act").press("Enter")
    app.locator(".dw-headline .dw-status", has_text="completed").wait_for(timeout=KERNEL_SECONDS)
    app.locator(".dw-record li", has_text="the charge is on record").wait_for(state="attached")


def write(box: Locator, text: str) -> None:
    box.wait_for(timeout=KERNEL_SECONDS)
    box.focus()
    box.page.keyboard.press("Control+a")
    box.page.keyboard.insert_text(text)


def end_kernels(page: Page, lab: Lab) -> None:
    cookies = {cookie.get("name"): cookie.get("value", "") for cookie in page.context.cookies()}
    for found in page.request.get(f"{lab.url}/api/sessions").json():
        address = f"{lab.url}/api/sessions/{found['id']}"
        page.request.delete(address, headers={"X-XSRFToken": cookies.get("_xsrf", "")})
    until(page, lambda: f"{FOLDER}/shop.wlog" not in sessions(page, lab))
