"""Payloads and failures of Restate as values; nothing is unpickled.

Payloads are bytes; in JSON they are lists of numbers. The SDKs write JSON unless the user says otherwise, so JSON is
decoded, nothing at all is `None`, and all else stays as it is: `Undecoded(encoding='bytes', …)`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from workbench.engines.jsons import number_of, text_of
from workbench.engines.rows import undecoded
from workbench.journal.codec import RecordedError

__all__ = ["TERMINAL", "error_of", "transient_error_of", "transient_type_of", "value_of"]

TERMINAL = "TerminalError"
"""What the SDKs call an error that is not retried; a journal keeps its code and its message, and no class."""

_TRANSIENT = "TransientError"
_LONGEST = 10_000
_LAST_LINE = re.compile(r"([A-Za-z_][\w.]{0,100})(?::|$)")
_REPR = re.compile(r"([A-Za-z_][\w.]{0,100})\(")
_NAMED = re.compile(r"([A-Z]\w{0,100}(?:Error|Exception))\b")


def value_of(said: Any) -> Any:
    """A payload, decoded."""
    if said is None:
        return None
    try:
        raw = bytes(said) if isinstance(said, list) else None
    except (ValueError, TypeError):
        raw = None
    if raw is None:
        return undecoded("unknown", repr(said)[:_LONGEST], "no list of bytes")
    if not raw:
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return undecoded("bytes", raw)


def error_of(said: Any) -> RecordedError:
    """The failure that a journal holds."""
    message = text_of(said, "message")
    held = said if isinstance(said, dict) else {}
    attributes = {name: held[name] for name in ("code", "metadata") if name in held}
    return RecordedError(module="restate", type_name=TERMINAL, args=(message,), message=message, attributes=attributes)


def transient_type_of(said: dict[str, Any]) -> str:
    """Class of an error that is retried: from its stack trace, or the beginning of its message."""
    last = text_of(said, "error_stacktrace")[-_LONGEST:].rstrip().rpartition("\n")[2]
    message = text_of(said, "error_message")[:_LONGEST]
    found = _LAST_LINE.match(last) or _REPR.match(message) or _NAMED.match(message)
    return found[1].rpartition(".")[2] if found else _TRANSIENT


def transient_error_of(said: dict[str, Any]) -> RecordedError:
    """The error of one attempt, which is followed by another one."""
    message = text_of(said, "error_message")[:_LONGEST]
    attributes: dict[str, Any] = {"code": number_of(said.get("error_code"))}
    known = text_of(said, "restate_doc_error_code")
    return RecordedError(
        module="", type_name=transient_type_of(said), args=(message,), message=message,
        attributes=attributes | ({"restate": known} if known else {}),
        traceback=text_of(said, "error_stacktrace")[:_LONGEST],
    )  # fmt: skip
