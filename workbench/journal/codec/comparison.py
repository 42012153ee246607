"""Is what the code asks for what was recorded? Strict about types, honest about what redaction hides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from workbench.journal.codec.encoder import encode
from workbench.journal.codec.redacted import MARKER, Redacted
from workbench.journal.codec.standins import EnumValue, Record, RecordedError
from workbench.journal.codec.tracing import step_into

if TYPE_CHECKING:
    from collections.abc import Iterator

    Difference = tuple[str, Any, Any]


class _Absent:
    """What stands on the side that has nothing at a path."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()


def same(recorded: Any, asked: Any) -> bool:
    """Deep equality of two decoded values.

    `True`, `1` and `1.0` differ, as do tuple and list; NaN equals NaN; the order of a map does not matter. Redacted
    values compare by fingerprint. A redacted value against clear text cannot be compared and counts as the same, as
    does any text that holds a redaction marker: a false divergence is worse than a missed one.
    """
    return next(_walk(recorded, asked, "$"), None) is None


def differences(recorded: Any, asked: Any, limit: int = 5) -> list[Difference]:
    """Up to `limit` places where the two differ, as `(path, recorded, asked)`; `ABSENT` where one has nothing."""
    found: list[Difference] = []
    for difference in _walk(recorded, asked, "$"):
        if len(found) >= limit:
            break
        found.append(difference)
    return found


def _walk(recorded: Any, asked: Any, where: str) -> Iterator[Difference]:  # noqa: C901 - one branch per kind
    kind = type(recorded)
    if kind is str and type(asked) is str:
        if recorded != asked and not (MARKER.search(recorded) or MARKER.search(asked)):
            yield where, recorded, asked
        return
    if _hidden(recorded) or _hidden(asked):
        if kind is Redacted and type(asked) is Redacted and recorded != asked:
            yield where, recorded, asked
        return
    if kind is not type(asked):
        yield where, recorded, asked
    elif kind is dict:
        yield from _maps(recorded, asked, where)
    elif kind in (list, tuple):
        yield from _rows(recorded, asked, where)
    elif kind is Record or kind is EnumValue or kind is RecordedError:
        yield from _standins(recorded, asked, where)
    elif kind in (set, frozenset):
        if {encode(part) for part in recorded} != {encode(part) for part in asked}:
            yield where, recorded, asked
    elif not _equal(recorded, asked):
        yield where, recorded, asked


def _hidden(value: object) -> bool:
    return type(value) is Redacted or (
        type(value) is str and "⟨redacted:" in value and MARKER.search(value) is not None
    )


def _equal(recorded: Any, asked: Any) -> bool:
    if recorded == asked:
        # Equal instants in different zones print differently; signed zeros and trailing decimal zeros do not matter.
        return True
    try:
        return math.isnan(recorded) and math.isnan(asked)
    except (TypeError, ValueError, OverflowError):
        return False


def _maps(recorded: dict[Any, Any], asked: dict[Any, Any], where: str) -> Iterator[Difference]:
    other = {_exact(key): (key, part) for key, part in asked.items()}
    for key, part in recorded.items():
        found = other.pop(_exact(key), None)
        if found is None:
            yield step_into(where, key), part, ABSENT
        else:
            yield from _walk(part, found[1], step_into(where, key))
    for key, part in other.values():
        yield step_into(where, key), ABSENT, part


def _exact(key: Any) -> Any:
    """Keys as strict as values: `{1: x}` and `{True: x}` differ."""
    return key if type(key) is str else (type(key), key)


def _rows(recorded: Any, asked: Any, where: str) -> Iterator[Difference]:
    shorter = min(len(recorded), len(asked))
    for index in range(shorter):
        yield from _walk(recorded[index], asked[index], f"{where}[{index}]")
    for index in range(shorter, len(recorded)):
        yield f"{where}[{index}]", recorded[index], ABSENT
    for index in range(shorter, len(asked)):
        yield f"{where}[{index}]", ABSENT, asked[index]


def _standins(recorded: Any, asked: Any, where: str) -> Iterator[Difference]:
    if (recorded.module, recorded.type_name) != (asked.module, asked.type_name):
        yield where, recorded, asked
    elif type(recorded) is Record:
        yield from _maps(recorded.fields, asked.fields, where)
    elif type(recorded) is EnumValue:
        if recorded.name != asked.name or not same(recorded.value, asked.value):
            yield where, recorded, asked
    else:  # an error is what it says, not where it was raised
        yield from _rows(recorded.args, asked.args, f"{where}.args")
        yield from _walk(recorded.message, asked.message, f"{where}.message")
