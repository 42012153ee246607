"""The one escaper of everything that is shown as HTML."""

from __future__ import annotations

import html

from workbench.model import visible

__all__ = ["html_text"]


def html_text(text: object, *, limit: int = 0) -> str:
    """`text` for HTML, as text, controls and bidi marks written out."""
    return html.escape(visible(str(text), limit=limit), quote=True)
