"""Text from a log is text: nothing in it may steer a terminal or reorder a line."""

from __future__ import annotations

import unicodedata

__all__ = ["visible"]

_KEPT = frozenset("\n\t")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that draw nothing or steer the drawing: controls, bidi and zero-width marks, surrogates."""
_ONE_BYTE = 0xFF


def visible(text: str, *, limit: int = 0, lines: bool = True) -> str:
    r"""`text` with controls and bidi marks written out as `\x1b`, `\u202e`.

    Args:
        text: From anywhere.
        limit: Longest result in characters; 0 for no limit.
        lines: Whether it may have several lines; a name that breaks a line could pretend to be the next one.
    """
    shown = text if text.isprintable() else "".join(map(_visible, text))
    if not lines:
        shown = shown.replace("\n", "\\n").replace("\t", "\\t")
    return shown if not limit or len(shown) <= limit else shown[: limit - 1] + "…"


def _visible(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code <= _ONE_BYTE else f"\\u{code:04x}"
