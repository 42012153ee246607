"""Hazard 16: what was written cannot be read as what it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workbench.analysis.cause import Cause
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.present_types import retyped
from workbench.analysis.hazards.script_types import script_types
from workbench.analysis.hazards.wording import listed, said
from workbench.analysis.provenance.links import GIVES
from workbench.journal.codec import Record
from workbench.model import EventType

__all__ = ["PAYLOAD_TYPE"]

_MOST_VALUES: Final = 500
_PARTS: Final = ("args", "kwargs", "result", "value")
_HOLDERS: Final = frozenset({Record, dict, list, tuple})
_STANDARD: Final = frozenset({"json/plain", "json/protobuf", "json", "binary/plain"})
"""Encodings that can be read: what could not is damaged."""
_PICKLES: Final = frozenset({"py_pickle", "pickle"})
"""Objects are not unpickled here; a worker that has their classes reads them."""
_SHOWN: Final = 20
_TAKEN: Final = (*GIVES, EventType.StepStarted, EventType.ChildStarted, EventType.RunCompleted)


def _detect(case: Case) -> Iterator[Evidence]:
    known: dict[str, tuple[int, Record]] = {}
    told: set[str] = set()
    for row in case.rows_of(*_TAKEN):
        body = case.body(row)
        if row in case.bodies.unreadable:
            yield _evidence(case, row, f"cannot be read: {case.bodies.unreadable[row]}"[:300])
        elif body.get("unrecorded") is not None:
            yield _evidence(case, row, f"was not recorded: {said(body['unrecorded'])}")
        else:
            for record in _records(body):
                name = record.type_name.rpartition(".")[2]
                before = known.setdefault(name, (row, record))
                how = _changed(before[1], record)
                if how and name not in told:
                    told.add(name)
                    text = f"`{name}` {how} between events {case.seq(before[0])} and {case.seq(row)}"
                    yield Evidence(case.seqs(row, before[0]), text, (), 0.9)
    yield from script_types(case, told)
    yield from _by_codec(case)
    yield from _by_replay(case)


def _by_codec(case: Case) -> Iterator[Evidence]:
    """Payloads of other engines that cannot be read here, in a run of which others can.

    Where all are of one encoding that nobody here knows, it is the codec of that deployment, and its workers have it.
    """
    found: dict[str, list[int]] = {}
    readable = False
    for row in case.rows_of(*_TAKEN) if case.history.engine != "native" else ():
        for value in _values(case.body(row)):
            if isinstance(value, Record) and not value.module and value.type_name == "Undecoded":
                found.setdefault(said(value.fields.get("encoding")), []).append(row)
            elif value is not None:
                readable = True
    for encoding, rows in found.items():
        if encoding in _STANDARD or (readable and encoding not in _PICKLES):
            name = case.history.declaration(rows[0]).name or "the run"
            more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
            why = "is damaged" if encoding in _STANDARD else "cannot be read here, unlike those of the others"
            text = f"a payload of {name}{more} in the encoding {encoding!r} {why}"
            yield Evidence(case.seqs(*rows[:_SHOWN]), text, (name,), 0.8)


def _values(body: Mapping[str, Any]) -> Iterator[Any]:
    yield from (body[name] for name in ("result", "value") if name in body)
    args = body.get("args")
    yield from args if isinstance(args, (list, tuple)) else ()


def _evidence(case: Case, row: int, how: str, sure: float = 1.0) -> Evidence:
    name = case.history.declaration(row).name or "the run"
    result = (
        "result" if case.history.columns.type[row] not in {EventType.StepStarted, EventType.RunStarted} else "input"
    )
    return Evidence(case.seqs(row), f"the {result} of {name} {how}", (name,), sure)


def _changed(left: Record, right: Record) -> str:
    """How two records of one class name differ as types; `""` when they do not."""
    if left.type_name != right.type_name:
        return ""  # classes inside others may share their last name
    if left.module != right.module:
        return f"moved from module {left.module} to {right.module}"
    if left.fields.keys() != right.fields.keys():
        lost, new = left.fields.keys() - right.fields.keys(), right.fields.keys() - left.fields.keys()
        changes = [
            *(f"lost {name}" for name in sorted(map(str, lost))),
            *(f"gained {name}" for name in sorted(map(str, new))),
        ]
        return listed(changes)
    return ""


def _records(body: Mapping[str, Any]) -> Iterator[Record]:
    """Objects with a class in a payload; other engines' stand-ins for what they cannot decode are none."""
    waiting: list[Any] = [part for name in _PARTS if type(part := body.get(name)) in _HOLDERS]
    left = _MOST_VALUES
    while waiting and left > 0:
        value = waiting.pop()
        kind = type(value)
        inside: Any = value
        if kind is Record:
            if value.module:
                yield value
            inside = value.fields.values()
        elif kind is dict:
            inside = value.values()
        left -= len(inside)
        waiting += [part for part in inside if type(part) in _HOLDERS]


def _by_replay(case: Case) -> Iterator[Evidence]:
    if case.misfit:
        text = f"a recorded value does not fit the types of the code: {said(case.misfit)}"
        yield Evidence(case.seqs(case.record.started), text, (), 1.0, Severity.DANGER)
    for found in retyped(case):
        yield _evidence(case, found.row, f"is not of its type of today: {said(found.how)}", found.sure)
    explanation = case.explanation
    if explanation is None or explanation.cause is not Cause.TYPE_CHANGED or explanation.first is None:
        return
    first = explanation.first
    text = f"a dry replay asks for {first.asked} where the log holds {first.recorded}: a type has changed"
    yield Evidence((first.seq,) if first.seq else (), text, (), 0.9, Severity.DANGER, explanation.line_now)


PAYLOAD_TYPE = Hazard(
    id="payload-type",
    number=16,
    title="Serialization or schema change",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "A recorded value outlives the class that it was made from. The class moves, a field is added or goes, a "
        "library changes its format: then a run that waits cannot be resumed, or gets a guess."
    ),
    fix="""\
Record plain values or dataclasses of an importable module, annotated, and give new fields defaults:

    @dataclass(frozen=True)
    class Charge:                     # in shop/model.py, not in __main__
        id: str
        currency: str = "EUR"         # added later: old recordings still fit

    @wb.step(kind="write")
    def charge(order: str) -> Charge: ...
""",
    false_alarm_if="nobody will resume or replay this run.",
    detect=_detect,
    source="dbos-inc/dbos-transact-py#378; danielgerlag/workflow-core#814; temporalio/sdk-go#1011",
)
