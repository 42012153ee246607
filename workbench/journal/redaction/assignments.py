"""`password=…`, `'token': '…'`, `?sig=…` in URLs, messages, tracebacks and code: the name rule decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from workbench.journal.redaction.names import secret_kind

__all__ = ["Assignment", "assignments"]

_NAME: Final = re.compile(
    r"(?<![\w-])(?P<name>[A-Za-z][\w.-]{1,60})(?:\\{0,8}[\"'])?(?P<sign>\s{0,3}[=:]\s{0,3})(?P<quote>[bru]?\\{0,8}[\"'])?"
)
"""Up to where the value begins. Quotes may be escaped, more than once where JSON stands inside JSON."""
_VALUE: Final = re.compile(r"(?<=[\"'])[^\"'\\]{3,}|[^\s\"'&,;(){}\[\]<>]{3,}")
_NO_VALUES: Final = frozenset("bearer basic digest none null true false required missing expired invalid".split())  # noqa: SIM905 - reads as a list of words
_HIDDEN: Final = "⟨redacted:"
_LONGER_THAN_WORDS: Final = 16


class Assignment(NamedTuple):
    """A value under a name that means a secret.

    Attributes:
        text: The whole text.
        kind: What kind of secret the name means.
        start: Where the value begins.
        end: Where it ends.
        sign: The sign before it, with blanks around.
        quoted: Whether it stands in quotes.
    """

    text: str
    kind: str
    start: int
    end: int
    sign: str
    quoted: bool

    @property
    def value(self) -> str:
        """The value."""
        return self.text[self.start : self.end]


def assignments(text: str, is_computed: Callable[[Assignment], bool]) -> Iterator[Assignment]:
    """The secrets that a text assigns to names, in order.

    A value that is none may hold the next name: in `https://shop/?token=…` it does.

    Args:
        text: What to look through.
        is_computed: Tells which values are code, see `workbench.journal.redaction.computed`.
    """
    position = 0
    for match in _NAME.finditer(text):
        if match.start() < position or text.endswith(_HIDDEN, 0, match.start()):
            continue
        kind = secret_kind(match["name"])
        value = _VALUE.match(text, match.end()) if kind is not None else None
        if kind is None or value is None:
            continue
        found = Assignment(text, kind, value.start(), value.end(), match["sign"], bool(match["quote"]))
        if _is_secret(found) and not is_computed(found):
            yield found
            position = found.end


def _is_secret(found: Assignment) -> bool:
    value = found.value
    if value.startswith(_HIDDEN) or value.casefold() in _NO_VALUES:
        return False
    # `token: expired` is prose, `token: abc123` is not.
    prose = ":" in found.sign and not found.quoted
    return not prose or any(letter.isdigit() for letter in value) or len(value) >= _LONGER_THAN_WORDS
