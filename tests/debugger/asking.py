"""Asking a desk as a host does: the answer must be of the wire's shape, fit into JSON, and have the buffers it says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from workbench.debugger.desk import Desk
from workbench.debugger.wire import ANSWERS, COLUMNS
from workbench.debugger.wire.shapes import misfits

__all__ = ["Asked", "ask"]

NUMPY = {"f64": "<f8", "u32": "<u4", "i32": "<i4", "u16": "<u2", "u8": "u1"}


class Asked(dict[str, Any]):
    """The body of an answer.

    Attributes:
        columns: Its numbers by name.
    """

    columns: dict[str, Any]


def ask(desk: Desk, asked: str, **facts: Any) -> Asked:
    """Ask, check everything that the wire promises, and give the answer with its columns as numbers."""
    answer = desk.answer(json.loads(json.dumps({"ask": asked, **facts})))
    assert list(misfits(answer.body, ANSWERS[asked])) == []
    body = Asked(json.loads(json.dumps(answer.body, allow_nan=False)))
    told = body.get("columns", [])
    assert [column["count"] * np.dtype(NUMPY[column["dtype"]]).itemsize for column in told] == [
        len(buffer) for buffer in answer.buffers
    ]
    if told:
        known = COLUMNS["events" if asked == "follow" else asked]
        assert {column["name"]: column["dtype"] for column in told} == known
    body.columns = {
        column["name"]: np.frombuffer(buffer, NUMPY[column["dtype"]])
        for column, buffer in zip(told, answer.buffers, strict=True)
    }
    return body
