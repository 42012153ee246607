"""What looks like a failure in a value that was returned as an ordinary result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from workbench.analysis.hazards.expiry import plain_text
from workbench.journal.codec import EnumValue, Record, RecordedError
from workbench.journal.codec.standins import bounded_repr
from workbench.journal.redaction.names import folded, words_of

__all__ = ["error_shape", "says_how_it_went", "tells_failure"]

_ERRORS: Final = frozenset({"error", "errors", "exception", "err", "fault", "failure"})
_ABOUT: Final = frozenset({"message", "code", "type", "reason", "description", "text", "string", "detail", "details"})
"""What is said of an error: `errorMessage`, `failureReason`."""
_ELSEWHERE: Final = frozenset({
    "last", "previous", "prev", "prior", "first", "on", "if", "ignore", "ignored", "max", "min", "allowed", "expected",
    "known", "squared", "absolute", "standard", "std", "relative", "percentage", "percent", "mean", "log", "logs",
    "no", "non", "after", "retry", "retryable", "stop", "throw", "raise", "handle", "report", "show", "sampling",
    "rounding", "measurement", "margin", "default", "test", "training", "validation",
})  # fmt: skip
"""With one of these words an error is another one than that of the call: an earlier one, a setting, a measurement."""
_RUN_TOGETHER: Final = frozenset({"errormessage", "errorcode", "errortype", "faultstring", "faultcode"})
"""The same without anything between the words."""
_STATUSES: Final = frozenset({"status", "statuscode", "httpstatus", "httpstatuscode", "code", "responsecode"})
_FLAGS: Final = frozenset({"ok", "success", "succeeded", "successful"})
_EXITS: Final = frozenset({"returncode", "exitcode", "exitstatus"})
"""What a program that failed ends with is not 0."""
_LEFT_UNDONE: Final = frozenset({
    "failedrecordcount", "failedentrycount", "failedputcount", "failedentries", "unprocesseditems", "unprocessedkeys",
})  # fmt: skip
"""What services answer to a batch of which they did a part."""
_BAD_WORDS: Final = frozenset({"error", "failed", "failure", "exception", "fail"})
_GOOD_WORDS: Final = frozenset({"", "none", "null", "ok", "success", "no", "false", "0", "00", "000", "no error"})
_HTTP_ERROR, _HTTP_END = 400, 600
_INSIDE: Final = frozenset({"response", "result", "data", "body", "detail", "details", "meta", "payload"})
_LONGEST_TEXT: Final = 20_000
"""Characters of JSON in a text that are looked at: a body with an error in it is short."""


def error_shape(value: Any, *, inside: bool = False) -> tuple[str, float]:
    """What about a result looks like a failure, in words, and how sure that is; `""` for nothing."""
    if isinstance(value, RecordedError):
        return f"an error ({value.type_name})", 0.9
    fields = value.fields if isinstance(value, Record) else _parsed(value) if isinstance(value, str) else value
    if not isinstance(fields, Mapping):
        return "", 0.0
    for name, part in list(fields.items())[:64]:
        known, is_error = _meaning(str.__str__(name)) if isinstance(name, str) else ("", False)
        found = _of_error(known, str.__str__(name), part) if is_error else _of_field(known, part, fields)
        if found:
            return found, 0.9
        if known in _INSIDE and not inside:
            deeper = error_shape(part, inside=True)
            if deeper[0]:
                return deeper[0], 0.8
    return "", 0.0


def _parsed(value: str) -> Any:
    """What a text says that is JSON, as replies of functions and gateways are; `None` for any other."""
    text = plain_text(value)
    if not text.startswith("{") or len(text) > _LONGEST_TEXT:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@lru_cache(4096)
def _meaning(name: str) -> tuple[str, bool]:
    """A name as it is compared, and whether it is one of an error: `FunctionError`, `errorMessage`, `hasErrors`."""
    words, known = words_of(name), folded(name)
    what = words[:-1] if len(words) > 1 and words[-1] in _ABOUT else words
    is_error = not _ERRORS.isdisjoint(what[-1:]) and _ELSEWHERE.isdisjoint(what)
    return known, is_error or known in _RUN_TOGETHER


def _of_error(known: str, name: str, value: Any) -> str:
    value = value.value if isinstance(value, EnumValue) else value
    return f"an `{name}`" if _says_something(known, value) else ""


def _of_field(name: str, value: Any, fields: Mapping[Any, Any]) -> str:
    value = value.value if isinstance(value, EnumValue) else value
    if name in _EXITS or name in _LEFT_UNDONE:
        counted = type(value) is int and value != 0
        return f"`{name}` {bounded_repr(value)[:40]}" if counted or (name in _LEFT_UNDONE and _holds(value)) else ""
    if name not in _FLAGS and name not in _STATUSES:
        return ""
    if name in _FLAGS:
        return f"`{name}` false" if value is False else ""
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    text = plain_text(value).strip() if isinstance(value, str) else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) == len("404") else number
    if number is not None and _HTTP_ERROR <= number < _HTTP_END:
        named = name != "code" or any(folded(str.__str__(other)) in {"message", "error", "reason", "detail", "body"}
                                      for other in fields if isinstance(other, str))  # fmt: skip
        return f"`{name}` {number}" if named else ""
    return f"`{name}` {text[:40]!r}" if name == "status" and text.lower() in _BAD_WORDS else ""


def _holds(value: Any) -> bool:
    return isinstance(value, (Mapping, list, tuple)) and bool(value)


def _says_something(name: str, value: Any) -> bool:
    """Whether a field that is called an error holds one: no empty list, no `None`, no count of errors."""
    if isinstance(value, str):
        return plain_text(value).strip().lower() not in _GOOD_WORDS
    if isinstance(value, bool) or value is None:
        return value is True
    if isinstance(value, (int, float)):  # one with a fraction is measured, and not a code
        return name in {"error", "errorcode"} and value != 0 and isinstance(value, int)
    return bool(value) if isinstance(value, (Mapping, list, tuple)) else isinstance(value, (Record, RecordedError))


def says_how_it_went(name: str) -> bool:
    """Whether a field of this name says whether a call failed: `status`, `ok`, `error`, `exit_code`."""
    known, is_error = _meaning(name)
    return is_error or known in _STATUSES | _FLAGS | _EXITS | _LEFT_UNDONE


def tells_failure(value: Any) -> bool:
    """Whether the result of a whole run says that it did not reach its goal: `"failed"`, `False`, `{"status": …}`."""
    if value is False:
        return True
    if isinstance(value, str):
        return bool(_REFUSED.intersection(words_of(plain_text(value)[:_FIRST].partition(" ")[0])))
    fields = value.fields if isinstance(value, Record) else value
    said = fields.items() if isinstance(fields, Mapping) else ()
    outcome = any(
        isinstance(name, str) and folded(str.__str__(name)) in _OUTCOMES and _is_refusal(part) for name, part in said
    )
    return outcome or bool(error_shape(value)[0])


def _is_refusal(value: Any) -> bool:
    value = value.value if isinstance(value, EnumValue) else value
    return value is False or (isinstance(value, str) and not _REFUSED.isdisjoint(words_of(plain_text(value)[:_FIRST])))


_OUTCOMES: Final = frozenset({"status", "state", "outcome", "result", "ok", "success"})
_REFUSED: Final = _BAD_WORDS | {
    "aborted",
    "cancelled",
    "canceled",
    "declined",
    "incomplete",
    "partial",
    "refused",
    "rejected",
}
_FIRST: Final = 40
