"""The explaining encoder: the same bytes as the fast one, written slowly, knowing at every moment where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgpack import ExtType, packb

from workbench._errors import UnrecordableError
from workbench.journal.codec import codes
from workbench.journal.codec.standins import bounded_repr
from workbench.journal.codec.structures import writer_for

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_INT_MIN: Final = -(2**63)
_INT_END: Final = 2**64
_NATIVE: Final = frozenset({type(None), bool, float, bytes, bytearray, memoryview})


def step_into(where: str, key: object) -> str:
    """The path one level deeper, in the usual JSON-path spelling."""
    if type(key) is int:
        return f"{where}[{key}]"
    if isinstance(key, str) and str.isidentifier(text := str.__str__(key)):
        return f"{where}.{text}"
    return f"{where}[{bounded_repr(key)[:80]}]"


class Tracer:
    """A `Pack` for parts below `where`."""

    __slots__ = ("level", "where")

    def __init__(self, where: str = "$", level: int = 0) -> None:
        self.where = where
        self.level = level

    def value(self, value: object, label: str = "") -> bytes:
        """Encode, or raise with the path of the culprit."""
        raw: bytes = packb(self._plain(value, self.where + label, self.level), strict_types=True)
        return raw

    def items(self, values: Collection[object]) -> list[bytes]:
        """Each element under its index."""
        return [self.value(value, f"[{index}]") for index, value in enumerate(values)]

    def fields(self, values: Mapping[str, object]) -> bytes:
        """A map under its keys."""
        return self.value(values)

    def tolerant(self, value: object, label: str = "") -> bytes | None:
        """The part, or `None` where it cannot be recorded."""
        try:
            return self.value(value, label)
        except UnrecordableError:
            return None

    def _plain(self, value: object, where: str, level: int) -> Any:
        if level > codes.MAX_DEPTH:
            message = f"cannot record the value at {where}: nested deeper than {codes.MAX_DEPTH} levels"
            raise UnrecordableError(message, where=where, hint="flatten it; a value that contains itself has no end")
        kind = type(value)
        if kind in _NATIVE or (kind is int and _INT_MIN <= value < _INT_END):  # type: ignore[operator]  # msgpack compares what it packs
            return value
        if isinstance(value, str) and kind is str:
            return _text(value)
        if isinstance(value, dict) and kind is dict:
            return {
                self._plain(key, f"{where}.<key>", level + 1): self._plain(part, step_into(where, key), level + 1)
                for key, part in value.items()
            }
        if isinstance(value, list) and kind is list:
            return [self._plain(part, f"{where}[{index}]", level + 1) for index, part in enumerate(value)]
        return self._written(value, where, level)

    def _written(self, value: object, where: str, level: int) -> Any:
        try:
            found = writer_for(value)(value, Tracer(where, level + 1))
        except UnrecordableError as error:
            if error.where != "$" or where == "$":
                raise
            message = error.message.replace(" at $", f" at {where}")
            raise UnrecordableError(message, where=where, hint=error.hint) from None
        return found if type(found) is ExtType else self._plain(found, where, level + 1)


def _text(value: str) -> str | ExtType:
    """Text as it is, or as bytes where it holds lone surrogates (file names of an unknown encoding do)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return ExtType(codes.SURROGATE_TEXT, packb(value.encode("utf-8", "surrogatepass")))
    return value


def heaviest_path(value: object) -> str:
    """Where most of a value's bytes are: follows the heaviest part while it holds more than half."""
    where = "$"
    for _ in range(codes.MAX_DEPTH):
        if isinstance(value, dict):
            parts: list[tuple[object, object]] = list(value.items())
        elif isinstance(value, (list, tuple)):
            parts = list(enumerate(value))
        else:
            break
        sizes = [len(Tracer().tolerant(part) or b"") for _, part in parts]
        if not sizes or max(sizes) * 2 < sum(sizes):
            break
        key, value = parts[sizes.index(max(sizes))]
        where = step_into(where, key)
    return where
