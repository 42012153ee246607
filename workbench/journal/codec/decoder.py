"""Bytes to plain values and stand-ins, under limits, without touching anything of the program that wrote them.

Three things make it safe on hostile bytes: `guard` bounds the memory before anything is made, msgpack's own limits
bound each container, and depth is bounded while extensions open and afterwards over the whole value.
"""

from __future__ import annotations

import decimal
from typing import TYPE_CHECKING, Any, Final

from msgpack import ExtType, unpackb

from workbench._errors import UndecodableError
from workbench.journal.codec import codes
from workbench.journal.codec.bodies import READERS
from workbench.journal.codec.guard import too_dear
from workbench.journal.codec.standins import EnumValue, Opaque, Record, RecordedError

if TYPE_CHECKING:
    from collections.abc import Iterable

_NESTING_HEADS: Final = bytes([*range(0x80, 0xA0), *range(0xC7, 0xCA), *range(0xD4, 0xD9), *range(0xDC, 0xE0)])
_OTHER_BYTES: Final = bytes(head for head in range(256) if head not in _NESTING_HEADS)
_BROKEN: Final = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, decimal.DecimalException,
)  # fmt: skip
_CHECK_HASHES_FROM: Final = 512
_MAX_SAME_HASH: Final = 4


class _NotTextKeyError(ValueError):
    """A map has keys beyond text; the document is decoded once more with the slower, checked way to build maps."""


def needs_check(raw: bytes) -> bool:
    """Whether a document could be too deep or too large; most cannot, and one C call tells."""
    return len(raw) > codes.SMALL_BYTES or len(raw.translate(None, _OTHER_BYTES)) > codes.MAX_DEPTH


def decode(raw: bytes | memoryview) -> Any:  # noqa: ANN401 - any recorded value
    """Plain values and stand-ins.

    Raises:
        UndecodableError: Not one whole document, or it asks for more than the limits allow.
    """
    document = raw if type(raw) is bytes else bytes(raw)
    if len(document) > codes.MAX_BYTES:
        raise _undecodable(f"{len(document):,} bytes, at most {codes.MAX_BYTES:,} are read")
    suspicious = needs_check(document)
    if suspicious and len(document) > codes.SMALL_BYTES and too_dear(document):
        raise _undecodable("it would take more memory than its size warrants")
    try:
        try:
            value = _Decoder(text_keys=True).read(document)
        except _NotTextKeyError:
            value = _Decoder(text_keys=False).read(document)
        if suspicious and deeper_than(value, codes.MAX_DEPTH):
            raise _undecodable(f"nested deeper than {codes.MAX_DEPTH} levels")
    except _BROKEN as error:
        raise _undecodable(f"{type(error).__name__}: {str(error)[:200]}") from error
    return value


def _undecodable(reason: str) -> UndecodableError:
    return UndecodableError(
        f"cannot decode the payload: {reason}",
        hint="the bytes are damaged, or not written by this codec; the raw bytes are still in the log",
    )


class _Decoder:
    """State of one document: how deep in extensions it is, and how maps are built."""

    __slots__ = ("_options", "_text_keys", "level")

    def __init__(self, *, text_keys: bool) -> None:
        self.level = 0
        self._text_keys = text_keys
        self._options: dict[str, Any] = {
            "ext_hook": self._extension, "strict_map_key": text_keys, "timestamp": 3,
            "max_str_len": codes.MAX_BYTES, "max_bin_len": codes.MAX_BYTES, "max_ext_len": codes.MAX_BYTES,
            "max_array_len": codes.MAX_ITEMS, "max_map_len": codes.MAX_ITEMS,
        }  # fmt: skip
        if not text_keys:
            self._options["object_pairs_hook"] = _checked_map

    def read(self, raw: bytes) -> Any:  # noqa: ANN401 - any recorded value
        try:
            return unpackb(raw, **self._options)
        except ValueError as error:
            if self._text_keys and "strict_map_key" in str(error):
                raise _NotTextKeyError from None
            raise

    def _extension(self, code: int, raw: bytes) -> Any:  # noqa: ANN401 - any recorded value
        reader = READERS.get(code)
        if reader is None:
            return Opaque(code, raw)
        self.level += 1
        if self.level > codes.MAX_DEPTH:
            message = f"nested deeper than {codes.MAX_DEPTH} levels"
            raise ValueError(message)
        body = self.read(raw)
        self.level -= 1
        if code in _HASHED:
            refuse_collisions(body)
        return reader(body)


_HASHED: Final = frozenset({codes.SET, codes.FROZENSET})


def refuse_collisions(keys: Iterable[Any]) -> None:
    """Refuse chosen keys that share one hash: a hundred thousand of them take minutes to put into a set.

    Hashes of text are keyed by Python itself; those of numbers are not.

    Raises:
        ValueError: Too many of the keys collide.
    """
    hashes = [hash(key) for key in keys]
    if len(hashes) > _CHECK_HASHES_FROM and len(set(hashes)) * _MAX_SAME_HASH < len(hashes):
        message = "keys chosen to collide"
        raise ValueError(message)


def _checked_map(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    refuse_collisions(key for key, _ in pairs)
    return dict(pairs)


def deeper_than(value: object, limit: int) -> bool:
    """Whether containers nest deeper, counted layer by layer without recursion."""
    layer: list[Any] = [value]
    for _ in range(limit + 1):
        layer = [part for holder in layer for part in _parts(holder)]
        if not layer:
            return False
    return True


def _parts(value: Any) -> Iterable[Any]:  # noqa: ANN401 - any recorded value
    """What a container holds; scalars hold nothing."""
    kind = type(value)
    if kind is dict:
        return (*value, *value.values()) if not all(type(key) is str for key in value) else value.values()
    if kind in _SEQUENCES:
        return value  # type: ignore[no-any-return]
    if kind is Record:
        return value.fields.values()  # type: ignore[no-any-return]
    if kind is RecordedError:
        return (*value.args, *value.attributes.values(), value.cause, value.context)
    return (value.value,) if kind is EnumValue else ()


_SEQUENCES: Final = frozenset({list, tuple, set, frozenset})

__all__ = ["ExtType", "decode", "deeper_than", "needs_check"]
