"""The list of runs stays smooth at a hundred thousand, by mouse and by keyboard."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import show_folder
from tests.debugger.test_together import died_orders
from tests.debugger_app.axe import Inspection
from tests.debugger_app.stage import open_stage
from tests.incident import killed_demo
from workbench.debugger.desk import Desk
from workbench.recording import open_recording

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser import Lab
    from tests.recording.deciding_shop import Shop
    from workbench.simulate.demo import Demo

__all__ = ["killed_demo"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

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
    heads = many.locator(".dw-runs .dw-group:visible")
    assert heads.first.inner_text() == "failed TimeoutError at charge (3) (1,667)"
    before = heads.count()
    heads.first.click()
    assert heads.count() > before, "the runs of a folded group make room for other groups"
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


# --- choosing --------------------------------------------------------------------------------------------------------


def chosen(page: Page) -> str:
    return page.locator(".dw-chosen-bar strong").inner_text()


def test_runs_are_chosen_by_keyboard(many: Page, artefacts: Path) -> None:
    grid = many.get_by_role("grid", name="Runs")
    grid.focus()
    assert many.locator(".dw-chosen-bar").is_hidden()
    many.keyboard.press("ArrowDown")
    many.keyboard.press("Space")
    assert chosen(many) == "1 run chosen:"
    for _ in range(3):
        many.keyboard.press("Shift+ArrowDown")
    assert chosen(many) == "4 runs chosen:"
    many.keyboard.press("Shift+ArrowUp")
    assert chosen(many) == "3 runs chosen:", "a stretch that shrinks lets go"
    many.screenshot(path=artefacts / "chosen.png")
    many.get_by_label("Filter runs").fill("timeouterror")
    assert chosen(many) == "3 runs chosen, 3 of them not shown:"
    grid.focus()
    many.keyboard.press("Control+a")
    assert chosen(many) == "3,337 runs chosen, 3 of them not shown:"
    many.get_by_role("button", name="Choose none").click()
    assert many.locator(".dw-chosen-bar").is_hidden()


def test_runs_are_chosen_by_mouse(many: Page) -> None:
    box = many.get_by_role("checkbox", name="Choose order-99999", exact=True)
    box.click()
    many.locator(".dw-runs .dw-row[data-row='4'] [data-column=run]").click(modifiers=["Shift"])
    assert chosen(many) == "5 runs chosen:"
    box.click()
    assert chosen(many) == "4 runs chosen:"
    every = many.get_by_role("checkbox", name="Choose every run found")
    assert every.evaluate("box => box.indeterminate")
    every.check()
    assert chosen(many) == "100,000 runs chosen:"
    every.uncheck()
    assert many.locator(".dw-chosen-bar").is_hidden()


def test_a_reason_is_one_toggle_and_its_runs_one_box(many: Page, artefacts: Path) -> None:
    toggle = many.get_by_role("button", name="by reason")
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "true"
    assert many.get_by_label("Group").input_value() == "reason"
    many.get_by_label("Filter runs").fill("timeouterror")
    heads = many.locator(".dw-runs .dw-group:visible")
    assert heads.count() == 1, "the second group begins below what is seen"
    row = many.locator(".dw-runs .dw-row[data-row='0']")
    assert row.locator(".dw-safety").inner_text().split() == ["CHECK", ":", "resume"]
    assert row.locator("[data-column=stake]").inner_text() == "249,870 EUR"
    many.screenshot(path=artefacts / "reasons.png")
    row.get_by_role("checkbox").click()
    assert chosen(many) == "1,667 runs chosen:"
    toggle.click()
    assert many.get_by_label("Group").input_value() == ""
    assert chosen(many) == "1,667 runs chosen:"


def test_choosing_and_grouping_stay_smooth(many: Page) -> None:
    for word in ("reason", ""):
        many.get_by_label("Group").select_option(word)
        many.get_by_role("checkbox", name="Choose every run found").check()
        many.get_by_role("grid", name="Runs").focus()
        many.keyboard.press("/")
        for letter in "out":
            many.keyboard.type(letter)
            assert many.evaluate("window.app.runs.spent") < 500  # the benchmark holds it to 100, on a quiet machine
        assert many.get_by_label("Filter runs").input_value() == "out"
        many.get_by_label("Filter runs").fill("")


def test_without_a_kernel_the_bar_says_why_nothing_can_be_tried(many: Page) -> None:
    many.get_by_role("grid", name="Runs").focus()
    many.keyboard.press("ArrowDown")
    many.keyboard.press("Space")
    plan = many.get_by_role("button", name="What would happen?")
    assert plan.is_disabled()
    assert "This view may not run code" in many.locator(".dw-chosen-bar").inner_text()


# --- acting ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sold(tmp_path: Path) -> Shop:
    """Three orders died while they charged under a key, a fourth while it mailed, a fifth is done."""
    return died_orders(tmp_path)


def plan_of(page: Page, sold: Shop, **facts: Any) -> Locator:
    """Choose every run and ask what would happen."""
    open_stage(page, Desk(open_recording(sold.log), code=sold.sell, **facts))
    page.get_by_text("5 runs").last.wait_for()
    page.locator(".dw-runs .dw-safety").nth(4).wait_for()
    page.get_by_role("grid", name="Runs").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="What would happen?").click()
    panel = page.get_by_role("region", name="What would happen")
    panel.get_by_text("Dry run of 5 runs: 3 would be done").wait_for()
    return panel


def outcomes(panel: Locator) -> list[str]:
    rows = panel.locator(".dw-table-rows .dw-row:visible")
    texts = [rows.nth(at).locator("[data-column=run]").inner_text() for at in range(rows.count())]
    deeds = [rows.nth(at).locator("[data-column=deed]").inner_text() for at in range(rows.count())]
    return sorted(f"{text} {deed}" for text, deed in zip(texts, deeds, strict=True))


def test_chosen_runs_are_planned_then_done_one_by_one(page: Page, sold: Shop, artefacts: Path) -> None:
    before = sold.log.read_bytes()
    panel = plan_of(page, sold)
    assert sold.log.read_bytes() == before
    assert outcomes(panel) == [
        "order-1 would be done", "order-2 would be done", "order-3 would be done", "order-4 no SAFE action",
        "order-5 nothing to do",
    ]  # fmt: skip
    act = panel.locator(".dw-act")
    assert act.inner_text() == "Resume 3 runs: execute charge (2) 3 times"
    page.screenshot(path=artefacts / "dry-run.png")
    panel.get_by_label("Who decides").fill("ann")
    panel.get_by_label("Why, for the record").fill("the provider is back")
    act.click()
    panel.get_by_text("All 3 runs done.").wait_for()
    page.screenshot(path=artefacts / "done.png")
    assert outcomes(panel)[:3] == ["order-1 done", "order-2 done", "order-3 done"]
    assert sold.world.count("charge") == 5
    (decision,) = open_recording(sold.log).run("order-2").decision_record().rows
    assert (decision["by"], decision["why"]) == ("ann", "the provider is back")
    page.locator(".dw-runs .dw-table-rows .dw-status", has_text="completed").nth(3).wait_for()


def test_the_first_surprise_stops_the_rest(page: Page, sold: Shop, artefacts: Path) -> None:
    panel = plan_of(page, sold)
    open_recording(sold.log).run("order-2").resume(sold.sell)
    panel.locator(".dw-act").click()
    panel.get_by_text("Stopped: order-2 came as a surprise. 1 done, 1 untouched.").wait_for()
    assert [each for each in outcomes(panel) if each[:7] in ("order-1", "order-2", "order-3")] == [
        "order-1 untouched", "order-2 surprise", "order-3 done",
    ]  # fmt: skip
    panel.locator(".dw-row[aria-rowindex='4']").click()
    assert "the verdict has changed since the triage" in panel.locator(".dw-together-detail").inner_text()
    page.screenshot(path=artefacts / "surprise.png")
    assert open_recording(sold.log).run("order-1").status == "interrupted"


def test_what_is_not_safe_is_done_only_where_it_is_accepted(page: Page, sold: Shop, artefacts: Path) -> None:
    open_stage(page, Desk(open_recording(sold.log), code=sold.sell))
    page.locator(".dw-runs .dw-safety").nth(4).wait_for()
    page.get_by_role("checkbox", name="Choose order-4", exact=True).click()
    page.get_by_label("Action for all of them").select_option("rerun")
    page.get_by_role("button", name="What would happen?").click()
    panel = page.get_by_role("region", name="What would happen")
    panel.get_by_text("1 refused unless accepted").wait_for()
    act = panel.locator(".dw-act")
    assert act.is_disabled()
    assert "Not possible" in (act.get_attribute("aria-label") or "")
    grid = panel.get_by_role("grid", name="Chosen runs")
    grid.focus()
    page.keyboard.press("ArrowDown")
    assert "mail (3)" in panel.get_by_role("list", name="What speaks against it").inner_text()
    page.keyboard.press("Space")
    assert panel.get_by_role("checkbox", name="accept for order-4").is_checked()
    assert act.inner_text().startswith("Run 1 run again: ")
    page.screenshot(path=artefacts / "accepted.png")
    act.click()
    panel.get_by_text("All 1 run done.").wait_for()
    assert sold.world.count("mail") == 3


def test_a_desk_that_may_not_act_still_plans(page: Page, sold: Shop) -> None:
    panel = plan_of(page, sold, may_act=False)
    act = panel.locator(".dw-act")
    assert act.is_disabled()
    assert "may not act" in (act.get_attribute("aria-label") or "")


def test_runs_with_hostile_names_are_text(page: Page, tmp_path: Path) -> None:
    sold = died_orders(tmp_path, ["<img src=x onerror='window.hacked = 1'>"])
    open_stage(page, Desk(open_recording(sold.log), code=sold.sell))
    page.locator(".dw-option").first.wait_for(state="attached")
    page.evaluate("window.app.showRuns()")
    page.locator(".dw-runs .dw-safety").first.wait_for()
    page.get_by_role("grid", name="Runs").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="What would happen?").click()
    panel = page.get_by_role("region", name="What would happen")
    panel.get_by_text("<img src=x").first.wait_for()
    panel.locator(".dw-table-rows .dw-row").first.click()
    assert page.evaluate("window.hacked") is None


SLOW = """async () => {
    const { manyRuns } = await import('/synthetic.js');
    const [list, acted] = [manyRuns(3000), []];
    const row = run_id => ({
        run_id, deed: 'planned', action: 'resume', from_step: '', safety: 'SAFE', because: 'so it is',
        consequence: 'Resume: execute charge (3)', calls: ['execute charge (3)'], objections: [],
        expected: { best: 'resume', from_step: '', safety: 'SAFE', because: 'so it is' }, events: 12, error_type: ''
    });
    window.gate = new Promise(open => { window.open_gate = open; });
    window.desk = async question => {
        if (question.ask === 'plan_each') {
            return { body: { rows: question.run_ids.map(row) }, buffers: [] };
        }
        if (question.ask === 'act_each') {
            acted.push(...question.runs);
            await (acted.length > 2 && window.gate);
            return { body: { rows: question.runs.map(run => ({ ...row(run.run_id), deed: 'done' })) }, buffers: [] };
        }
        const answer = await list(question);
        const may = { replay: true, act: true };
        return question.ask === 'hello' ? { ...answer, body: { ...answer.body, may } } : answer;
    };
    window.acted = acted;
}"""
"""A desk whose third deed takes as long as the test wants."""


def test_a_person_sees_the_progress_and_stops_it(page: Page, artefacts: Path) -> None:
    open_stage(page, f"({SLOW})()")
    page.get_by_text("3,000 runs").last.wait_for()
    page.get_by_role("grid", name="Runs").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="What would happen?").click()
    panel = page.get_by_role("region", name="What would happen")
    act = panel.locator(".dw-act:visible")
    act.wait_for()
    assert act.inner_text() == "Resume 3,000 runs: execute charge (3) 3,000 times"
    act.click()
    panel.get_by_text("2 of 3,000 runs acted on; now order-2997…").wait_for()
    assert panel.get_by_role("progressbar", name="Runs done").evaluate("bar => [bar.value, bar.max]") == [2, 3000]
    assert act.is_hidden(), "nobody begins it twice"
    page.screenshot(path=artefacts / "acting.png")
    panel.get_by_role("button", name="Stop after this run").click()
    page.evaluate("window.open_gate()")
    panel.get_by_text("Stopped: a person stopped it. 3 done, 2,997 untouched.").wait_for()
    assert page.evaluate("window.acted.length") == 3


def test_axe_finds_nothing_grave_in_a_dry_run_of_many(page: Page, sold: Shop) -> None:
    panel = plan_of(page, sold)
    inspection = Inspection(page)
    inspection.look("a dry run of many")
    panel.get_by_role("grid", name="Chosen runs").focus()
    page.keyboard.press("ArrowDown")
    inspection.look("one of them")
    page.get_by_label("Action for all of them").select_option("rerun")
    page.get_by_role("button", name="What would happen?").click()
    panel.get_by_text("unless accepted").wait_for()
    panel.get_by_role("grid", name="Chosen runs").focus()
    page.keyboard.press("End")
    panel.get_by_role("checkbox").last.check()
    panel.locator(".dw-act.dw-danger").wait_for()
    inspection.look("accepted")
    page.get_by_label("Action for all of them").select_option("resume")
    page.get_by_role("button", name="What would happen?").click()
    panel.get_by_text("3 would be done").wait_for()
    panel.locator(".dw-act").click()
    panel.get_by_text("All 3 runs done.").wait_for()
    inspection.look("done")
    panel.get_by_role("button", name="Close the dry run").click()
    assert panel.is_hidden()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Runs"
    assert not inspection.found, str(inspection)


def test_a_document_offers_the_kernel_that_a_dry_run_needs(lab: Lab, page: Page, killed_demo: Demo) -> None:
    folder = lab.root / "many"
    folder.mkdir()
    shutil.copy(killed_demo.log, folder / "shop.wlog")
    try:
        show_folder(page, lab, "many")
        page.locator(".jp-DirListing-item", has_text="shop.wlog").dblclick()
        app = page.locator(".dw-document .dw-app:visible")
        app.get_by_text("event 10 of 10").wait_for()
        app.focus()
        page.keyboard.press("Backspace")
        app.get_by_role("grid", name="Runs").focus()
        page.keyboard.press("Control+a")
        plan = app.get_by_role("button", name="What would happen?")
        assert plan.is_disabled()
        bar = app.locator(".dw-chosen-bar")
        assert "The server only reads" in bar.inner_text()
        bar.get_by_role("button", name="Start a kernel").click()
        app.get_by_text("isolation: hook").wait_for(timeout=60_000)
        app.get_by_text("event 10 of 10").wait_for()
        app.focus()
        page.keyboard.press("Backspace")
        assert chosen(page) == "1 run chosen:", "it stays chosen"
        plan.click()
        app.get_by_text("Dry run of 1 run: 1 would be done.").wait_for(timeout=60_000)
        assert app.locator(".dw-together .dw-act").inner_text().startswith("Resume 1 run: ")
    finally:
        shutil.rmtree(folder)
