"""Two lessons as a learner has them, in a real JupyterLab: from the story, with the debugger, to the solution."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser import open_lab
from tests.course.lesson import Lesson
from workbench.course.folder import copy_course

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser import Lab

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EVENT = re.compile(r"event \d+ of \d+")
RUN = """async () => {
    const { currentWidget } = window.jupyterapp.shell;
    await Promise.all([currentWidget.context.ready, currentWidget.sessionContext.ready, currentWidget.revealed]);
    await currentWidget.sessionContext.session.kernel.info;
    void window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
SHOW = """async (source) => {
    const { content } = window.jupyterapp.shell.currentWidget;
    const index = content.widgets.findIndex((cell) => cell.model.sharedModel.getSource().includes(source));
    content.activeCellIndex = index;
    await content.scrollToItem(index, 'center');
}"""
LESSONS = {"1": "01_post_mortem.ipynb", "10": "10_other_engines.ipynb"}


@pytest.mark.parametrize("id", LESSONS)
def test_a_learner_steps_mends_and_is_told_so(lab: Lab, page: Page, artefacts: Path, id: str) -> None:
    copy_course(lab.root / "course")
    open_lab(page, lab, f"course/{LESSONS[id]}")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
    page.evaluate(RUN)
    told = page.locator(".jp-OutputArea-output", has_text="hidden scenarios hold").last
    told.wait_for(timeout=60_000)
    assert "not yet" in told.inner_text()

    page.evaluate(SHOW, "wb.Debugger(")
    app = page.locator(".dw-app:visible")
    app.get_by_text(EVENT).wait_for()
    before = app.get_by_text(EVENT).inner_text()
    app.get_by_role("button", name="Step back").click()
    page.wait_for_function("([app, text]) => !app.innerText.includes(text)", arg=[app.element_handle(), before])
    page.screenshot(path=artefacts / f"lesson-{id}.png")

    lesson = Lesson(id)
    _write(page, lesson.original, lesson.solution)
    page.locator(".jp-OutputArea-output", has_text=": solved").wait_for(timeout=60_000)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def _write(page: Page, old: str, new: str) -> None:
    """Put a solution into the cell of the exercise, and run it and the check behind it."""
    page.evaluate(
        """async ([old, text]) => {
            const { content } = window.jupyterapp.shell.currentWidget;
            const cells = content.widgets;
            const index = cells.findIndex((cell) => cell.model.sharedModel.getSource() === old);
            cells[index].model.sharedModel.setSource(text);
            content.activeCellIndex = index;
            await window.jupyterapp.commands.execute('notebook:run-cell-and-select-next');
            await window.jupyterapp.commands.execute('notebook:run-cell-and-select-next');
        }""",
        [old, new],
    )
