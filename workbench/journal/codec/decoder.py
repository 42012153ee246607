"""Bytes to plain values and stand-ins, under limits, without touching anything of the program that wrote them.

Three things make it safe on hostile bytes: `guard` bounds the memory before anything is made, msgpack's own limits
bound each container, and depth is bounded while extensions open and afterwards over the whole value.
"""

from __future__ import annotations

import decimal
from typing import TYPE_CHECKING, Any, Final

from msgpack import unpackb

from workbench._errors import UndecodableError
from workbench.journal.codec import codes
from workbench.journal.codec.bodies import READERS
from workbench.journal.codec.codes import MAX_BYTES, MAX_ITEMS
from workbench.journal.codec.guard import too_dear
from workbench.journal.codec.standins import EnumValue, Opaque, Record, RecordedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NESTING_HEADS: Final = bytes([*range(0x80, 0xA0), *range(0xC7, 0xCA), *range(0xD4, 0xD9), *range(0xDC, 0xE0)])
_OTHER_BYTES: Final = bytes(head for head in range(256) if head not in _NESTING_HEADS)
_BROKEN: Final = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
    decimal.DecimalException,
)  # fmt: skip
_CHECK_HASHES_FROM: Final = 512
_MAX_SAME_HASH: Final = 4


class _NotTextKeyError(ValueError):
    """A map has keys beyond text; the document is decoded once more with the slower, checked way to build maps."""


def needs_check(raw: bytes) -> bool:
    """Whether a document could be too deep or too large; most cannot, and one C call tells."""
    return len(raw) > MAX_ITEMS or len(raw.translate(None, _OTHER_BYTES)) > codes.MAX_DEPTH


def decode(raw: bytes | memoryview) -> Any:
    """Plain values and stand-ins.

    Raises:
        UndecodableError: Not one whole document, or it asks for more than the limits allow.
    """
    document = raw if type(raw) is bytes else bytes(raw)
    if len(document) > MAX_BYTES:
        raise _undecodable(f"{len(document):,} bytes, at most {MAX_BYTES:,} are read")
    suspicious = len(document) > codes.MAX_DEPTH and needs_check(document)
    if not suspicious:
        try:
            return unpackb(document, ext_hook=_outermost, timestamp=3)  # its own limits follow from the few bytes
        except _BROKEN:
            pass  # other keys than text, or damage: the careful way tells them apart
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

    __slots__ = ("_text_keys", "level")

    def __init__(self, *, text_keys: bool) -> None:
        self.level = 0
        self._text_keys = text_keys

    def read(self, raw: bytes) -> Any:
        try:
            return unpackb(
                raw, ext_hook=self.extension, strict_map_key=self._text_keys, timestamp=3, max_str_len=MAX_BYTES,
                max_bin_len=MAX_BYTES, max_ext_len=MAX_BYTES, max_array_len=MAX_ITEMS, max_map_len=MAX_ITEMS,
                object_pairs_hook=None if self._text_keys else _checked_map,
            )  # fmt: skip
        except ValueError as error:
            if self._text_keys and "strict_map_key" in str(error):
                raise _NotTextKeyError from None
            raise

    def extension(self, code: int, raw: bytes) -> Any:
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


def _outermost(code: int, raw: bytes) -> Any:
    return _Decoder(text_keys=True).extension(code, raw)


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
    layer: list[Any] = [value] if type(value) in _PARTS else []
    for _ in range(limit + 1):
        if not layer:
            return False
        layer = [part for holder in layer for part in _PARTS[type(holder)](holder) if type(part) in _PARTS]
    return True


_TEXT_ONLY: Final = {str}


def _parts_of_map(value: dict[Any, Any]) -> Iterable[Any]:
    # Keys nest, too, where they are tuples.
    return value.values() if set(map(type, value)) == _TEXT_ONLY else (*value, *value.values())


def _parts_of_error(value: RecordedError) -> Iterable[Any]:
    return (*value.args, *value.attributes.values(), value.cause, value.context)


_PARTS: Final[dict[type, Callable[[Any], Iterable[Any]]]] = {
    dict: _parts_of_map, list: iter, tuple: iter, set: iter, frozenset: iter,
    Record: lambda value: value.fields.values(), RecordedError: _parts_of_error,
    EnumValue: lambda value: (value.value,),
}  # fmt: skip
"""What each kind of container holds; what is not here is a scalar."""

__all__ = ["decode", "deeper_than", "needs_check"]
