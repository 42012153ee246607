"""How large payloads are, counted by their content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from workbench.analysis.hazards.expiry import plain_text
from workbench.journal.codec import Record, RecordedError

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["size_of", "sizes_of"]

_MOST_VALUES: Final = 200_000
_MANY_LEAVES: Final = 1_000
_NUMBER_BYTES: Final = 8
_NUMBERS: Final = frozenset({int, float, bool, type(None)})
_PAYLOADS: Final = ("args", "kwargs", "result", "value", "error", "continued_with")


def sizes_of(case: Case) -> dict[int, int]:
    """Bytes of the content of each payload, by row."""
    return {row: _size_in(case, row) for row in case.rows}


def _size_in(case: Case, row: int) -> int:
    found = case.leaves(row)  # what all detectors look at anyway
    if len(found) < _MANY_LEAVES:
        return sum(_NUMBER_BYTES if type(leaf.value) in _NUMBERS else size_of(leaf.value) for leaf in found)
    body = case.body(row)
    return sum(size_of(body[name]) for name in _PAYLOADS if name in body)


def size_of(value: Any) -> int:
    """Bytes of the content of a value: its texts in UTF-8, eight for each number, one for each container."""
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
        else:
            size += _NUMBER_BYTES
    return size
