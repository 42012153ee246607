"""DBOS's serialised columns as values, never unpickled: pickles by an inert reader, portable JSON as JSON."""

from __future__ import annotations

import binascii
import json
from typing import Any

from workbench._errors import UndecodableError
from workbench.engines.dbos.failures import as_error
from workbench.engines.dbos.pickled import unpickled
from workbench.engines.rows import undecoded
from workbench.journal.codec import RecordedError

__all__ = ["arguments_of", "error_of", "result_of", "value_of"]

_PICKLE, _JSON = "py_pickle", "portable_json"


def value_of(text: str | None, serialization: str) -> Any:
    """The value of a column.

    Args:
        text: What the column holds; `None` for nothing.
        serialization: As its neighbour column says; `""` (older schemas) means a pickle.

    Raises:
        UndecodableError: It is not what it says.
    """
    if text is None:
        return None
    if serialization in {_PICKLE, ""}:
        try:
            raw = binascii.a2b_base64(text)
        except (ValueError, TypeError) as error:
            raise UndecodableError(f"no base64: {error}") from None
        return unpickled(raw)
    if serialization == _JSON:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UndecodableError(f"no JSON: {type(error).__name__}") from None
    return undecoded(serialization, text)


def result_of(text: str | None, serialization: str) -> Any:
    """As `value_of`; what cannot be read stays as it is and says why."""
    try:
        return value_of(text, serialization)
    except UndecodableError as error:
        return undecoded(serialization or _PICKLE, text or "", error.message)


def arguments_of(text: str | None, serialization: str) -> tuple[list[Any], dict[str, Any]]:
    """Positional and named arguments of a workflow; what has another shape is one argument."""
    value = result_of(text, serialization)
    if value is None:
        return [], {}
    if isinstance(value, dict):
        args = value.get("args", value.get("positionalArgs"))
        named = value.get("kwargs", value.get("namedArgs"))
        if isinstance(args, (list, tuple)) or isinstance(named, dict):
            return list(args or ()), dict(named or {}) if isinstance(named, dict) else {}
    return [value], {}


def error_of(text: str | None, serialization: str) -> RecordedError:
    """The error of a column; one that cannot be read is an error that says so."""
    try:
        return as_error(value_of(text, serialization))
    except UndecodableError as error:
        return RecordedError(module="", type_name="Unreadable", args=(error.message,), message=error.message)
