"""Placeholders: what a program writes where it took a text out or cut it off. They have a shape; a sentence has not."""

from __future__ import annotations

import re
from typing import Final

from workbench.journal.redaction.names import secret_kind

__all__ = ["is_cut", "is_placeholder"]

_TAIL: Final = 200
_LOST: Final = frozenset({
    "clipped", "elided", "filtered", "hidden", "masked", "omitted", "redacted", "removed", "sanitized", "scrubbed",
    "secret", "sensitive", "skipped", "snipped", "stripped", "suppressed", "trimmed", "truncated", "withheld",
})  # fmt: skip
"""Words one of which a placeholder has."""
_BESIDE: Final = frozenset({
    "a", "and", "at", "be", "binary", "body", "byte", "bytes", "char", "character", "characters", "chars", "content",
    "contents", "cut", "data", "by", "due", "entries", "field", "for", "from", "gb", "gdpr", "gib", "image", "in",
    "items", "kb", "kib", "k", "left", "length", "limit", "line", "lines", "log", "logs", "max", "mb", "message", "mib",
    "more", "name", "of", "off", "original", "output", "password", "payload", "pii", "policy", "privacy", "reasons",
    "remaining", "response", "result", "rows", "security", "short", "size", "stderr", "stdout", "text", "to", "token",
    "tokens", "too", "total", "value", "was", "words", "long", "large",
})  # fmt: skip
"""Words that a placeholder has besides; any other word makes it a part of a sentence."""
_TEMPLATES: Final = frozenset({"hidden", "secret", "sensitive"})
"""In curly brackets these are names of what is to be filled in."""
_GROUP: Final = re.compile(
    r"(?P<before>…|\.{3})?\s?(?P<open>[\[<(⟨]|\$?\{{1,2}|\*{2,}|(?<!\w)_{2,}|(?<!\S)-{2,}|(?<=…)|(?<=\.{3}))\s?"
    r"(?:…|\.{3})?\s?(?P<said>[\w ,.:;+=-]{1,80}?)\s?(?:…|\.{3})?\s?(?P<close>[\]>)⟩]|\}{1,2}|\*{2,}|_{2,}|-{2,})?$"
)
"""Something in brackets, or behind an ellipsis, at the end of a text."""
_COUNTED: Final = re.compile(
    r"(?:…|\.{3})\s?[\[(<]?\s?(?:and )?\+?\d[\d,.]* ?(?:more )?(?:bytes|chars|characters|lines|[kmg]i?b)?\b"
    r"(?: more| skipped| left| omitted)?[\])>]?$|\btruncated (?:by|to|at|after) \d.{0,40}$",
    re.IGNORECASE,
)
"""An ellipsis that says how much is missing."""
_UNIT: Final = re.compile(r"\b(?:bytes|chars|characters|lines|more|[kmg]i?b|tokens)\b", re.IGNORECASE)
_BLACKED: Final = re.compile(
    r"^(?:\*{3}|\*{6,}|[x█•●]{8,}|[█•●]{3,})$|^(?:bearer|basic|token) \*{3,}$|://[^\s/@]*:\*{3,}@", re.IGNORECASE
)
"""Three stars or many; four and five are what hotels have."""
_STARS: Final = re.compile(r"^\*{3,}$")
_ALONE: Final = frozenset({"redacted", "REDACTED", "[object Object]", "[Object]", "[Array]", "[Circular]"})
_REPR: Final = re.compile(r"^<[\w.<>]{1,200} object at 0x[0-9a-fA-F]{6,16}>$")
"""A value of which only its place in memory was written down."""


_OPENERS: Final = re.compile(r"…|\.{3}|[\[<(⟨]|\*{2,}|_{2,}|-{2,}|\$?\{")
_TRIED: Final = 4
"""So many openings are tried, the last ones: what was cut says so at its very end."""
_CLOSED: Final = ("]", ">", ")", "⟩")


def is_placeholder(text: str, name: str = "") -> bool:
    """Whether a whole text stands for something that was taken out.

    Args:
        text: `"[REDACTED]"`, `"***"`, `"<2 MB elided>"`.
        name: Name of the field that holds it: five stars are a mark, and as a password none.
    """
    text = text.strip()
    if len(text) > _TAIL:
        return False
    if text in _ALONE or _BLACKED.search(text) or _REPR.match(text):
        return True
    if _STARS.match(text):
        return secret_kind(name) is not None
    group = _GROUP.match(text)
    return group is not None and bool(group["close"]) and _says_lost(group)


def is_cut(text: str) -> bool:
    """Whether a text says at its end that it goes on: `"… [truncated 123 bytes]"`, `"...(12 more bytes)"`."""
    tail = text[-_TAIL:].strip()
    dotted = "…" in tail or "..." in tail
    if not dotted and not tail.endswith(_CLOSED) and "truncated" not in tail.lower():
        return False  # most texts
    counted = _COUNTED.search(tail)
    if counted is not None and _UNIT.search(counted[0]):
        return True
    starts = [found.start() for found in _OPENERS.finditer(tail)][-_TRIED:]
    groups = (_GROUP.match(tail, start) for start in starts)
    return any(group is not None and _is_sure(group) and _says_lost(group) for group in groups)


def _is_sure(group: re.Match[str]) -> bool:
    """Whether it is no aside of a sentence, in round brackets."""
    return bool(group["before"]) or group["open"] in {"[", "<", ""} or any(map(str.isdigit, group["said"]))


def _says_lost(group: re.Match[str]) -> bool:
    """Whether all words in brackets are those of placeholders, and one says that something is missing."""
    words = re.findall(r"[a-z]+", group["said"].lower().replace("_", " "))
    lost = _LOST.intersection(words)
    if not lost or (group["open"].endswith("{") and lost <= _TEMPLATES):
        return False
    by_rule = group["open"] in {"[", "<"} and words[0] in {"redacted", "masked"} and "by" in words
    return by_rule or _BESIDE.union(lost).issuperset(words)
