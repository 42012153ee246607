"""One row of a journal: a command (the code asked for something) or a notification (an answer came).

What links the two are completion ids. They stand in `entry_json`, with all payloads, and in `entry_lite_json`, without:
the small one is read when a file is opened, the large one when somebody looks.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from workbench.engines.jsons import instant_ns, number_of, text_of
from workbench.engines.restate.document import Row

__all__ = ["Entry", "entry_of", "fields_of", "result_of", "target_of"]

_COMMAND, _NOTIFICATION = "Command: ", "Notification: "
_LONGEST_TYPE = 100
_WRAPPERS = ("Command", "Notification", "Completion")
_FAILURE = "Failure"
_UNKNOWN = -1


class Entry(NamedTuple):
    """What a row says, without its payloads.

    Attributes:
        type: For example `Run`; the whole of what stands there for a row that is neither command nor notification.
        is_command: The code asked for it.
        is_notification: An answer, or a signal.
        number: Its place in the journal.
        time_ns: When it was appended, nanoseconds since the epoch; -1 for unknown.
        name: What the code called it; `""` for nothing.
        fields: Names and ids of a command.
        answers: Completion id of the command that a notification answers; -1 for none.
        failed: The answer is a failure.
        row: As it stands in the file.
    """

    type: str
    is_command: bool
    is_notification: bool
    number: int
    time_ns: int
    name: str
    fields: dict[str, Any]
    answers: int
    failed: bool
    row: Row


def entry_of(row: Row) -> Entry:
    """Read a row."""
    said, type_ = text_of(row, "entry_type"), type_of(row)
    is_command, is_notification = said.startswith(_COMMAND), said.startswith(_NOTIFICATION)
    fields = fields_of(row, lite=type_ != "OneWayCall")
    return Entry(
        type_, is_command, is_notification, number_of(row.get("index")), instant_ns(row.get("appended_at")),
        text_of(row, "name") or text_of(fields, "name"), fields,
        _answers(fields) if is_notification else _UNKNOWN, _failed(fields), row,
    )  # fmt: skip


def fields_of(row: Row, *, lite: bool = False) -> dict[str, Any]:
    """What an entry consists of; nothing where it is not there or cannot be read.

    Args:
        row: Its row.
        lite: Without payloads will do.
    """
    names = ("entry_lite_json", "entry_json") if lite else ("entry_json", "entry_lite_json")
    said = next((row[name] for name in names if isinstance(row.get(name), str)), "")
    try:
        node = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    for name in (*_WRAPPERS, type_of(row)):  # {"Notification": {"Completion": {"Run": {…}}}}
        inner = node.get(name) if isinstance(node, dict) else None
        node = inner if isinstance(inner, dict) else node
    return node if isinstance(node, dict) else {}


def type_of(row: Row) -> str:
    """What a row is about, for example `Run`."""
    return text_of(row, "entry_type")[:_LONGEST_TYPE].removeprefix(_COMMAND).removeprefix(_NOTIFICATION)


def result_of(fields: dict[str, Any]) -> tuple[str, Any]:
    """How a call ended: `Success` with the bytes as they stand there, `Failure` with what it says, or another word."""
    said = fields.get("result")
    if isinstance(said, dict) and len(said) == 1:
        word, value = next(iter(said.items()))
        return word, value
    return (said, None) if isinstance(said, str) else ("", None)


def target_of(fields: dict[str, Any]) -> tuple[str, str]:
    """Whom a call is for: `Service/handler`, and the key of a virtual object or workflow; `""` for unknown."""
    request = fields.get("request")
    held = (request if isinstance(request, dict) else fields).get("invocation_target")
    target = next(iter(held.values()), None) if isinstance(held, dict) else None
    service, handler = text_of(target, "name"), text_of(target, "handler")
    return f"{service}/{handler}" if service or handler else "", text_of(target, "key")


def _answers(fields: dict[str, Any]) -> int:
    held = fields.get("id")
    said = held.get("CompletionId") if isinstance(held, dict) else fields.get("completion_id")
    return said if type(said) is int and said >= 0 else _UNKNOWN


def _failed(fields: dict[str, Any]) -> bool:
    return result_of(fields)[0] == _FAILURE
