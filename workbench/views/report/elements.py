"""The few elements a report is built of. Text goes in as text; what is already HTML says so by its type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.views.markup import html_text

__all__ = ["Html", "bullets", "element", "joined", "paragraphs", "section", "table"]

_FOLDED_FROM = 240
_LONGEST = 8000
_ON_ONE_LINE = 28
"""A date and time; longer cells give way first."""


class Html(str):
    """Finished HTML, made by this package."""

    __slots__ = ()


def element(tag: str, content: object, css_class: str = "") -> Html:
    """One element around a text, or around HTML."""
    named = f' class="{css_class}"' if css_class else ""
    return Html(f"<{tag}{named}>{_content(content)}</{tag}>")


def joined(parts: Iterable[Html]) -> Html:
    """Elements one after the other, a line each."""
    return Html("\n".join(part for part in parts if part))


def section(title: str, anchor: str, *content: Html) -> Html:
    """A headed part; nothing without content."""
    body = joined(content)
    return Html(f'<section id="{anchor}">\n<h2>{html_text(title)}</h2>\n{body}\n</section>') if body else Html()


def paragraphs(text: str) -> Html:
    """A text of several lines, a paragraph each; indented lines stay with the one before."""
    found: list[str] = []
    for line in text.splitlines():
        if line[:1].isspace() and found:
            found[-1] += f"\n{line}"
        elif line.strip():
            found.append(line)
    return joined(element("p", paragraph, "text") for paragraph in found)


def bullets(texts: Iterable[object]) -> Html:
    """A list; nothing without entries."""
    entries = [element("li", text) for text in texts]
    return Html("<ul>" + "".join(entries) + "</ul>") if entries else Html()


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], css_class: str = "") -> Html:
    """A table whose head stays in sight; nothing without rows. Long texts are folded."""
    if not rows:
        return Html()
    head = "".join(element("th", name) for name in heads)
    body = "\n".join("<tr>" + "".join(_cell(value) for value in row) + "</tr>" for row in rows)
    return Html(f'<table class="{css_class}">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>')


def _cell(value: object) -> Html:
    if isinstance(value, Html):
        return element("td", value)
    text = "" if value is None else str(value)
    if isinstance(value, int | float):
        return element("td", text, "number")
    if len(text) <= _FOLDED_FROM:
        return element("td", text, "short" if len(text) <= _ON_ONE_LINE else "")
    whole = html_text(text, limit=_LONGEST)
    summary = html_text(text[: _FOLDED_FROM // 2] + "…")
    return element("td", Html(f"<details><summary>{summary}</summary><pre>{whole}</pre></details>"))


def _content(content: object) -> str:
    return content if isinstance(content, Html) else html_text(content)
