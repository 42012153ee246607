"""150 hostile texts in every text of every answer, through every panel: nothing runs, nothing is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.debugger_app.stage import open_stage, python_desk
from tests.views.report.test_xss import PAYLOADS
from workbench.debugger.desk import Desk
from workbench.recording import open_recording
from workbench.simulate.demo import CrashAt, Demo

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WORDS = {
    *("columns", "dtype", "status", "statuses", "safety", "action", "sort", "role", "severity", "sight", "word"),
    *("isolation", "state", "what", "does", "outcome", "branch", "parent", "run_id", "run_ids", "document"),
}
"""What an answer may only say in words of the wire, and ids that are given back."""
VISIT = """async () => {
    const { app } = window;
    await app.open('');
    await window.idle();
    for (const name of ['why', 'hazards', 'provenance', 'whatif', 'decide']) {
        app.showTab(name);
        await window.idle();
    }
    await app.replay();
    for (const at of [1, 8]) {
        app.cursor.move(at);
        await new Promise(done => setTimeout(done, 150));
        await window.idle();
    }
    await app.replays.tryOut({ edit: 'raises', step: 'check_stock', error: { type: 'TimeoutError' } });
    app.cursor.move(app.cursor.length - 1);
    app.whatIf.compare(app.cursor.branch.id);
    document.querySelectorAll('details').forEach(each => { each.open = true; });
    document.querySelectorAll('.dw-option button').forEach(each => each.click());
    document.querySelector('.dw-doubt button')?.click();
    document.querySelector('[aria-haspopup]').click();
    await window.idle();
    const found = document.querySelector('.dw-app').innerText;
    app.showRuns();
    await window.idle();
    return found + document.querySelector('.dw-app').innerText;
}"""


def poisoned(value: Any, text: str, key: str = "") -> Any:
    """The same answer with `text` for each free text."""
    if isinstance(value, dict):
        return {name: one if name in WORDS else poisoned(one, text, name) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, text, key) for one in value]
    return text if isinstance(value, str) else value


@pytest.mark.parametrize(
    "together", [pytest.param(1, marks=pytest.mark.nightly, id="one by one"), pytest.param(5, id="five in each text")]
)
def test_no_text_of_an_answer_ever_runs_or_is_asked_for(page: Page, tmp_path: Path, together: int) -> None:
    texts = ["\n".join(PAYLOADS[start : start + together]) for start in range(0, len(PAYLOADS), together)]
    strays: list[str] = []
    with Demo(tmp_path, crash_at=CrashAt.IN_CHARGE) as demo:
        assert demo.run_worker() == -9
        ask = python_desk(Desk(open_recording(demo.log)))
        known: dict[str, Any] = {}
        now = {"text": "harmless"}

        def answer(question: Any) -> Any:
            said = json.dumps(question)
            known[said] = known.get(said) or ask(question)
            return {name: one if name == "buffers" else poisoned(one, now["text"]) for name, one in known[said].items()}

        page.expose_function("pythonDesk", answer)
        open_stage(page, "window.desk = window.fromPython", strays=strays)
        page.wait_for_function("window.app?.cursor.run")
        shown = 0
        for payload in texts:
            now["text"] = payload.encode("utf-8", "replace").decode()
            seen = page.evaluate(VISIT)
            shown += "window.__x" in seen or "evil.example" in seen or "constructor" in seen
            assert page.evaluate("window.__x") is None, payload
            made = page.locator(".dw-app").locator(
                "script, iframe, img, object, link, base, form[action], a, video, template"
            )
            assert made.count() == 0, payload
    assert shown == len(texts), "each one was on the screen, as text"
    assert strays == []
    assert page.url.startswith("http://stage.invalid/")
