"""Hazard 26: a failure was recorded as if it were a success."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.journal.codec import EnumValue, Record, RecordedError
from workbench.journal.codec.standins import bounded_repr
from workbench.journal.redaction.names import folded, words_of
from workbench.model import ENDINGS, EventType

__all__ = ["SWALLOWED_ERROR"]

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
_READS: Final = frozenset({"get", "fetch", "load", "read"})
_GOES_ON: Final = (
    EventType.StepStarted, EventType.StepRecorded, EventType.ChildStarted, EventType.TimerStarted,
    EventType.CompensationStarted, *ENDINGS,
)  # fmt: skip
_RULE: Final = "WB111"


def _detect(case: Case) -> Iterator[Evidence]:
    results = (EventType.StepCompleted, EventType.StepRecorded, EventType.ChildCompleted, EventType.ValueRecorded)
    for row in case.rows_of(*results):
        body = case.body(row)
        if "result" not in body and "value" not in body:
            continue
        value = body.get("result", body.get("value"))
        what, sure = _error_shape(value)
        if value is None and _should_give(case, row):
            what, sure = "nothing", 0.5
        if what and (follower := _went_on(case, row)) is not None:
            name = case.history.declaration(row).name
            text = f"{name} returned {what} as an ordinary result, and the run went on"
            known = Severity.NOTE if value is None else None
            yield Evidence(case.seqs(row, follower), text, (_label(case, row) or name,), sure, known)
    for remark in case.remarks if case.code is not None else ():
        if remark.rule == _RULE:
            place = f"{remark.file.rpartition('/')[2]}:{remark.line}"
            yield Evidence((), f"{place}: {remark.message}", (), 0.9, None, f"{place}:{remark.column}")


def _label(case: Case, row: int) -> str:
    step: StepRows | None = case.steps.get(case.history.position(row))
    return step.label if step is not None else ""


def _error_shape(value: Any, *, inside: bool = False) -> tuple[str, float]:
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
            deeper = _error_shape(part, inside=True)
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


def _should_give(case: Case, row: int) -> bool:
    """Whether a step that returned nothing is one that gets something: `find_charge` may well find none."""
    declared = case.history.declaration(row)
    if case.history.columns.type[row] not in {EventType.StepCompleted, EventType.StepRecorded}:
        return False
    return words_of(declared.name)[:1] != () and words_of(declared.name)[0] in _READS and (
        declared.kind_assumed or not declared.kind.acts
    )  # fmt: skip


def _went_on(case: Case, row: int) -> int | None:
    """What the run did next, when it was not a reaction: a failure, an undo, or the same call once more."""
    types, columns = case.history.columns.type, case.history.columns
    later = (rows for rows in _after(case, row) if types[rows] in _GOES_ON)
    following = next(later, None)
    if following is None or types[following] in {
        EventType.RunFailed, EventType.RunCancelled, EventType.CompensationStarted,
    }:  # fmt: skip
        return None
    if types[following] == EventType.TimerStarted:
        after = next(later, None)
        following = after if after is not None else following
    again = types[following] in {EventType.StepStarted, EventType.StepRecorded, EventType.ChildStarted}
    return None if again and columns.name[following] == columns.name[row] else following


def _after(case: Case, row: int) -> Iterator[int]:
    rows = case.rows
    return (rows[at] for at in range(bisect_right(rows, row), len(rows)))


SWALLOWED_ERROR = Hazard(
    id="swallowed-error",
    number=26,
    title="Swallowed error, failure cached as success",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A step returned its failure instead of raising it. For the engine it has succeeded: it is never tried "
        "again, and every replay hands out the same failure."
    ),
    fix="""\
Raise, so that the failure is a failure, and say which ones prove that nothing happened:

    @wb.step(kind="read", definite_errors=(NotFound,))
    def fetch(url):
        answer = http.get(url)
        answer.raise_for_status()
        return answer.json()
""",
    false_alarm_if="the code looks at the result and deals with the failure.",
    detect=_detect,
    source="Golem, atomic block (a 500 recorded as success); PraisonAI#4999; saga-lara-flow#49, #51",
)
