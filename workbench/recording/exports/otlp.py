"""Runs as OpenTelemetry spans in OTLP's JSON: what a collector takes at `/v1/traces` and reads from files.

By the specification's JSON mapping (opentelemetry-proto, docs/specification.md): names in camel case, ids as lower-case
hex, 64-bit numbers as text, enumerations as numbers. Ids are made of run ids and positions, so that the same recording
gives the same spans each time, and a child run is part of its parent's trace.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from workbench.analysis import Span
from workbench.engines import Loaded
from workbench.model import ns_of, position_text
from workbench.recording.exports.telling import Telling

__all__ = ["otlp_json"]

_INTERNAL, _CLIENT = 1, 3
_UNSET, _OK, _ERROR = 0, 1, 2
_FAILED: Final = frozenset({"failed", "compensation_failed"})
_DONE: Final = frozenset({"committed", "compensated"})
_MOST_PARENTS: Final = 100
"""A damaged log could name a run as its own ancestor."""


def otlp_json(chosen: Sequence[tuple[Loaded, Sequence[str]]]) -> Iterator[str]:
    """The spans, line by line: one JSON object in the end, a resource per log.

    A run is a span, each of its steps and waits is one below it, attempts are events of their step. What has no end on
    record ends with the last that is known, and says `workbench.open`.

    Args:
        chosen: Logs, each with the runs that are wanted of it.
    """
    yield '{"resourceSpans":[\n'
    for number, (log, run_ids) in enumerate(chosen):
        family = _Family(log, run_ids)
        attributes = _attributes({"service.name": "durable-workbench", "workbench.engine": log.history.engine})
        yield ("," if number else "") + f'{{"resource":{{"attributes":{_json(attributes)}}},"scopeSpans":[\n'
        yield '{"scope":{"name":"workbench"},"spans":[\n'
        for count, span in enumerate(span for run_id in run_ids for span in _spans(Telling(log, run_id), family)):
            yield ("," if count else "") + _json(span) + "\n"
        yield "]}]}\n"
    yield "]}\n"


class _Family:
    """Which run called which, by what is exported."""

    def __init__(self, log: Loaded, run_ids: Sequence[str]) -> None:
        self._callers: dict[str, tuple[str, str, str]] = {}
        """Run, position and name of the call, by the run that it started."""
        history = log.history
        for run_id in run_ids:
            for child in Telling(log, run_id).facts.children:
                position, name = history.position(child.opened), history.declaration(child.opened).name
                self._callers[child.run_id] = (run_id, position_text(position), name)

    def trace_of(self, run_id: str) -> str:
        """Trace of a run: that of its oldest ancestor."""
        for _ in range(_MOST_PARENTS):
            if run_id not in self._callers:
                break
            run_id = self._callers[run_id][0]
        return _id("trace", run_id, size=16)

    def caller_of(self, run_id: str) -> str:
        """Span that called a run; `""` for none."""
        caller = self._callers.get(run_id)
        return _id("step", *caller, size=8) if caller else ""


def _spans(telling: Telling, family: _Family) -> Iterator[dict[str, Any]]:
    run_id, facts = telling.run_id, telling.facts
    trace, own = family.trace_of(run_id), _id("run", run_id, size=8)
    failed = facts.error_type != ""
    yield {
        "traceId": trace, "spanId": own, "parentSpanId": family.caller_of(run_id),
        "name": facts.workflow or "run", "kind": _INTERNAL,
        "startTimeUnixNano": _nanoseconds(telling.began), "endTimeUnixNano": _nanoseconds(telling.ended),
        "attributes": _attributes({
            "workbench.run_id": run_id, "workbench.status": str(facts.status),
            "workbench.business_key": facts.business_key, "workbench.recoveries": facts.recoveries,
        }),
        "events": [
            _event(f"{moment.event} {moment.name}".strip(), moment.time, {"workbench.seq": moment.seq})
            for moment in telling.instants()
        ],
        "status": _status(_ERROR if failed else _OK if facts.ended_ns >= 0 else _UNSET, facts.error_type),
    }  # fmt: skip
    calls = sorted(telling.spans, key=lambda span: (span.position, span.name))
    for _, attempts in groupby(calls, key=lambda span: (span.position, span.name)):
        yield {"traceId": trace, "parentSpanId": own} | _call(run_id, sorted(attempts, key=lambda span: span.started))


def _call(run_id: str, attempts: Sequence[Span]) -> dict[str, Any]:
    """One step with its attempts, or one wait."""
    last = attempts[-1]
    return {
        "spanId": _id("step", run_id, last.position, last.name, size=8), "name": last.name,
        "kind": _INTERNAL if last.state == "waiting" else _CLIENT,
        "startTimeUnixNano": _nanoseconds(attempts[0].started),
        "endTimeUnixNano": _nanoseconds(max(span.ended for span in attempts)),
        "attributes": _attributes({
            "workbench.run_id": run_id, "workbench.position": last.position, "workbench.state": last.state,
            "workbench.attempts": last.attempt, "workbench.open": last.open, "code.location": last.code,
        }),
        "events": [event for span in attempts for event in _attempt(span)],
        "status": _status(_ERROR if last.state in _FAILED else _OK if last.state in _DONE else _UNSET, last.note),
    }  # fmt: skip


def _attempt(span: Span) -> Iterator[dict[str, Any]]:
    if span.attempt:
        yield _event(f"attempt {span.attempt}", span.started, {"workbench.state": span.state})
    if span.note and span.state != "waiting":
        kind, _, message = span.note.partition(": ")
        yield _event("exception", span.ended, {"exception.type": kind, "exception.message": message})


def _event(name: str, time: datetime, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"timeUnixNano": _nanoseconds(time), "name": name, "attributes": _attributes(attributes)}


def _status(code: int, message: str) -> dict[str, Any]:
    return {"code": code} | ({"message": message} if code == _ERROR and message else {})


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Key-value pairs; what is empty is left out."""
    return [{"key": key, "value": _value(value)} for key, value in values.items() if value not in ("", None)]


def _value(value: str | float) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}


def _id(*parts: str, size: int) -> str:
    """An id of so many bytes; never all zeros, which would be invalid."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[: 2 * size]


def _nanoseconds(time: datetime) -> str:
    return str(ns_of(time))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
