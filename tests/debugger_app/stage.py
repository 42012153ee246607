"""The built app on a page of its own: the real bundle, with a desk of the test behind the notebook's comm."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench._errors import WorkbenchError
from workbench.debugger.answer import failure_of, sendable
from workbench.debugger.desk import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

__all__ = ["HOME", "open_stage", "python_desk"]

HOME = "http://stage.invalid/"
"""Never resolved: every request is answered by the test, so what asks for anything else is seen."""
_HERE = Path(__file__).parent
_BUILT = Path(__file__).parents[2] / "workbench" / "debugger" / "static"
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


def open_stage(page: Page, desk: Desk | str, *, strays: list[str] | None = None, start: bool = True) -> None:
    """Show the app.

    Args:
        page: Where.
        desk: A desk in this process, or JavaScript that makes `window.desk`.
        strays: Takes the address of everything that is requested from elsewhere.
        start: Whether the app is shown at once; else `window.start()` shows it.
    """
    if not (_BUILT / "widget.js").is_file():
        pytest.skip("the app is not built: run `npm run build` in labextension")
    elsewhere = strays if strays is not None else []

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HOME) or "stage.html"
        found = [folder / name for folder in (_HERE, _BUILT) if (folder / name).is_file()]
        if not route.request.url.startswith(HOME) or not found:
            elsewhere.append(route.request.url)
            route.abort()
        else:
            route.fulfill(body=found[0].read_bytes(), content_type=_TYPES[found[0].suffix])

    page.route("**/*", serve)
    page.goto(HOME)
    page.wait_for_function("window.ready")
    if isinstance(desk, Desk):
        page.expose_function("pythonDesk", python_desk(desk))
        page.evaluate("window.desk = window.fromPython")
    else:
        page.evaluate(desk)
    if start:
        page.evaluate("window.start()")


def python_desk(desk: Desk) -> Callable[[Any], dict[str, Any]]:
    """What the widget's host does with a question, but for the comm."""

    def ask(question: Any) -> dict[str, Any]:
        try:
            answer = desk.answer(question)
        except WorkbenchError as error:
            return {"error": failure_of(error)}
        return {
            "body": sendable(answer.body),
            "buffers": [base64.b64encode(bytes(buffer)).decode() for buffer in answer.buffers],
        }

    return ask
