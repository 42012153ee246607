"""The words and the columns of the wire: what texts may stand in a field, what numbers in a buffer."""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = [
    "COLUMNS",
    "Action",
    "Change",
    "Column",
    "DType",
    "Deed",
    "Does",
    "Engine",
    "Isolation",
    "Kind",
    "LaneSort",
    "LogState",
    "NodeSort",
    "OutcomeWord",
    "Role",
    "Safety",
    "Severity",
    "Sight",
    "Source",
    "State",
    "Status",
    "Sureness",
]

Engine = str
Status = Literal["running", "completed", "failed", "interrupted", "cancelled", "compensated", "unknown"]
Kind = Literal["pure", "read", "idempotent", "keyed", "compensatable", "write"]
State = Literal[
    "committed", "failed", "in_doubt", "retried", "compensated", "compensation_in_doubt", "compensation_failed",
    "not_started", "edited", "supplied", "waiting",
]  # fmt: skip
Safety = Literal["SAFE", "CHECK", "UNSAFE"]
Action = Literal["resume", "retry_from", "rerun", "compensate"]
Source = Literal["", "recorded", "edited", "supplied", "virtual", "live"]
OutcomeWord = Literal["completed", "failed", "needs", "diverged", "cut"]
Change = Literal["same", "arguments", "outcome", "inserted", "deleted"]
Role = Literal["outcome", "cause", "source", "between", "effect", "hazard", "unknown"]
Severity = Literal["note", "warning", "danger"]
Sight = Literal["log", "replay", "source"]
Isolation = Literal["jail", "hook", "none"]
Does = Literal["reads", "executes", "undoes"]
Deed = Literal["done", "planned", "surprise", "untouched"]
LaneSort = Literal["step", "timer", "signal", "child", "undo", "other"]
LogState = Literal["whole", "torn", "rotten", "unvouched"]
"""`torn`: the last write was cut off; `rotten`: bytes inside are damaged; `unvouched`: another engine's storage."""
NodeSort = Literal[
    "none", "bool", "int", "float", "text", "bytes", "instant", "list", "map", "object", "error", "enum", "redacted",
    "opaque", "cut",
]  # fmt: skip
"""What a value of a payload is; `cut` stands for what lies deeper than one answer goes."""
Sureness = Literal["proved", "likely", "possible"]

DType = Literal["f64", "u32", "i32", "u16", "u8"]
"""Little-endian numbers of a buffer."""


class Column(TypedDict):
    """One buffer of an answer.

    Attributes:
        name: What its numbers are.
        dtype: Their type, little-endian.
        count: How many.
    """

    name: str
    dtype: DType
    count: int


COLUMNS: dict[str, dict[str, DType]] = {
    "runs": {
        "started_ms": "f64",
        "ended_ms": "f64",
        "recoveries": "u32",
        "steps": "u32",
        "events": "u32",
        "workflow": "u32",
        "status": "u8",
        "error_type": "u32",
        "origin": "u32",
    },
    "events": {
        "seq": "f64",
        "time_ms": "f64",
        "type": "u8",
        "lane": "i32",
        "attempt": "u16",
        "position": "u32",
        "tag": "u32",
        "path": "u32",
        "path_end": "u32",
    },
    "spans": {
        "start_ms": "f64",
        "end_ms": "f64",
        "lane": "u32",
        "state": "u8",
        "open": "u8",
        "attempt": "u16",
        "note": "u32",
        "seq_begin": "f64",
        "seq_end": "f64",
    },
    "source": {"seq": "f64", "file": "u16", "line": "u32", "function": "u16"},
    "replay": {
        "seq": "f64",
        "row": "i32",
        "type": "u8",
        "lane": "i32",
        "time_ms": "f64",
        "file": "u16",
        "line": "u32",
        "function": "u16",
        "depth": "u8",
        "source": "u8",
        "changed": "u16",
    },
    "diff": {"what": "u8", "left_seconds": "f64", "right_seconds": "f64"},
}
"""The buffers of each answer that has any, in their order. What the numbers are stands at the answer itself.

Instants are milliseconds since the Unix epoch (UTC) by the clock that wrote them, NaN for none. Numbers of events
(`seq`) are exact up to 2**53; 0 for none.
"""
