"""The files that histories of durable functions come in: where the events are, whatever is wrapped around them.

Seen: `{"Events": […]}` (`aws lambda get-durable-execution-history`), a bare list of events (the SDK's own examples),
pages one after the other, and the dump of the Python SDK's local runner, which has the payloads in `Operations`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from workbench._errors import EmptyLogError, NotALogError
from workbench.engines.jsons import documents_of, number_of, text_of

__all__ = ["Telling", "tellings_of"]

Event = dict[str, Any]

_HINT = "export one with: aws lambda get-durable-execution-history --include-execution-data --durable-execution-arn …"
_DEEPEST = 6
_STARTED = "ExecutionStarted"
_MARKERS = ("NextMarker", "NextToken")


class Telling(NamedTuple):
    """One history in a file.

    Attributes:
        events: Its events as they stand in the file.
        arn: Of the execution, where it stands beside the events; `""` for none.
        function: Name of the function, where it does; `""` for none.
        operations: What the local runner keeps of each operation, by its id.
        goes_on: The export stopped before the end of the history.
    """

    events: list[Event]
    arn: str = ""
    function: str = ""
    operations: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - never changed
    goes_on: bool = False


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
    documents = documents_of(raw, path, _HINT)
    found = _joined([telling for document in documents for telling in _search(document, Telling([]), 0)])
    if not found:
        message = f"{path} holds no history of an AWS durable function: no events in it"
        raise NotALogError(message, path=path, hint=_HINT)
    told = [telling for telling in found if telling.events]
    if not told:
        raise EmptyLogError(f"{path} holds a history without events", path=path, hint=_HINT)
    return told


def _is_event(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("EventType"), str)


def _search(node: Any, around: Telling, depth: int) -> Iterator[Telling]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        if any(map(_is_event, node)):
            yield from _parted(node, around)
        else:
            for part in node:
                yield from _search(part, around, depth + 1)
    elif isinstance(node, dict):
        around = _told_by(node, around)
        events = node.get("Events")
        if isinstance(events, list) and (not events or any(map(_is_event, events))):
            yield from _parted(events, around)
            return
        for part in node.values():
            if isinstance(part, (dict, list)):
                yield from _search(part, around, depth + 1)


def _told_by(node: dict[str, Any], around: Telling) -> Telling:
    """What a mapping, and the mappings in it, say about the events below."""
    for part in (node, *(part for part in node.values() if isinstance(part, dict))):
        arn, start = text_of(part, "DurableExecutionArn"), part.get("StartInput")
        function = text_of(start, "FunctionName") or text_of(part, "FunctionName")
        around = around._replace(arn=arn or around.arn, function=function or around.function)
        listed = part.get("Operations")
        if isinstance(listed, list):
            known = {text_of(one, "Id"): one for one in listed if isinstance(one, dict)}
            around = around._replace(operations=known)
    return around._replace(goes_on=any(text_of(node, marker) for marker in _MARKERS))


def _parted(listed: list[Any], around: Telling) -> Iterator[Telling]:
    """The histories in a list: several that were put one after the other each begin with a start of their own."""
    events = [event for event in listed if _is_event(event)]
    if len(events) > 1 and events[-1]["EventType"] == _STARTED != events[0]["EventType"]:
        events.reverse()  # the newest first
    firsts = [place for place, event in enumerate(events) if event["EventType"] == _STARTED]
    if len({text_of(events[place], "Id") for place in firsts}) < 2:  # noqa: PLR2004 - one, or a page of it twice
        yield around._replace(events=events)
        return
    for begin, end in pairwise([0, *firsts[firsts[0] == 0 :], len(events)]):
        yield around._replace(events=events[begin:end])


def _joined(found: list[Telling]) -> list[Telling]:
    """Pages of one history: one that has no start of its own and goes on where the one before it stopped."""
    joined: list[Telling] = []
    for telling in found:
        before = joined[-1] if joined else None
        if before is not None and before.goes_on and before.events and telling.events and _follows(before, telling):
            joined[-1] = before._replace(events=before.events + telling.events, goes_on=telling.goes_on)
        else:
            joined.append(telling)
    return joined


def _follows(before: Telling, telling: Telling) -> bool:
    return number_of(telling.events[0].get("EventId")) == number_of(before.events[-1].get("EventId")) + 1
