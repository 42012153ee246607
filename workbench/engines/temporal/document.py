"""The files that Temporal histories come in: where the events are, whatever is wrapped around them.

Seen in the wild: `{"events": […]}` (`temporal workflow show --output json`, the SDKs), `{"history": {"events": […]}}`
(the UI's export, with or without decoded payloads), a bare list of events, a list of histories, a map from event name
to event, and protobuf bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from workbench._errors import EmptyLogError, LogError, NotALogError, TornLogError
from workbench.engines.temporal.told import type_of
from workbench.engines.temporal.wire import WireError, read_history

__all__ = ["Telling", "is_event", "tellings_of"]

_DEEPEST = 6
_HINT = "export one with `temporal workflow show --output json`, or as JSON from the UI"
_ATTRIBUTES = "EventAttributes"
_FIRST = ("1", 1)


class Telling(NamedTuple):
    """One history in a file.

    Attributes:
        events: Its events as they stand in the file; every one is a mapping.
        workflow_id: Id of the workflow where it stands beside the events; `""` for none.
    """

    events: list[dict[str, Any]]
    workflow_id: str


def tellings_of(raw: bytes, path: Path) -> list[Telling]:
    """The histories in a file, at least one, each with at least one event.

    Args:
        raw: The bytes of the file.
        path: Its name, for errors.

    Raises:
        EmptyLogError: There is no byte, or no event.
        TornLogError: It ends in the middle.
        NotALogError: It is something else, or nested too deeply to be read.
    """
    if not raw.strip():
        raise EmptyLogError(f"{path} is empty", path=path, hint=_HINT)
    first = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    document = _parsed(raw, path) if first in {b"{", b"["} else _unwired(raw, path)
    found = list(_search(document, "", 0))
    if not found:
        raise NotALogError(f"{path} holds no Temporal history: no events in it", path=path, hint=_HINT)
    told = [telling for telling in found if telling.events]
    if not told:
        raise EmptyLogError(f"{path} holds a Temporal history without events", path=path, hint=_HINT)
    return told


def is_event(value: Any) -> bool:
    """Whether a value can be an event: what else would have a type, or attributes of one."""
    return isinstance(value, dict) and (
        "eventType" in value or "eventId" in value or any(name.endswith(_ATTRIBUTES) for name in value)
    )


def _parsed(raw: bytes, path: Path) -> Any:
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
            message = f"{path} ends in the middle of its JSON"
            raise TornLogError(message, path=path, offset=error.pos, hint="export the history again") from None
        message = f"{path} is damaged JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise NotALogError(message, path=path, offset=error.pos, hint=_HINT) from None
    except RecursionError:
        raise NotALogError(f"{path} is nested too deeply to be a history", path=path, hint=_HINT) from None
    except ValueError as error:  # bytes that are no text; integers of thousands of digits
        raise NotALogError(f"{path} is no JSON: {error}", path=path, hint=_HINT) from None


def _unwired(raw: bytes, path: Path) -> Any:
    try:
        return {"events": read_history(raw)}
    except WireError as error:
        kind: type[LogError] = TornLogError if error.torn else NotALogError
        message = f"{path} is no whole Temporal history in protobuf: {error}"
        raise kind(message, path=path, offset=error.offset, hint=_HINT) from None


def _search(node: Any, workflow_id: str, depth: int) -> Iterator[Telling]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        if any(map(is_event, node)):
            yield from _parted(node, workflow_id)
        else:
            for part in node:
                yield from _search(part, workflow_id, depth + 1)
    elif isinstance(node, dict):
        yield from _search_map(node, workflow_id, depth)


def _parted(listed: list[Any], workflow_id: str) -> Iterator[Telling]:
    """The histories in a list of events: several that were put one after the other each begin with their event 1."""
    events = [event for event in listed if isinstance(event, dict)]
    firsts = [
        place
        for place, event in enumerate(events)
        if event.get("eventId") in _FIRST and type_of(event) == "WorkflowExecutionStarted"
    ]
    if all(events[place] == events[firsts[0]] for place in firsts):  # one, or a page of it twice
        yield Telling(events, workflow_id)
        return
    newest_first = firsts[-1] == len(events) - 1
    cuts = [0, *(place + 1 for place in firsts)] if newest_first else [0, *firsts[firsts[0] == 0 :], len(events)]
    for begin, end in pairwise(cuts):
        yield Telling(events[begin:end], workflow_id)


def _search_map(node: dict[str, Any], workflow_id: str, depth: int) -> Iterator[Telling]:
    said = node.get("workflowId")
    workflow_id = said if isinstance(said, str) else workflow_id
    events = node.get("events")
    if isinstance(events, list) and (not events or any(map(is_event, events))):
        yield from _parted(events, workflow_id)
    elif node and all(map(is_event, node.values())):
        yield Telling(list(node.values()), workflow_id)
    else:
        for part in node.values():
            if isinstance(part, (dict, list)):
                yield from _search(part, workflow_id, depth + 1)
