"""The timeline: choosing, zooming and panning by mouse and keys; what a million events must not slow down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.debugger_app.stage import open_stage

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stage")]

EVENTS = 20_000
LONG = f"import('/synthetic.js').then(made => {{ window.desk = made.longRun({EVENTS}) }})"
WINDOW = "[window.app.timeline.view.from, window.app.timeline.view.to]"


@pytest.fixture
def app(page: Page) -> Page:
    open_stage(page, LONG)
    page.wait_for_function("window.app.timeline.spent.boxes > 0")
    return page


def settled(page: Page) -> tuple[float, float]:
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    begin, end = page.evaluate(WINDOW)
    return begin, end


def test_a_click_moves_the_cursor_everywhere(app: Page) -> None:
    field = app.locator(".dw-field")
    box = field.bounding_box()
    assert box
    field.click(position={"x": box["width"] * 0.3, "y": 40})
    row = app.evaluate("window.app.cursor.at")
    assert 0 < row < EVENTS / 2
    assert app.locator(".dw-events [aria-selected=true] [data-column=seq]").inner_text() == str(row + 1)
    field.click(position={"x": box["width"] * 0.8, "y": 40})
    assert app.evaluate("window.app.cursor.at") > EVENTS / 2


def test_wheel_zooms_at_the_pointer_and_drag_pans(app: Page) -> None:
    whole = settled(app)
    box = app.locator(".dw-field").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 50
    app.mouse.move(x, y)
    for _ in range(6):
        app.mouse.wheel(0, -300)
    near = settled(app)
    assert (near[1] - near[0]) < (whole[1] - whole[0]) / 10
    app.mouse.down()
    app.mouse.move(x - 200, y, steps=4)
    app.mouse.up()
    assert settled(app)[0] > near[0]
    assert app.evaluate("window.app.cursor.at") == 0, "a drag is no click"


def test_keys_zoom_pan_and_fit(app: Page) -> None:
    whole = settled(app)
    app.locator(".dw-app").focus()
    for _ in range(8):
        app.keyboard.press("Shift+W")
    near = settled(app)
    assert near[1] - near[0] < (whole[1] - whole[0]) / 5
    app.keyboard.press("Shift+D")
    assert settled(app)[0] > near[0]
    app.locator(".dw-field").focus()
    app.keyboard.press("0")
    assert settled(app) == whole


def test_the_cursor_is_never_out_of_sight(app: Page) -> None:
    app.locator(".dw-app").focus()
    for _ in range(14):
        app.keyboard.press("Shift+W")
    app.keyboard.press("End")
    begin, end = settled(app)
    place = app.evaluate("window.app.timeline.lanes.chart.events[window.app.cursor.at]")
    assert begin <= place <= end


@pytest.mark.parametrize("at", [0, EVENTS - 1])
def test_where_all_is_seen_the_first_and_the_last_event_move_nothing(app: Page, at: int) -> None:
    whole = settled(app)
    app.evaluate(f"window.app.cursor.move({at})")
    assert settled(app) == whole


def test_a_night_is_cut_and_event_order_knows_no_time(app: Page, artefacts: Path) -> None:
    cut = app.evaluate("window.app.timeline.lanes.chart.end")
    app.screenshot(path=artefacts / "timeline-cut.png")
    app.get_by_role("button", name="Time as it was").click()
    app.wait_for_function(f"window.app.timeline.lanes.chart.end > {cut * 10}")
    app.get_by_role("button", name="One unit per event").click()
    app.wait_for_function(f"window.app.timeline.lanes.chart.end === {EVENTS}")


def test_levels_of_detail_lose_no_failure(app: Page) -> None:
    """Every failed bar is drawn at each zoom, if only as a pixel."""
    seen = app.evaluate(
        """() => {
            const { lanes, view } = window.app.timeline;
            const { state, lane } = lanes.chart.story.spans;
            const failed = lane.filter((_, at) => state[at] === 1).length;
            let drawn = 0;
            for (let each = 0; each < 8; each++) {
                lanes.draw(each, view.from, view.to, 0, (begin, end, states) => { drawn += states === 2 ? 1 : 0; });
            }
            let blocks = 0;
            for (let each = 0; each < 8; each++) {
                const count = (begin, end, states) => { blocks += (states & 2) ? 1 : 0; };
                lanes.draw(each, view.from, view.to, view.length(1), count);
            }
            return [failed, drawn, blocks];
        }"""
    )
    assert seen[0] == seen[1] > 0
    assert 0 < seen[2] <= seen[0]


def test_the_picture_is_sharp_on_dense_screens(app: Page) -> None:
    sizes = app.evaluate(
        """() => { const canvas = document.querySelector('.dw-canvas');
        return [canvas.width, canvas.clientWidth, window.devicePixelRatio]; }"""
    )
    assert sizes[0] == round(sizes[1] * sizes[2])
