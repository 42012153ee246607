"""What stands in DBOS's error columns, as recorded errors."""

from __future__ import annotations

from typing import Any

from workbench.journal.codec import Record, RecordedError
from workbench.journal.codec.standins import bounded_repr

__all__ = ["as_error", "attempts_of"]

_RETRIED = "DBOSMaxStepRetriesExceeded"
_LONGEST = 1000
_DEEPEST = 8


def as_error(value: Any, depth: int = 0) -> RecordedError:
    """A recorded exception out of an inert pickle or of portable JSON.

    Args:
        value: What the column holds.
        depth: How many errors it stands in.
    """
    if isinstance(value, Record):
        return _retried(value, depth) or _pickled(value)
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        message = str(value.get("message", ""))[:_LONGEST]
        return RecordedError(module="", type_name=value["name"], args=(message,), message=message, attributes=value)
    return RecordedError(module="", type_name="Failure", args=(value,), message=_shown(value))


def attempts_of(error: RecordedError) -> int:
    """How often a step was tried; 0 for unknown. Only the error of a step that ran out of retries says it."""
    said = error.args[1:2] if error.type_name == _RETRIED else ()
    return next((max(count, 0) for count in said if type(count) is int), 0)


def _pickled(value: Record) -> RecordedError:
    args, fields = _args(value)
    said = fields.get("message")
    message = said if isinstance(said, str) else _message(value, args)
    return RecordedError(
        module=value.module, type_name=value.type_name, args=args, message=message[:_LONGEST], attributes=fields
    )


def _retried(value: Record, depth: int) -> RecordedError | None:
    """`DBOSMaxStepRetriesExceeded(step, attempts, errors)`: the only place where failed attempts survive."""
    args, fields = _args(value)
    if value.type_name != _RETRIED or len(args) < 3 or not isinstance(args[2], list):  # noqa: PLR2004 - its three arguments
        return None
    last = as_error(args[2][-1], depth + 1) if args[2] and depth < _DEEPEST else None
    message = f"{args[0]} failed {args[1]} times" + (f", at last {last.type_name}: {last.message}" if last else "")
    return RecordedError(
        module=value.module,
        type_name=value.type_name,
        args=args,
        message=message[:_LONGEST],
        attributes=fields,
        cause=last,
    )


def _args(value: Record) -> tuple[tuple[Any, ...], dict[str, Any]]:
    fields = dict(value.fields)
    args = fields.pop("args", ())
    return tuple(args) if isinstance(args, (list, tuple)) else (args,), fields


def _message(value: Record, args: tuple[Any, ...]) -> str:
    """As `str` of an exception: the argument when there is one, else all of them."""
    if len(args) == 1:
        return repr(args[0]) if (value.module, value.type_name) == ("builtins", "KeyError") else _shown(args[0])
    return _shown(args) if args else ""


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else bounded_repr(value)
