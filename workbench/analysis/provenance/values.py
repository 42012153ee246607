"""The values inside a payload, each with its path, and which of them are distinctive enough to be recognised again.

A value that occurs twice in a run has probably been passed on when few other values could look like it: a token, an
id, a key. `True`, `200` and `"EUR"` occur everywhere and prove nothing.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from workbench.journal.codec import MARKER, EnumValue, Opaque, Record, RecordedError, Redacted
from workbench.journal.codec.standins import bounded_repr

__all__ = [
    "DISTINCT",
    "LONGEST_SPELLED",
    "MAX_LEAVES",
    "NUMBER",
    "SECRET",
    "SHORTEST",
    "SMALL",
    "WORD",
    "Clue",
    "Leaf",
    "clue_of",
    "is_word",
    "leaves",
    "mark_of",
    "marks_within",
]

MAX_LEAVES: Final = 2000
"""Leaves of one payload that are looked at; a document of more is data, and its first ones tell enough."""

SHORTEST: Final = 8
"""Characters of a text that is distinctive by its length."""

LONGEST_SPELLED: Final = 4096
"""Characters of a text whose mark is the text itself; a longer one is known by a digest."""

_MAX_DEPTH: Final = 64
_MAX_NAME: Final = 80
_MAX_PATH: Final = 240
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHORT_ID: Final = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_./:-]{4,7}")
_LONGEST_WORD: Final = 16
_BIG: Final = 1_000_000
_AMOUNT: Final = 1_000
_SPELLED: Final = 1 << 128
"""Larger integers are not written out: decimal digits take time that grows with the square."""
_MAX_EXPONENT: Final = 40
_MAX_DIGITS: Final = 60
_REDACTED: Final = "redacted:"
_PLAIN: Final = frozenset({str, int, float, bool, bytes, type(None)})
"""What surely holds no other values."""

SECRET, DISTINCT, NUMBER, WORD, SMALL = 0.98, 0.95, 0.8, 0.5, 0.3
"""Weights: the same secret, the same distinctive value, large number, plain word, amount or short id (`sku-7`)."""


class Leaf(NamedTuple):
    """One value that holds no others.

    Attributes:
        path: Where it stands, as a JSON path from the top of the payload: `$.args[0].order`.
        value: The value.
    """

    path: str
    value: Any


def leaves(value: Any, *, path: str = "$", limit: int = MAX_LEAVES) -> Iterator[Leaf]:
    """The leaves of a value in order, without recursion and without running code of the value's own class.

    Args:
        value: A payload or a part of one: plain values, the stand-ins of the codec, live dataclasses.
        path: Path of `value` itself.
        limit: Most values that are visited, containers included; what lies deeper than 64 levels is left out.
    """
    pending: list[Iterator[Leaf]] = [iter((Leaf(path, value),))]
    left = limit
    while pending and left > 0:
        leaf = next(pending[-1], None)
        if leaf is None:
            pending.pop()
            continue
        left -= 1
        inside = None if type(leaf.value) in _PLAIN else _inside(leaf)
        if inside is None:
            yield leaf
        elif len(pending) < _MAX_DEPTH:
            pending.append(inside)


def _inside(leaf: Leaf) -> Iterator[Leaf] | None:
    """What a value holds; `None` for one that holds no others."""
    path, value = leaf
    if value is None or isinstance(value, (str, bytes, int, float, Opaque)):
        return None
    parts = next((parts_of for kinds, parts_of in _HOLDERS if isinstance(value, kinds)), None)
    if parts is None and is_dataclass(value) and not isinstance(value, type):
        parts = _live_fields
    return None if parts is None else (Leaf(_below(path, step), part) for step, part in parts(value))


def _named(value: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    return (
        (_short_step(name) if type(name) is str and len(name) <= _MAX_NAME else _step(name), part)
        for name, part in value.items()
    )


def _error_parts(value: RecordedError) -> Iterator[tuple[str, Any]]:
    return iter(((".message", value.message), (".args", value.args), (".attributes", value.attributes)))


def _live_fields(value: Any) -> Iterator[tuple[str, Any]]:
    return ((f".{field.name}", _field(value, field.name)) for field in fields(value))


_HOLDERS: Final[tuple[tuple[Any, Callable[[Any], Iterator[tuple[str, Any]]]], ...]] = (
    (Mapping, _named),
    ((list, tuple), lambda value: ((f"[{number}]", part) for number, part in enumerate(value))),
    (Record, lambda value: _named(value.fields)),
    ((set, frozenset), lambda value: (("[*]", part) for part in value)),
    (RecordedError, _error_parts),
    (EnumValue, lambda value: iter(((".value", value.value),))),
)
"""What holds other values, and how: each part with its step of the path."""


def _field(value: Any, name: str) -> Any:
    """A field of a live object; properties of its class are not run."""
    try:
        return object.__getattribute__(value, name)
    except AttributeError:
        return None


def _below(path: str, step: str) -> str:
    """One level deeper; a path that nobody would read to its end stays as it is."""
    return path + step if len(path) < _MAX_PATH else path if path.endswith("…") else f"{path}…"


def _step(name: Any) -> str:
    """One more name in a path: `.order`, or `["what ever"]` where it is no plain word."""
    text = str.__str__(name) if isinstance(name, str) else bounded_repr(name)
    if _PLAIN_NAME.fullmatch(text) and len(text) <= _MAX_NAME:
        return f".{text}"
    return '["' + text[:_MAX_NAME].replace("\\", "\\\\").replace('"', '\\"') + '"]'


_short_step = lru_cache(4096)(_step)
"""Payloads of a kind have the same names."""


class Clue(NamedTuple):
    """What a value is recognised by.

    Attributes:
        mark: Its identity: equal for the same value wherever and as whatever type it occurs.
        weight: How sure it is that the same mark is the same value and no coincidence, 0 to 1. Chosen, not
            measured: weights order links.
    """

    mark: str
    weight: float


def clue_of(value: Any) -> Clue | None:
    """What a value is recognised by; `None` for one that looks like too many others."""
    if isinstance(value, Redacted):
        marks = marks_within(value)
        return Clue(marks[0] if marks else _REDACTED + value.fingerprint, SECRET)
    if isinstance(value, str):
        return _text_clue(value)
    if isinstance(value, (uuid.UUID, datetime)):
        return Clue(str(value) if isinstance(value, uuid.UUID) else value.isoformat(), DISTINCT)
    if isinstance(value, bytes):
        return Clue(_digest(value), DISTINCT) if len(value) >= SHORTEST else None
    number = _number(value)
    if number is None:
        return None
    return Clue(number, NUMBER if abs(value) >= _BIG else SMALL)


def mark_of(value: Any) -> str | None:
    """The identity of a distinctive value; `None` for all others.

    Texts of at least 8 characters and UUIDs are their text, instants their ISO text, numbers from a million their
    digits, redacted secrets `redacted:` and their fingerprint, long texts and bytes a digest.
    """
    clue = clue_of(value)
    return clue.mark if clue is not None and clue.weight > SMALL else None


def marks_within(text: str) -> tuple[str, ...]:
    """Identities of the redacted secrets whose markers stand in a text."""
    shown = str.__str__(text)
    if "⟨redacted:" not in shown:
        return ()
    return tuple(_REDACTED + found[0][:-1].rpartition(":")[2] for found in MARKER.finditer(shown))


def is_word(text: str) -> bool:
    """`completed` and `application/json` are words, which any two values may share; `order-42` is not."""
    return len(text) <= _LONGEST_WORD and not any(map(str.isdigit, text))


def _text_clue(text: str) -> Clue | None:
    if len(text) < SHORTEST:
        return Clue(text, SMALL) if _SHORT_ID.fullmatch(text) else None
    if len(text) > LONGEST_SPELLED:
        return Clue(_digest(text.encode("utf-8", "surrogatepass")), DISTINCT)
    return Clue(text, WORD if is_word(text) else DISTINCT)


def _digest(raw: bytes) -> str:
    return f"digest:{blake2b(raw, digest_size=16).hexdigest()}"


def _number(value: Any) -> str | None:
    """Digits without trailing zeros: `118.5` and `118.50` are one number. Small whole numbers are everywhere."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if not isinstance(value, int):
        return _digits(Decimal(repr(value)) if isinstance(value, float) else value)
    if abs(value) < _AMOUNT:
        return None
    return str(value) if abs(value) < _SPELLED else _digest(hex(value).encode())


def _digits(number: Decimal) -> str | None:
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > _MAX_EXPONENT or len(digits) > _MAX_DIGITS:
        return None  # not finite, or of a size that only a hostile payload has
    if abs(number) < _AMOUNT and number == number.to_integral_value():
        return None
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
