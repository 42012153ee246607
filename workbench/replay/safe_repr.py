"""Bounded text of a value, without running code of its class.

A debugger looks at values thousands of times; a `__repr__` of the user's that is slow, raises, or talks to a
database must not run then. Plain types are shown as Python shows them, everything else by class and fields.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import pathlib
import types
import uuid
from collections.abc import Iterable
from itertools import islice
from typing import Any

__all__ = ["safe_repr"]

_TEXT_LIMIT = 200
_ITEM_LIMIT = 12
_DEPTH_LIMIT = 4

_PLAIN = frozenset(
    {
        int, float, bool, complex, type(None), datetime.datetime, datetime.date, datetime.time, datetime.timedelta,
        decimal.Decimal, uuid.UUID, range, type(...), pathlib.PosixPath, pathlib.PurePosixPath,
    }
)  # fmt: skip
_BRACKETS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("{", "}")}
_CODE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type)


def safe_repr(value: Any) -> str:
    """Text of `value`, at most a few hundred characters, made without calling its class's code."""
    return _cut(_repr(value, 0))


def _repr(value: Any, depth: int) -> str:
    kind = type(value)
    if kind in _PLAIN:
        return repr(value)
    if kind is str or kind is bytes or kind is bytearray:
        return repr(value) if len(value) <= _TEXT_LIMIT else f"{value[:_TEXT_LIMIT]!r}… ({len(value):,})"
    if depth >= _DEPTH_LIMIT:
        return f"<{kind.__name__}>"
    if kind is dict:
        return "{" + _join((_pair(item, depth) for item in value.items()), len(value)) + "}"
    if kind in _BRACKETS:
        left, right = _BRACKETS[kind]
        closing = ",)" if kind is tuple and len(value) == 1 else right
        return left + _join((_repr(item, depth + 1) for item in value), len(value)) + closing
    return _object(value, kind, depth)


def _object(value: Any, kind: type, depth: int) -> str:
    if isinstance(value, str):
        return repr(str.__str__(value))[: _TEXT_LIMIT + 2]
    if isinstance(value, enum.Enum):
        return f"{kind.__name__}.{value._name_}"
    if isinstance(value, BaseException):
        return f"{kind.__name__}({_join((_repr(item, depth + 1) for item in value.args), len(value.args))})"
    if isinstance(value, _CODE):
        return f"<{kind.__name__} {getattr(value, '__qualname__', getattr(value, '__name__', '?'))}>"
    shape = getattr(value, "shape", None) if kind.__module__.partition(".")[0] in {"numpy", "pandas"} else None
    if shape is not None:
        return f"<{kind.__name__} {tuple(shape)}>"
    fields = _fields(value)
    if fields:
        return f"{kind.__name__}({_join((f'{name}={_repr(item, depth + 1)}' for name, item in fields), len(fields))})"
    return f"<{kind.__name__}>"


def _fields(value: Any) -> list[tuple[str, Any]]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = {}
    if isinstance(own, dict) and own:
        return [(name, item) for name, item in own.items() if isinstance(name, str) and not name.startswith("_")]
    found = []
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            member = base.__dict__.get(name)
            if isinstance(member, types.MemberDescriptorType) and not name.startswith("_"):
                try:
                    found.append((name, member.__get__(value)))
                except AttributeError:
                    continue  # the slot is empty
    return found


def _pair(item: tuple[Any, Any], depth: int) -> str:
    return f"{_repr(item[0], depth + 1)}: {_repr(item[1], depth + 1)}"


def _join(parts: Iterable[str], count: int) -> str:
    shown = ", ".join(islice(parts, _ITEM_LIMIT))
    return shown if count <= _ITEM_LIMIT else f"{shown}, … ({count:,})"


def _cut(text: str) -> str:
    limit = 4 * _TEXT_LIMIT
    return text if len(text) <= limit else text[:limit] + "…"


