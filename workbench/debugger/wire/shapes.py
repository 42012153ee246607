"""Whether a value has the shape that the wire says: what a browser sends is checked before anybody reads it."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

__all__ = ["misfits"]

_TYPES: dict[Any, set[type]] = {float: {int, float}}
"""JSON writes whole numbers without a point."""


def misfits(value: Any, shape: Any, where: str = "$") -> Iterator[str]:
    """In what a value is not of a shape, in words; nothing where it is.

    Args:
        value: Plain data, as JSON gives it.
        shape: A `TypedDict`, or the annotation of one of its fields.
        where: Its place, as a JSON path.
    """
    origin, inner = get_origin(shape), get_args(shape)
    if is_typeddict(shape):
        yield from _in_fields(value, shape, where)
    elif origin in {types.UnionType, Union}:
        if all(any(True for _ in misfits(value, option, where)) for option in inner):
            yield f"{where} is {type(value).__name__}, which is none of {len(inner)} that it could be"
    elif origin is Literal:
        if value not in inner:
            yield f"{where} is none of {', '.join(map(repr, inner))}"
    elif origin in {list, dict}:
        yield from _in_items(value, origin, inner, where)
    elif shape is not Any and type(value) not in _TYPES.get(shape, {shape}):
        yield f"{where} is {type(value).__name__}, not {getattr(shape, '__name__', shape)}"


def _in_fields(value: Any, shape: Any, where: str) -> Iterator[str]:
    if type(value) is not dict:
        yield f"{where} is {type(value).__name__}, not an object"
        return
    fields = get_type_hints(shape, include_extras=True)
    yield from (f"{where} has no field called {str(name)[:40]!r}" for name in value if name not in fields)
    for name, hint in fields.items():
        optional = get_origin(hint) is NotRequired
        if name in value:
            yield from misfits(value[name], get_args(hint)[0] if optional else hint, f"{where}.{name}")
        elif not optional:
            yield f"{where}.{name} is missing"


def _in_items(value: Any, kind: Any, inner: tuple[Any, ...], where: str) -> Iterator[str]:
    if type(value) is not kind:
        yield f"{where} is {type(value).__name__}, not {'a list' if kind is list else 'an object'}"
    elif kind is list:
        for number, item in enumerate(value):
            yield from misfits(item, inner[0], f"{where}[{number}]")
    else:
        for name, item in value.items():
            yield from misfits(item, inner[1], f"{where}.{name}")
