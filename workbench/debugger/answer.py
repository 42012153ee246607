"""An answer: a JSON object and the buffers that its `columns` name; and why there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np

from workbench._errors import ActedDuringReplayError, UnsafeError, WorkbenchError
from workbench.debugger.wire import COLUMNS, Column
from workbench.debugger.wire.transport import Failure
from workbench.model import visible
from workbench.replay.deadline import OverdueError

__all__ = [
    "Answer",
    "Buffers",
    "FaultError",
    "and_more",
    "failure_of",
    "few",
    "ms_of",
    "packed",
    "sendable",
    "shown",
    "word",
]

Array = np.ndarray[Any, Any]
T = TypeVar("T")

_NUMPY = {"f64": "<f8", "u32": "<u4", "i32": "<i4", "u16": "<u2", "u8": "u1"}
_LONGEST = 4_000
_MOST = 200


class Answer(NamedTuple):
    """What a desk answers.

    Attributes:
        body: A JSON object, of the shape that `workbench.debugger.wire.ANSWERS` gives for the question.
        buffers: Little-endian numbers, in the order of `body["columns"]`.
    """

    body: Any
    buffers: tuple[memoryview, ...] = ()


class FaultError(Exception):
    """A fault in Workbench, by the class of what was raised: its text could hold what a log says."""


class Buffers(NamedTuple):
    """The columns of an answer.

    Attributes:
        columns: What they are.
        buffers: Their bytes.
    """

    columns: list[Column]
    buffers: tuple[memoryview, ...]


def packed(answer: str, arrays: Mapping[str, Any]) -> Buffers:
    """Columns as buffers, in the order and with the types that the wire says.

    Args:
        answer: Whose columns: a key of `COLUMNS`.
        arrays: Numbers by name of the column. A number too large for its type is the largest one there.
    """
    columns: list[Column] = []
    buffers: list[memoryview] = []
    for name, dtype in COLUMNS[answer].items():
        numbers = _fitted(np.asarray(arrays[name]), np.dtype(_NUMPY[dtype]))
        columns.append({"name": name, "dtype": dtype, "count": len(numbers)})
        buffers.append(numbers.data.cast("B") if len(numbers) else memoryview(b""))
    return Buffers(columns, tuple(buffers))


def _fitted(numbers: Array, dtype: np.dtype[Any]) -> Array:
    if numbers.dtype == dtype:
        return np.ascontiguousarray(numbers)
    if dtype.kind in "ui" and len(numbers):
        limits = np.iinfo(dtype)
        if int(numbers.max()) > limits.max or int(numbers.min()) < limits.min:
            numbers = np.clip(numbers, limits.min, limits.max)
    return numbers.astype(dtype)


def ms_of(time_ns: int) -> float:
    """Nanoseconds since the epoch as milliseconds."""
    return time_ns / 1e6


def shown(text: object, limit: int = _LONGEST, *, lines: bool = True) -> str:
    """Text of a log for the screen: controls written out, bounded, and such as JSON can hold."""
    said = str(text)
    return visible(said[: 2 * limit], limit=limit, lines=lines)


def few(items: Iterable[T], more: Callable[[int], T], most: int = _MOST) -> list[T]:
    """The first items, and one that stands for the others: a verdict on a run of a million steps must not name each.

    Args:
        items: The items.
        more: Makes the last one, of the number of those that are left out.
        most: How many are shown.
    """
    listed = list(items)
    left = len(listed) - most
    return listed if left <= 0 else [*listed[:most], more(left)]


def and_more(left: int) -> str:
    """What stands for labels or sentences that are left out."""
    return f"… and {left:,} more"


def word(value: object) -> Any:
    """A word of an enumeration, as text: the wire knows every one, which its tests hold."""
    return str(value)


def sendable(body: Any) -> Any:
    """The same JSON object, with what no message can hold (halves of surrogate pairs) replaced."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.loads(text.encode("utf-8", "replace"))
    return body


def failure_of(error: BaseException) -> Failure:
    """Why there is no answer, without a traceback: payload text could stand in it."""
    if isinstance(error, WorkbenchError):
        failure: Failure = {
            "name": type(error).__name__,
            "message": shown(error.message),
            "hint": shown(error.hint),
        }
        if isinstance(error, UnsafeError):
            failure["objections"] = list(error.objections)
        return failure
    if isinstance(error, ActedDuringReplayError):
        message, _, hint = str(error).partition("\n  → ")
        return {"name": type(error).__name__, "message": shown(message), "hint": hint}
    if isinstance(error, OverdueError):
        hint = "the code runs on without asking for anything: look for a loop that only another clock would end"
        return {"name": "OverdueError", "message": "the replay took too long and was ended", "hint": hint}
    if isinstance(error, SystemExit):
        return {"name": "SystemExit", "message": "the code asked its process to exit", "hint": "replay it elsewhere"}
    return {
        "name": "InternalError",
        "message": f"a fault in Workbench: {error.args[0] if isinstance(error, FaultError) else type(error).__name__}",
        "hint": "the Python process has its traceback in the log `workbench`; please report it",
    }
