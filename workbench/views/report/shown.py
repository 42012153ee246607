"""What a finished document shows: its texts, as a reader gets them, so that they can be looked through once more."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

__all__ = ["Shown", "shown_texts"]

_INLINE = frozenset({"b", "i", "em", "span", "strong", "a", "small", "mark", "code", "tspan"})
_UNSEEN = frozenset({"style", "script"})
_OUR_OWN = frozenset({"class", "id"})
_HEADING = "h2"


class Shown(NamedTuple):
    """The texts of one part of a document.

    Attributes:
        part: Its heading; `""` before the first.
        is_code: Whether they are program code (`<code>`).
        text: The texts, a line for each block.
    """

    part: str
    is_code: bool
    text: str


def shown_texts(document: str) -> list[Shown]:
    """The texts of a document by part, attributes included; prose and code apart."""
    reader = _Reader()
    reader.feed(document)
    reader.close()
    return [Shown(part, is_code, "".join(texts)) for (part, is_code), texts in reader.parts.items()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: dict[tuple[str, bool], list[str]] = {}
        self._part = ""
        self._in_heading = self._unseen = self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._count(tag, 1)
        if tag == _HEADING:
            self._part = ""
        for name, value in attrs:
            self._add(f"\n{value}\n" if value and name not in _OUR_OWN else "")
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._count(tag, -1)

    def handle_endtag(self, tag: str) -> None:
        self._count(tag, -1)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self._part += data
        if not self._unseen:
            self._add(data)

    def _count(self, tag: str, step: int) -> None:
        self._in_heading += step * (tag == _HEADING)
        self._unseen += step * (tag in _UNSEEN)
        self._code += step * (tag == "code")

    def _break(self, tag: str) -> None:
        if tag not in _INLINE:
            self._add("\n")

    def _add(self, text: str) -> None:
        if text:
            self.parts.setdefault((self._part, self._code > 0), []).append(text)
