"""A payload as a bounded tree of text: what a person unfolds, and what may be copied as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import json
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Any, Final

from workbench._errors import PayloadError, UsageError
from workbench.debugger.answer import Answer, ms_of, shown
from workbench.debugger.session import Session
from workbench.debugger.wire.questions import PayloadQuestion
from workbench.debugger.wire.seeing import Node, PayloadAnswer
from workbench.debugger.wire.words import NodeSort
from workbench.journal.codec import EnumValue, Opaque, Record, RecordedError, Redacted
from workbench.model import EventType, position_text, visible
from workbench.replay import safe_repr

__all__ = ["json_of", "node_of", "payload"]

_ITEMS: Final = 100
_DEEPEST: Final = 4
_NODES: Final = 2_000
_TEXT: Final = 2_000
_KEY: Final = 200
_PREVIEW: Final = 160
_JSON: Final = 20_000
_DIGITS: Final = 5_000
"""Digits of a whole number that are written out: it is text, so that no browser rounds it."""

_OUTCOMES: Final = ("result", "error", "value")
_NUMBERS: Final = 2**53


def payload(session: Session, question: PayloadQuestion) -> Answer:
    """The payload of one event, or more of one of its values.

    Raises:
        UsageError: The run has no such event, or the payload no such value.
    """
    run, seq, path = session.run(question["run_id"]), question["seq"], question.get("path", [])
    history = run.history
    row = history.row_of_seq(seq) if 0 <= seq < 1 << 63 else None
    if row is None or history.runs[history.columns.run[row]] != run.id:
        raise UsageError(f"run {run.id!r} has no event {seq}", hint="the events panel lists the numbers")
    body, error = None, ""
    try:
        body = history.payload(row)
    except PayloadError as unreadable:
        error = shown(unreadable.message)
    kind = history.columns.type[row]
    answer: PayloadAnswer = {
        "run_id": run.id,
        "seq": seq,
        "event": EventType(kind).name if kind in set(EventType) else "",
        "name": shown(history.declaration(row).name, _KEY, lines=False),
        "position": position_text(history.position(row)),
        "time_ms": ms_of(history.columns.time_ns[row]),
        "path": path,
        "node": node_of(_at(body, path), start=question.get("start", 0), with_json=True),
        "value": _outcome(body),
        "error": error,
    }
    return Answer(answer)


def _outcome(body: Any) -> int:
    names = list(body) if type(body) is dict else []
    return next((names.index(name) for name in _OUTCOMES if name in names), -1)


def _at(value: Any, path: Sequence[int]) -> Any:
    for number in path:
        children = _children(value)
        if children is None or not 0 <= number < len(children[1]):
            raise UsageError(f"the payload has no value at {path}", hint="ask for its root again: path=[]")
        value = next(islice(_items(children[1]), number, None))[1]
    return value


# --- the tree ------------------------------------------------------------------------------------------------


def node_of(value: Any, *, start: int = 0, with_json: bool = False) -> Node:
    """A value as a tree of text, bounded in depth, breadth and all.

    Args:
        value: As a payload holds it, or a live one: nothing of its class is called.
        start: Number of its first child that is wanted.
        with_json: Whether it and its children also say what they are as JSON.
    """
    writer = _Writer()
    node = writer.node("", value, 0, max(0, start))
    if with_json:
        _add_json(node, value)
        children = _children(value)
        wanted = islice(_items(children[1]) if children else (), node.get("start", 0), None)
        for child, (_, item) in zip(node.get("items", []), wanted, strict=False):
            _add_json(child, item)
    return node


def _add_json(node: Node, value: Any) -> None:
    text = json_of(value)
    if text is not None:
        node["json"] = text


class _Writer:
    """Writes one tree, and stops when it has written enough."""

    def __init__(self) -> None:
        self._left = _NODES

    def node(self, key: str, value: Any, depth: int, start: int = 0) -> Node:
        """One value."""
        self._left -= 1
        children = _children(value)
        if children is None:
            return _leaf(key, value)
        sort, inside = children
        size = len(inside)
        node: Node = {
            "sort": sort, "text": _preview(value), "key": key, "size": size, "more": size > start,
        }  # fmt: skip
        if (kind := _type_name(value)) != "":
            node["type"] = kind
        if depth < _DEEPEST and self._left > 0:
            node["items"] = self._items(inside, depth, start)
            node["start"] = start
            node["more"] = start + len(node["items"]) < size
        return node

    def _items(self, inside: Any, depth: int, start: int) -> list[Node]:
        found: list[Node] = []
        for key, item in islice(_items(inside), start, start + _ITEMS):
            if self._left <= 0:
                break
            found.append(self.node(_key_text(key), item, depth + 1))
        return found


def _key_text(key: Any) -> str:
    return "" if key is None else visible(key if type(key) is str else safe_repr(key), limit=_KEY, lines=False)


def _children(value: Any) -> tuple[NodeSort, Any] | None:
    """What lies inside a value; `None` for one that has no inside."""
    kind = type(value)
    if kind is dict:
        return "map", _Pairs(value)
    if kind in {list, tuple, set, frozenset}:
        return "list", value
    if kind is Record:
        return "object", value.fields
    if kind is RecordedError:
        return "error", _fields_of_error(value)
    if kind is EnumValue and _children(value.value) is not None:
        return "enum", {"value": value.value}
    return None


class _Pairs:
    """The entries of a dictionary, whose keys may be no text."""

    def __init__(self, entries: Mapping[Any, Any]) -> None:
        self.entries = entries

    def __len__(self) -> int:
        return len(self.entries)


def _items(inside: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(inside, _Pairs):
        return inside.entries.items()
    return inside.items() if type(inside) is dict else ((None, item) for item in inside)


def _fields_of_error(error: RecordedError) -> dict[str, Any]:
    fields = {
        "message": error.message, "args": error.args, "attributes": error.attributes, "notes": error.notes,
        "cause": error.cause, "context": error.context, "traceback": error.traceback,
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value or name == "message"}


def _type_name(value: Any) -> str:
    kind = type(value)
    if kind in {Record, RecordedError, EnumValue}:
        return visible(f"{value.module}.{value.type_name}", limit=_KEY, lines=False)
    return "" if kind in {dict, list} else kind.__name__


def _preview(value: Any) -> str:
    return visible(safe_repr(value) if type(value) in _PLAIN_REPR else repr(value), limit=_PREVIEW, lines=False)


_PLAIN_REPR = frozenset({dict, list, tuple, set, frozenset})


def _leaf(key: str, value: Any) -> Node:
    sort, text, size, kind = _said(value)
    node: Node = {"sort": sort, "text": text, "key": key, "size": size, "more": False}
    if kind:
        node["type"] = kind
    return node


def _said(value: Any) -> tuple[NodeSort, str, int, str]:  # noqa: C901, PLR0911 - one line per kind of value
    """Sort, text, size of a longer one, and type."""
    kind = type(value)
    if value is None:
        return "none", "None", 0, ""
    if isinstance(value, Redacted):
        facts = ", ".join(f"{name} {safe_repr(fact)}" for name, fact in value.derived.items())
        return "redacted", shown(f"{value!s}{f' ({facts})' if facts else ''}", _TEXT), 0, value.kind
    if kind is bool:
        return "bool", str(value), 0, ""
    if kind is int:
        return "int", _digits(value), 0, ""
    if kind is float:
        return "float", repr(value), 0, ""
    if kind is str:
        return "text", visible(value[:_TEXT], limit=_TEXT), len(value), ""
    if kind in {bytes, bytearray}:
        return "bytes", bytes(value[: _TEXT // 4]).hex(" "), len(value), ""
    if kind in {dt.datetime, dt.date, dt.time}:
        return "instant", value.isoformat(), 0, kind.__name__
    if kind is Opaque:
        return "opaque", value.raw[: _TEXT // 4].hex(" "), len(value.raw), f"extension {value.code}"
    if kind is EnumValue:
        return "enum", visible(repr(value), limit=_TEXT, lines=False), 0, _type_name(value)
    return "object", visible(safe_repr(value), limit=_TEXT), 0, kind.__name__


def _digits(number: int) -> str:
    # log10(2) digits per bit; Python itself refuses to write very long ones
    return str(number) if number.bit_length() * math.log10(2) < min(_DIGITS, 4_000) else f"{number:#x}"[:_TEXT]


# --- as JSON -------------------------------------------------------------------------------------------------


def json_of(value: Any) -> str | None:
    """JSON text of a value that a step's type turns into the same value again; `None` where there is none.

    Args:
        value: As a payload holds it, or a live one.
    """
    try:
        text = json.dumps(_plain(value, [_NODES]), ensure_ascii=False, allow_nan=False)
    except (_NoJsonError, ValueError, RecursionError):
        return None
    return text if len(text) <= _JSON and text.isprintable() else None


class _NoJsonError(Exception):
    """The value is none that JSON can say."""


_RECORDED = frozenset({Opaque, RecordedError})
"""What stands in a payload and can be no answer."""
_AS_TEXT = (decimal.Decimal, uuid.UUID, dt.datetime, dt.date, dt.time, PurePath)


def _plain(value: Any, left: list[int]) -> Any:  # noqa: PLR0911 - one line per kind of value
    left[0] -= 1
    kind = type(value)
    if left[0] < 0 or isinstance(value, Redacted):
        raise _NoJsonError
    if value is None or kind in {bool, float} or (kind is str and len(value) <= _JSON):
        return value
    if kind is int and abs(value) <= _NUMBERS:
        return value
    if isinstance(value, _AS_TEXT):
        return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
    if kind in {list, tuple, set, frozenset}:
        return [_plain(item, left) for item in value]
    if kind is dict and all(type(key) is str for key in value):
        return {key: _plain(item, left) for key, item in value.items()}
    if kind is Record:
        return {key: _plain(item, left) for key, item in value.fields.items()}
    if kind is EnumValue:
        return _plain(value.value, left)
    if (
        dataclasses.is_dataclass(kind) and kind not in _RECORDED
    ):  # a live one, as a suggestion is: its fields, without asking its class
        named = (field.name for field in dataclasses.fields(kind))
        return {name: _plain(object.__getattribute__(value, name), left) for name in named}
    raise _NoJsonError
