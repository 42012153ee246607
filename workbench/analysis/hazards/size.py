"""How large payloads are: as they stand in our own logs, elsewhere counted by their content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from workbench._errors import UndecodableError
from workbench.analysis.hazards.expiry import plain_text
from workbench.journal import LogPayloads
from workbench.journal.codec import Record, RecordedError

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["size_of", "sizes_of"]

_MOST_VALUES: Final = 200_000
_MANY_LEAVES: Final = 1_000
_NUMBER_BYTES: Final = 8
_SMALL: Final = 128
_PAYLOADS: Final = ("args", "kwargs", "result", "value", "error", "continued_with")


def sizes_of(case: Case) -> dict[int, int]:
    """Bytes of each payload, by row."""
    stored = case.history.payloads
    if isinstance(stored, LogPayloads):
        return {row: _stored(stored, row) for row in case.rows}
    return {row: _size_in(case, row) for row in case.rows}


def _stored(payloads: LogPayloads, row: int) -> int:
    try:
        return len(payloads.raw(row))
    except UndecodableError:  # a part of it is missing: `payload-type` and `log-gap` tell of that
        return 0


def _size_in(case: Case, row: int) -> int:
    found = case.leaves(row)  # what all detectors look at anyway
    if len(found) < _MANY_LEAVES:
        return sum(size_of(leaf.value) for leaf in found)
    body = case.body(row)
    return sum(size_of(body[name]) for name in _PAYLOADS if name in body)


def size_of(value: Any) -> int:
    """Bytes of the content of a value: its texts in UTF-8, numbers by their magnitude, one for each container."""
    if type(value) is str and value.isascii():
        return len(value)
    waiting, size, left = [value], 0, _MOST_VALUES
    while waiting and left:
        part = waiting.pop()
        left -= 1
        if isinstance(part, str):
            text = plain_text(part)
            size += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        elif isinstance(part, (bytes, bytearray)):
            size += len(part)
        elif isinstance(part, Mapping):
            size += 1
            waiting += part.keys()
            waiting += part.values()
        elif isinstance(part, (list, tuple, set, frozenset)):
            size += 1
            waiting += part
        elif isinstance(part, Record):
            waiting.append(part.fields)
        elif isinstance(part, RecordedError):
            waiting += [part.message, part.args, part.attributes, part.traceback]
        elif type(part) is int:
            size += 1 if -_SMALL <= part < _SMALL else part.bit_length() // 8 + 1
        else:
            size += 1 if part is None or isinstance(part, bool) else _NUMBER_BYTES
    return size
