"""Recorded values whose class belongs to a script or a notebook: no other program finds it under that name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

from workbench.analysis.hazards.hazard import Evidence, Severity
from workbench.analysis.provenance.links import GIVES
from workbench.journal.codec import EnumValue, Record, RecordedError

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["script_types"]

_SCRIPT: Final = "__main__"
_MOST_VALUES: Final = 500
_NAMED: Final = (Record, EnumValue, RecordedError)
_LOOKED_AT: Final = (*_NAMED, dict, list, tuple, set, frozenset)


def script_types(case: Case, known: Collection[str] = ()) -> Iterator[Evidence]:
    """Each class of `__main__` among what replay hands to the code, where it comes first.

    An annotation of the code may name the class under its new place; so it is a trouble of open runs, and of ended ones
    a note.

    Args:
        case: The run.
        known: Last names of classes of which something worse is known.
    """
    told: set[str] = set()
    for row in case.rows_of(*GIVES):
        for name in _classes(case, row):
            if name not in told and name.rpartition(".")[2] not in known:
                told.add(name)
                label = case.history.declaration(row).name or "the run"
                text = (
                    f"class {name} in what {label} gave belongs to `{_SCRIPT}`: only the script or notebook that "
                    "recorded it knows it by this name"
                )
                severity = Severity.WARNING if case.is_open else Severity.NOTE
                yield Evidence(case.seqs(row), text, (label,), 0.8, severity)


def _classes(case: Case, row: int) -> Iterator[str]:
    body = case.body(row)
    waiting: list[Any] = [body.get(part) for part in GIVES[case.event(row).type]]
    left = _MOST_VALUES
    while waiting and left > 0:
        value = waiting.pop()
        if isinstance(value, _NAMED) and value.module == _SCRIPT:
            yield value.type_name
        inside = _inside(value)
        left -= len(inside)
        waiting += [part for part in inside if isinstance(part, _LOOKED_AT)]


def _inside(value: Any) -> Collection[Any]:
    if isinstance(value, Record):
        return value.fields.values()
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, (list, tuple, set, frozenset)) else ()
