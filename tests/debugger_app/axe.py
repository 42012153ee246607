"""The accessibility checker axe-core, run on the app's own element in whatever state it is.

axe comes with the development packages of the app (`npm ci` in labextension/, which the package build runs too): it
is loaded into the page by tests only, and is in no bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["Inspection"]

AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
RUN = """async element => {
    const { violations } = await axe.run({ include: [element] }, { resultTypes: ['violations'] });
    const said = ({ html, any, all, none }) => [html, [...any, ...all, ...none]];
    return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(said) }));
}"""


class Inspection:
    """Looks at one element of a page in one state after another, and keeps what is grave.

    Args:
        page: Where the app is shown.
        element: Which element is ours.
        themes: How it is made light, and dark; by what the reader's system wishes, if none are given.
    """

    def __init__(
        self, page: Page, element: str = ".dw-app:visible", themes: Mapping[str, Callable[[], object]] | None = None
    ) -> None:
        if not AXE.is_file():
            pytest.skip("axe-core is not there: run `npm ci` in labextension")
        self._page = page
        self._element = element
        self._themes = themes or {
            "light": lambda: page.emulate_media(color_scheme="light"),
            "dark": lambda: page.emulate_media(color_scheme="dark"),
        }
        self.found: dict[str, str] = {}
        """What is wrong, and in which state it was seen first."""

    def __str__(self) -> str:
        """One line for each thing that is wrong."""
        return "\n".join(f"{state}: {what}" for what, state in self.found.items())

    def look(self, state: str) -> None:
        """Check what is shown now, in light and in dark.

        Args:
            state: What it is, for the message.
        """
        if not self._page.evaluate("'axe' in window"):
            self._page.evaluate(AXE.read_text(encoding="utf-8"))
        for theme, choose in self._themes.items():
            choose()
            for violation in self._page.locator(self._element).first.evaluate(RUN):
                if violation["impact"] in GRAVE:
                    for node in violation["nodes"]:
                        self.found.setdefault(f"{violation['id']}: {_where(node)}", f"{theme}: {state}")


def _where(node: list[Any]) -> str:
    html, checks = node
    return " ".join([html[:300], *(check["message"] for check in checks)])
