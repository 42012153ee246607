"""AWS's events as ours, one row for one event.

The n-th operation of a context gets the context's position and n. A step is the user's own code, of unknown kind, so
it counts as a write. One row is added where an attempt must have begun and none is written down: an invocation ended
while a step was running, and a later one ended that step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from workbench.engines.aws.bodies import body_of, details_of
from workbench.engines.aws.document import Telling
from workbench.engines.aws.values import error_type_of
from workbench.engines.aws.words import ALONE, ENDS, OPENS, UNTYPED
from workbench.engines.jsons import instant_ns, number_of, text_of
from workbench.engines.rows import Body, Fact, Rows, called, shown
from workbench.model import MAX_DEPTH, UNNAMED, Declaration, EventType, Position

__all__ = ["translate"]

_FUNCTION = re.compile(r":function:([\w-]{1,200})")
_KIND = re.compile(r"(Started|Succeeded|Failed)$")
_UNKNOWN = "(function not recorded)"
_AGAIN = "inferred: an invocation ended while the step was running, and another one ended it"
_UNAWAITED = (
    "by default the SDKs begin a step without waiting until AWS has stored that they do: one that no event shows may "
    "have begun"
)
_GOES_ON = "the export stopped before the end of the history"
_NAMED = 3


@dataclass
class _Operation:
    position: Position
    declaration: Declaration
    seq: int = 0
    attempt: int = 0
    running: bool = False
    children: int = 0


@dataclass
class _Sentences:
    unseen: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def translate(rows: Rows, telling: Telling, stem: str) -> list[Body]:
    """Add one history.

    Args:
        rows: Where its rows go.
        telling: The history.
        stem: Run id where the history names none.

    Returns:
        The body of each row that was added.
    """
    return _Translator(rows, telling, stem).run()


class _Translator:
    def __init__(self, rows: Rows, telling: Telling, stem: str) -> None:
        self._rows, self._telling = rows, telling
        self._events = _in_order(telling.events)
        self._bodies: list[Body] = []
        self._operations: dict[str, _Operation] = {}
        self._root = _Operation((), UNNAMED)
        self._last_start = {
            text_of(event, "Id"): place
            for place, event in enumerate(self._events)
            if event["EventType"] == "StepStarted"
        }
        start = next((event for event in self._events if event["EventType"] == "ExecutionStarted"), {})
        run_id = text_of(start, "Id") or telling.arn.rpartition("/")[2] or stem
        self._number, self._run_id = rows.run(run_id)
        self._key = text_of(start, "Name") or run_id
        found = _FUNCTION.search(telling.arn)
        self._workflow = shown(found[1] if found else telling.function or _UNKNOWN)
        self._said = _Sentences(missing=[_GOES_ON] if telling.goes_on else [])

    def run(self) -> list[Body]:
        now = 0
        self._look()
        for place, event in enumerate(self._events):
            said = instant_ns(event.get("EventTimestamp"))
            now = said if said >= 0 else now
            fact = self._fact(event, place, now)
            seq = self._add(fact, body_of(event, self._kept(event)) | self._more(fact, event), now)
            if event["EventType"] in OPENS:
                self._operations[text_of(event, "Id")].seq = seq
        return self._bodies

    def _add(self, fact: Fact, body: dict[str, Any], now: int) -> int:
        self._bodies.append(Body(body))
        return self._rows.add(self._number, now, fact)

    def _kept(self, event: dict[str, Any]) -> dict[str, Any]:
        return self._telling.operations.get(text_of(event, "Id"), {})

    def _look(self) -> None:
        """What the whole list says about itself."""
        ids = [number_of(event.get("EventId")) for event in self._events]
        gap = next((pair for pair in pairwise([0, *ids]) if pair[1] > pair[0] + 1), None) if min(ids) > 0 else None
        if gap is not None:
            self._said.missing.append(f"events between {gap[0]} and {gap[1]} are not in the file")
        kinds = [event["EventType"] for event in self._events]
        strange = dict.fromkeys(kind for kind in kinds if kind not in OPENS | ENDS | ALONE)
        if strange:
            named = ", ".join(kind[:100] for kind in list(strange)[:_NAMED])
            self._said.unseen.append(f"it holds events of unknown types: {named}")
        if "ExecutionSucceeded" not in kinds:
            self._said.unseen.append(_UNAWAITED)

    def _more(self, fact: Fact, event: dict[str, Any]) -> dict[str, Any]:
        if fact.type is EventType.RunStarted:
            return {
                "business_key": self._key, "parent": "", "assumed": [], "unseen": self._said.unseen,
                "missing": self._said.missing, "arn": self._telling.arn,
            }  # fmt: skip
        if fact.type is EventType.RunCancelled:
            return {"by": "operator"}
        return {"operation_id": text_of(event, "Id"), "subtype": text_of(event, "SubType")}

    # --- facts ----------------------------------------------------------------------------------------------

    def _fact(self, event: dict[str, Any], place: int, now: int) -> Fact:
        kind = event["EventType"]
        if kind in OPENS:
            return self._opened(event, OPENS[kind])
        if kind in ENDS and text_of(event, "Id") in self._operations:
            return self._ended(event, place, now)
        if kind in ALONE:
            return self._alone(event, ALONE[kind])
        if kind in {"StepSucceeded", "StepFailed"}:
            return self._recorded(event)
        return Fact(EventType.NoteRecorded, declaration=shown(kind[:100]))

    def _opened(self, event: dict[str, Any], type_: EventType) -> Fact:
        number = text_of(event, "Id")
        operation = self._operations.get(number)
        if operation is None:
            operation = self._operations[number] = self._new(event, type_)
        elif type_ is not EventType.StepStarted:
            return Fact(EventType.NoteRecorded, operation.position, operation.declaration)
        if type_ is EventType.StepStarted:
            operation.attempt += 1
            operation.running = True
        return Fact(type_, operation.position, operation.declaration, operation.attempt)

    def _new(self, event: dict[str, Any], type_: EventType) -> _Operation:
        parent = self._operations.get(text_of(event, "ParentId"), self._root)
        if len(parent.position) >= MAX_DEPTH:
            parent = self._root
        parent.children += 1
        name, kind = text_of(event, "Name"), _KIND.sub("", event["EventType"])
        if type_ is EventType.ChildStarted:
            name = text_of(details_of(event), "FunctionName") or name
        declare = called if type_ is EventType.StepStarted else shown
        otherwise = "" if type_ is EventType.TimerStarted else f"(unnamed {kind.lower()})"
        return _Operation((*parent.position, parent.children), declare(name or otherwise))

    def _ended(self, event: dict[str, Any], place: int, now: int) -> Fact:
        kind, number = event["EventType"], text_of(event, "Id")
        operation, type_ = self._operations[number], ENDS[kind]
        if type_ in {EventType.StepCompleted, EventType.StepFailed} and not operation.running:
            operation.attempt += 1
            again = Fact(EventType.StepStarted, operation.position, operation.declaration, operation.attempt)
            operation.seq = self._add(again, {"assumed": [_AGAIN], "event": "(inferred)"}, now)
        operation.running = False
        details = details_of(event)
        if type_ is EventType.StepFailed and (_delay(details) > 0 or self._last_start.get(number, -1) > place):
            type_ = EventType.AttemptFailed
        attempt = operation.attempt if type_ in {EventType.AttemptFailed, EventType.StepFailed} else 0
        error_type = error_type_of(details, UNTYPED[kind]) if kind in UNTYPED else ""
        return Fact(type_, operation.position, operation.declaration, attempt, error_type, operation.seq)

    def _recorded(self, event: dict[str, Any]) -> Fact:
        """A step of which the file holds no beginning."""
        operation = self._operations[text_of(event, "Id")] = self._new(event, EventType.StepStarted)
        error_type = error_type_of(details_of(event), "StepError") if event["EventType"] == "StepFailed" else ""
        return Fact(EventType.StepRecorded, operation.position, operation.declaration, error_type=error_type)

    def _alone(self, event: dict[str, Any], type_: EventType) -> Fact:
        kind, details = event["EventType"], details_of(event)
        if type_ is EventType.TurnCompleted:
            for operation in self._operations.values():
                operation.running = False
            error_type = error_type_of(details, "")
            return Fact(EventType.TurnFailed if error_type else type_, error_type=error_type)
        error_type = error_type_of(details, UNTYPED[kind]) if kind in UNTYPED else ""
        return Fact(type_, declaration=self._workflow, error_type=error_type)


def _delay(details: dict[str, Any]) -> int:
    """Seconds until the next attempt; 0 where there is none, or none is told."""
    retry = details.get("RetryDetails")
    return number_of(retry.get("NextAttemptDelaySeconds")) if isinstance(retry, dict) else 0


def _in_order(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By number: an export may have the newest first. A page that was exported twice counts once."""
    ids = [number_of(event.get("EventId")) for event in events]
    if min(ids) <= 0 or all(left < right for left, right in pairwise(ids)):
        return events
    order = sorted(range(len(events)), key=ids.__getitem__)
    return [events[place] for place, after in pairwise([*order, -1]) if after < 0 or events[place] != events[after]]
