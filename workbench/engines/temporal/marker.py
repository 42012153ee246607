"""Markers: what the SDKs write into a history for themselves. Local activities, side effects and versions are known."""

from __future__ import annotations

import json
from typing import Any

from workbench.engines.rows import Fact, called, shown
from workbench.engines.temporal.failure import error_of, error_type_of
from workbench.engines.temporal.payload import detail_of, result_of, values_of
from workbench.engines.temporal.told import number_of, text_of
from workbench.model import EventType

__all__ = ["marker_body", "marker_fact"]

_LOCAL = frozenset({"core_local_activity", "LocalActivity"})
_VERSIONS = frozenset({"Version", "core_patch"})
_VALUES = frozenset({"SideEffect", "MutableSideEffect"})
_NS, _MS = 1_000_000_000, 1_000_000
_UNSEEN = "a local activity: the history holds its outcome only"
_UNKNOWN_BEGINNING = "when it began is not recorded"


def marker_fact(said: dict[str, Any]) -> Fact:
    """The fact behind a marker; positions are given by the caller.

    Args:
        said: Attributes of the event.
    """
    name, details = text_of(said, "markerName"), said.get("details")
    if name in _LOCAL:
        facts = _local(details)
        failed = isinstance(said.get("failure"), dict) and bool(said["failure"])
        return Fact(
            EventType.StepRecorded, declaration=called(facts["name"]), attempt=facts["attempt"],
            error_type=error_type_of(said["failure"], "Failure") if failed else "",
        )  # fmt: skip
    if name in _VERSIONS:
        return Fact(EventType.PatchChecked, declaration=shown(_version(details)[0]))
    if name in _VALUES:
        return Fact(EventType.ValueRecorded, declaration=shown(_text(detail_of(details, "side-effect-id"))))
    return Fact(EventType.NoteRecorded, declaration=shown(name or "MarkerRecorded"))


def marker_body(said: dict[str, Any]) -> dict[str, Any]:
    """What a marker says, under the names of the native bodies."""
    name, details = text_of(said, "markerName"), said.get("details")
    details = details if isinstance(details, dict) else {}
    if name in _LOCAL:
        return _local_body(details, said.get("failure"))
    if name in _VERSIONS:
        return {"value": _version(details)[1]}
    if name in _VALUES:
        return {"value": result_of(details.get("data"))}
    return {"marker": name, "details": {key: result_of(value) for key, value in details.items()}}


def _local_body(details: dict[str, Any], failure: Any) -> dict[str, Any]:
    began = _local(details)["began_ns"]
    body: dict[str, Any] = {"args": values_of(details["input"])} if "input" in details else {}
    body |= {"began_ns": began} if began else {}
    body["assumed"] = [_UNSEEN] if began else [_UNSEEN, _UNKNOWN_BEGINNING]
    if isinstance(failure, dict) and failure:
        return body | {"error": error_of(failure, "Failure")}
    return body | {"result": result_of(details.get("result"))}


def _local(details: Any) -> dict[str, Any]:
    """Name, attempt and beginning of a local activity: core and Go write one JSON object, Java single details."""
    found = detail_of(details, "data")
    found = found if isinstance(found, dict) else {}
    meta = detail_of(details, "meta")
    meta = meta if isinstance(meta, dict) else {}
    name = found.get("activity_type") or found.get("ActivityType") or detail_of(details, "type")
    attempt = found.get("attempt") or found.get("Attempt") or meta.get("atpt")
    scheduled = found.get("original_schedule_time")
    began = number_of(meta.get("firstSkd")) * _MS
    if isinstance(scheduled, dict):
        began = number_of(scheduled.get("seconds")) * _NS + number_of(scheduled.get("nanos"))
    return {"name": _text(name) or "(unnamed local activity)", "attempt": number_of(attempt), "began_ns": began}


def _version(details: Any) -> tuple[str, Any]:
    """Name of a code change and the version that the run takes (`True` for a patch)."""
    patch = detail_of(details, "patch-data", "patch_data")
    if isinstance(patch, dict):
        return _text(patch.get("id")), True
    patch_id = detail_of(details, "patch_id")
    if patch_id is not None:
        return _text(patch_id), True
    return _text(detail_of(details, "change-id", "changeId")), detail_of(details, "version")


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)[:200]
