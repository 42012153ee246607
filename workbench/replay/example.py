"""A value of a type, made from nothing but the annotation: what an answer at the frontier could look like."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import types
import typing
import uuid
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final

from workbench._errors import PayloadError
from workbench.journal.codec import annotations_of, decode, encode, required_keys, restore

__all__ = ["NO_EXAMPLE", "example_of"]

NO_EXAMPLE: Final = object()
"""The annotation does not say enough."""

_DEEPEST = 6
_CONTAINERS = (tuple, Mapping, Iterable)
_EXAMPLES: dict[Any, Any] = {
    type(None): None, None: None, bool: True, int: 1, float: 1.0, complex: 1j, str: "text", bytes: b"bytes",
    decimal.Decimal: decimal.Decimal("1.00"), uuid.UUID: uuid.UUID(int=1), dt.timedelta: dt.timedelta(seconds=1),
    dt.datetime: dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.date: dt.date(2026, 1, 1), dt.time: dt.time(12),
}  # fmt: skip


class _UnsaidError(Exception):
    """The annotation does not say enough."""


def example_of(annotation: Any) -> Any:
    """A value of that type, as the step would return it, or `NO_EXAMPLE`.

    Args:
        annotation: A return annotation: plain types, containers, unions, literals, enumerations, dataclasses, named
            tuples, typed dictionaries, pydantic models, and these nested.
    """
    try:
        return restore(decode(encode(_plain(annotation, 0))), annotation)
    except (_UnsaidError, PayloadError):
        return NO_EXAMPLE


def _plain(annotation: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise _UnsaidError
    if isinstance(annotation, typing.NewType):
        return _plain(annotation.__supertype__, depth)
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is not None:
        return _generic(origin, args, depth)
    if isinstance(annotation, type):
        return _of_class(annotation, depth)
    return _scalar(annotation)


def _scalar(annotation: Any) -> Any:
    try:
        return _EXAMPLES[annotation]
    except (KeyError, TypeError):
        raise _UnsaidError from None


def _generic(origin: Any, args: tuple[Any, ...], depth: int) -> Any:
    if origin in {typing.Annotated, typing.Required}:
        return _plain(args[0], depth)
    if origin is typing.Literal:
        return args[0]
    if origin in {typing.Union, types.UnionType}:
        return _first([arg for arg in args if arg is not type(None)] or [type(None)], depth)
    if isinstance(origin, type) and issubclass(origin, _CONTAINERS):
        return _container(origin, args, depth + 1)
    return _of_class(origin, depth)


def _container(origin: type, args: tuple[Any, ...], depth: int) -> Any:
    if origin is tuple:
        return tuple(_plain(arg, depth) for arg in (args[:1] if args[1:] == (...,) else args))
    if issubclass(origin, Mapping):
        return {_plain(args[0], depth): _plain(args[1], depth)}
    one = [_plain(args[0], depth)]
    return frozenset(one) if issubclass(origin, frozenset) else set(one) if issubclass(origin, AbstractSet) else one


def _first(choices: Sequence[Any], depth: int) -> Any:
    for choice in choices:
        try:
            return _plain(choice, depth)
        except _UnsaidError:
            continue
    raise _UnsaidError


def _of_class(kind: type, depth: int) -> Any:
    if kind in _EXAMPLES:
        return _EXAMPLES[kind]
    if kind in {list, tuple, dict, set, frozenset}:
        return kind()
    if issubclass(kind, enum.Enum):
        return _first_member(kind)
    names = _needed(kind)
    hints = annotations_of(kind)
    return {name: _plain(hints.get(name, Any), depth + 1) for name in names}


def _first_member(kind: type[enum.Enum]) -> Any:
    for member in kind:
        return member
    raise _UnsaidError


def _needed(kind: type) -> Sequence[str]:
    """Fields that have no default."""
    if is_dataclass(kind):
        return [one.name for one in fields(kind) if one.init and one.default is one.default_factory is MISSING]
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return [name for name in kind._fields if name not in kind._field_defaults]  # type: ignore[attr-defined]  # named tuples have both
    model = getattr(kind, "model_fields", None)
    if isinstance(model, Mapping):
        return [name for name, one in model.items() if one.is_required()]
    if typing.is_typeddict(kind):
        return sorted(required_keys(kind))
    raise _UnsaidError
