"""A recording of which every text is hostile: ids, names, keys, values, errors, code, variables; and who watches it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.views.report.test_xss import PAYLOADS
from workbench.model import visible

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Locator, Page, Request

__all__ = ["FILE", "FOREIGN", "WHOLE", "Watched", "hostile_recording", "scrolled", "unfolded"]

FOREIGN = "script, iframe, img, object, link, base, form[action], a, video, template, style, meta, animate"
"""What the app makes none of."""

FILE = f"{PAYLOADS[1]}.wlog"
"""Name of the file."""
WHOLE = f"all {PAYLOADS[0]}"
"""The run that holds all payloads; one run more for each is named by it."""
_FLOWS = """
import workbench as wb

TEXTS = [
    {texts},
]


def calling(text):
    @wb.step(kind="write", name=text, key=lambda value: value)
    def call(value):
        return {{value: [value, {{value: value}}]}}

    return call


def flow_of(text):
    @wb.workflow(name=text)
    def flow(value):
        calling(text)(value)
        raise type(text.replace("\\0", ""), (Exception,), {{}})(value)

    return flow


CALLS = [calling(text) for text in TEXTS]


@wb.workflow
def every(texts):
    seen = {{text: [text] for text in texts}}
    for text, call in zip(texts, CALLS):
        here = text
        call(here)
    raise ValueError("\\n".join(seen))


def record(path, whole):
    with wb.Recorder(path) as recorder:
        runs = [(flow_of(text), text, text) for text in TEXTS]
        for flow, given, run_id in [*runs, (every, TEXTS, whole)]:
            try:
                recorder.run(flow, given, id=run_id, business_key=run_id)
            except Exception:
                pass
"""


def hostile_recording(folder: Path) -> Path:
    """Record it in a process of its own, in a folder where a kernel finds its code."""
    texts = ",\n    ".join(map(repr, PAYLOADS))
    (folder / "hostile_flows.py").write_text(_FLOWS.format(texts=texts))
    code = f"import hostile_flows; hostile_flows.record({FILE!r}, {WHOLE!r})"
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    return folder / FILE


class Watched:
    """What a page asks for, and what it shows."""

    def __init__(self, page: Page, home: str) -> None:
        self._page = page
        self.strays: list[str] = []
        self.seen = ""
        self._open = 0
        page.on("request", lambda request: self._asked(request, home))
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)
        page.on("dialog", self._dialog)

    def _asked(self, request: Request, home: str) -> None:
        self._open += _is_question(request)
        if not request.url.startswith((home, "data:", "blob:")):
            self.strays.append(request.url)

    def _answered(self, request: Request) -> None:
        self._open -= _is_question(request)

    def _dialog(self, dialog: Dialog) -> None:
        self.strays.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def rest(self, least: int = 3) -> None:
        """Until everything that was asked is answered, and drawn."""
        quiet = 0
        while quiet < least:
            self._page.wait_for_timeout(20)
            quiet = 0 if self._open else quiet + 1

    def look(self, app: Locator) -> None:
        """Everything is text, and nothing has run."""
        self.rest()
        self.seen += app.inner_text()
        assert self._page.evaluate("window.__x") is None
        assert app.locator(FOREIGN).count() == 0
        assert self._page.locator("[onerror], [onload], [ontoggle], [onfocus], [onbegin]").count() == 0

    def unseen(self) -> list[str]:
        """The payloads that were on the screen nowhere, as the text that they are."""
        return [payload for payload in PAYLOADS if visible(payload) not in self.seen]


def _is_question(request: Request) -> bool:
    return request.url.endswith("/durable-workbench/ask")


def scrolled(watched: Watched, app: Locator, grid: str) -> None:
    """All of a long table, page by page."""
    table = app.get_by_role("grid", name=grid)
    table.evaluate("each => { each.scrollTop = 0 }")
    while True:
        watched.look(table)
        before = table.evaluate("each => each.scrollTop")
        if table.evaluate("each => (each.scrollTop += each.clientHeight - 60, each.scrollTop)") == before:
            return


def unfolded(watched: Watched, app: Locator, inside: str) -> None:
    """Whatever unfolds, also what comes only then."""
    part = app.locator(inside)
    for _ in range(6):
        part.evaluate(
            """each => {
                each.querySelectorAll('details').forEach(one => { one.open = true; });
                each.querySelectorAll('[role=treeitem][aria-expanded=false]').forEach(
                    one => one.dispatchEvent(new CustomEvent('dw-open', { detail: true })));
                each.querySelectorAll('.dw-tree > li button:not([title^=Copy])').forEach(one => one.click());
            }"""
        )
        watched.rest()
    watched.look(part)
