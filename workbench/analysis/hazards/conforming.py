"""Whether a restored value is what an annotation says: restoring makes classes, and hands on whatever else it finds.

Only types that a log can hold are judged: numbers, texts, moments, the caller's dataclasses, named tuples, models and
enumerations, and containers of them. Whatever else an annotation says (protocols, iterators, type variables) fits.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import pathlib
import types
import typing
import uuid
from collections import abc
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any, Final

from workbench.journal.codec import EnumValue, Opaque, Record, RecordedError, Redacted, annotations_of

__all__ = ["misfit_of", "parts_of"]

_MOST_PARTS: Final = 200
_DEEPEST: Final = 12
_ACCEPTED: Final[Mapping[type, tuple[type, ...]]] = {
    float: (float, int), complex: (complex, float, int), bytes: (bytes, bytearray), bytearray: (bytes, bytearray),
}  # fmt: skip
"""What stands for a type besides itself, as type checkers have it."""
_SCALARS: Final = (
    bool, int, float, complex, str, bytes, bytearray, dt.date, dt.time, dt.timedelta, decimal.Decimal, uuid.UUID,
    pathlib.PurePath, range,
)  # fmt: skip
_CONTAINERS: Final = (list, tuple, set, frozenset, dict, collections.deque)
_ABSTRACT: Final = frozenset({
    abc.Sequence, abc.MutableSequence, abc.Collection, abc.Set, abc.MutableSet, abc.Mapping, abc.MutableMapping,
})  # fmt: skip
_UNKNOWN: Final = (Redacted, Opaque, RecordedError)
"""Stand-ins of which nobody can say what they are."""
_TRANSPARENT: Final = frozenset({typing.Annotated, typing.Required, typing.NotRequired, typing.Final, typing.ClassVar})


def misfit_of(value: Any, annotation: Any, depth: int = 0) -> str:
    """What about a value is not as annotated, in words; `""` where it fits, and where nobody can tell.

    Args:
        value: As it was restored.
        annotation: A type or typing construct.
        depth: How deep inside the value this part lies.
    """
    if depth > _DEEPEST or isinstance(value, _UNKNOWN) or annotation is None or annotation is type(None):
        return ""  # what returns nothing is not asked
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    meant = args[0] if origin in _TRANSPARENT else _named(annotation)
    if meant is not None:
        return misfit_of(value, meant, depth)
    if origin in {typing.Union, types.UnionType}:
        return _of_union(value, args, depth)
    if origin is typing.Literal:
        fits = isinstance(value, (enum.Enum, EnumValue)) or value in args
        return "" if fits else f"it is none of {args!r:.80}"  # without the value, which may be a secret
    kind: Any = origin or annotation
    return _of_class(value, kind, args, depth) if isinstance(kind, type) else ""


def _named(annotation: Any) -> Any:
    """What a `NewType` or a `type X = …` stands for; `None` for anything else."""
    if isinstance(annotation, typing.NewType):
        return annotation.__supertype__
    return getattr(annotation, "__value__", None)


def _of_union(value: Any, args: tuple[Any, ...], depth: int) -> str:
    if value is None and type(None) in args:
        return ""
    found = [misfit_of(value, arg, depth + 1) for arg in args if arg is not type(None)]
    return found[0] if found and all(found) else ""


def _of_class(value: Any, kind: type, args: tuple[Any, ...], depth: int) -> str:
    if typing.is_typeddict(kind):
        return _of_fields(annotations_of(kind), value.get, depth) if isinstance(value, dict) else _not(value, kind)
    own = is_dataclass(kind) or hasattr(kind, "_fields") or issubclass(kind, enum.Enum) or hasattr(kind, "model_fields")
    if not (own or kind in _ABSTRACT or issubclass(kind, (*_SCALARS, *_CONTAINERS))):
        return ""
    if not isinstance(value, _ACCEPTED.get(kind, kind)):
        return _not(value, kind)
    if own:
        hints = {} if issubclass(kind, enum.Enum) else annotations_of(type(value))
        return _of_fields(hints, lambda name: getattr(value, name, None), depth)
    if not args or isinstance(value, (str, bytes)):
        return ""
    return next(filter(None, (misfit_of(part, said, depth + 1) for part, said in _inside(value, args))), "")


def _not(value: Any, kind: type) -> str:
    named = value.type_name if isinstance(value, (Record, EnumValue)) else type(value).__name__
    return f"{kind.__name__} is expected, not {'nothing' if value is None else named}"


def _of_fields(hints: Mapping[str, Any], read: Callable[[str], Any], depth: int) -> str:
    """The first field that does not fit; one that is not there or empty may be so by its default."""
    for name, said in hints.items():
        part = read(name)
        found = misfit_of(part, said, depth + 1) if part is not None else ""
        if found:
            return f"`{name}`: {found}"
    return ""


def _inside(value: Any, args: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
    """Parts of a container, each with its annotation."""
    first, *others = args
    if isinstance(value, Mapping):
        for key, part in islice(value.items(), _MOST_PARTS):
            yield key, first
            yield from ((part, said) for said in others[:1])
    elif isinstance(value, tuple) and others and others[-1] is not Ellipsis:
        yield from zip(value, args, strict=False)
    else:
        yield from ((part, first) for part in islice(value, _MOST_PARTS))


def parts_of(value: Any) -> Iterator[Any]:
    """A value and what is inside of it, classes and their stand-ins included; at most some hundreds."""
    waiting, left = [value], _MOST_PARTS
    while waiting and left:
        part = waiting.pop()
        left -= 1
        yield part
        waiting += islice(_held(part), _MOST_PARTS)


def _held(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from value
    elif isinstance(value, Record):
        yield from value.fields.values()
    elif is_dataclass(value):
        yield from (getattr(value, item.name, None) for item in fields(value))
    elif hasattr(type(value), "model_fields"):
        yield from vars(value).values()
