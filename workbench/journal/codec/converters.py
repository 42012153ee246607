"""Converters compiled from annotations. `None` instead of a converter means: the value is right as it is."""

from __future__ import annotations

import collections
import enum
import pathlib
import types
import typing
from collections import abc
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, Final

from workbench.journal.codec.annotations import annotations_of, required_keys
from workbench.journal.codec.instances import instance_of
from workbench.journal.codec.misfit import Misfit
from workbench.journal.codec.redacted import Redacted
from workbench.journal.codec.revival import PLAIN, member_of, revive, revive_enum, revive_error, revive_record
from workbench.journal.codec.standins import EnumValue, Record, RecordedError
from workbench.journal.codec.structures import is_model, is_named_tuple
from workbench.journal.codec.unions import union_converter

if TYPE_CHECKING:
    from workbench.journal.codec.misfit import Convert, Lookup

_MAX_COMPILED: Final = 4096
_compiled: dict[Any, Convert | None] = {}
_AS_IS: Final = PLAIN - {float}
_ITERABLES: Final = (abc.Sequence, abc.MutableSequence, abc.Collection, abc.Iterable, abc.Set, abc.MutableSet)
_MAPPINGS: Final = (dict, abc.Mapping, abc.MutableMapping, collections.OrderedDict, collections.defaultdict)


def converter_for(annotation: Any) -> Convert | None:
    """The converter of an annotation, compiled once."""
    try:
        return _compiled[annotation]
    except KeyError:
        pass
    except TypeError:  # unhashable metadata (Annotated[..., []]): compile every time
        return _compile(annotation)
    if len(_compiled) > _MAX_COMPILED:
        _compiled.clear()
    _compiled[annotation] = _later(annotation)  # a class that names itself finds this while it is being compiled
    _compiled[annotation] = found = _compile(annotation)
    return found


def _later(annotation: Any) -> Convert:
    def convert(value: Any, lookup: Lookup) -> Any:
        final = converter_for(annotation)
        return value if final is None else final(value, lookup)

    return convert


def _compile(annotation: Any) -> Convert | None:  # noqa: PLR0911 - one line per construct of typing
    if annotation is None or annotation is type(None):
        return None
    if annotation in (Any, object) or isinstance(annotation, (typing.TypeVar, str, typing.ForwardRef)):
        return revive
    if isinstance(annotation, typing.NewType):
        return converter_for(annotation.__supertype__)
    if hasattr(annotation, "__value__"):  # `type X = ...`
        return converter_for(annotation.__value__)
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Annotated, typing.Required, typing.NotRequired, typing.ClassVar, typing.Final):
        return converter_for(args[0])
    if origin in (typing.Union, types.UnionType):
        return union_converter(args, converter_for)
    if origin is typing.Literal:
        return _literal(args)
    if origin is type or origin is abc.Callable:
        return revive
    kind = origin or annotation
    return _of_class(kind, args) if isinstance(kind, type) else revive


def _of_class(kind: type, args: tuple[Any, ...]) -> Convert | None:  # noqa: C901, PLR0911 - one line per kind of class
    if kind is float:
        return _float
    if kind in _AS_IS:
        return None
    if issubclass(kind, enum.Enum):
        return lambda value, lookup: _member(kind, value, lookup)
    if is_named_tuple(kind) or is_dataclass(kind) or is_model(kind):
        return lambda value, lookup: _instance(kind, value, lookup)
    if typing.is_typeddict(kind):
        return _typed_dict(kind)
    if issubclass(kind, BaseException):
        return lambda value, lookup: revive_error(value, lookup) if type(value) is RecordedError else value
    if issubclass(kind, tuple):
        return _tuple(kind, args)
    if kind in _MAPPINGS or issubclass(kind, dict):
        return _mapping(kind, args)
    if kind in _ITERABLES or issubclass(kind, (list, set, frozenset, collections.deque)):
        return _iterable(kind, args)
    if issubclass(kind, pathlib.PurePath):
        return lambda value, _: kind(value) if isinstance(value, (str, pathlib.PurePath)) else value
    if issubclass(kind, (str, int, bytes, bytearray, float)):
        return _plain(kind)
    return revive


# --- scalars -----------------------------------------------------------------------------------------------------


def _float(value: Any, lookup: Lookup) -> Any:
    """JSON writes 3.0 as 3; other mismatches stay visible."""
    if type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return value
    return value if type(value) in PLAIN else revive(value, lookup)


def _plain(kind: type) -> Convert:
    """Subclasses of plain types are made from the plain value that was recorded."""
    bases = [base for base in (str, int, bytes, bytearray, float) if issubclass(kind, base)]

    def convert(value: Any, lookup: Lookup) -> Any:
        if type(value) is kind or type(value) is Redacted:
            return value
        if type(value) in bases or (kind is bytearray and type(value) is bytes):
            return kind(value)
        return revive(value, lookup)

    return convert


def _literal(choices: tuple[Any, ...]) -> Convert:
    members = [choice for choice in choices if isinstance(choice, enum.Enum)]

    def convert(value: Any, lookup: Lookup) -> Any:
        if isinstance(value, EnumValue):
            for member in members:
                if member.name == value.name and type(member).__qualname__ == value.type_name:
                    return member
        return revive(value, lookup)

    return convert


def _member(kind: type[enum.Enum], value: Any, lookup: Lookup) -> Any:
    if type(value) is EnumValue or type(value) in PLAIN:
        return member_of(kind, value)
    return revive_enum(value, lookup) if isinstance(value, EnumValue) else value


# --- the caller's classes ----------------------------------------------------------------------------------------


def _instance(kind: type, value: Any, lookup: Lookup) -> Any:
    """An instance of the annotated class, or of the recorded one where that is a loaded subclass of it."""
    if type(value) is Record:
        if value.type_name != kind.__qualname__ or value.module != kind.__module__:
            recorded = lookup(value.module, value.type_name)
            if recorded is not None and issubclass(recorded, kind):
                return revive_record(value, lookup)
        return instance_of(kind, value.fields, lookup)
    if type(value) is dict:
        return instance_of(kind, value, lookup)
    if type(value) in (list, tuple) and is_named_tuple(kind) and len(value) <= len(kind._fields):  # type: ignore[attr-defined]  # typing keeps it on the annotation object
        return instance_of(kind, dict(zip(kind._fields, value, strict=False)), lookup)  # type: ignore[attr-defined]  # typing keeps it on the annotation object
    if value is None or isinstance(value, (kind, Redacted)):
        return value
    reason = f"{kind.__qualname__} is expected, not {type(value).__name__}"
    raise Misfit(reason)


def _typed_dict(kind: type) -> Convert:
    hints = annotations_of(kind)
    required = required_keys(kind)

    def convert(value: Any, lookup: Lookup) -> Any:
        if type(value) is not dict:
            return revive(value, lookup)
        missing = sorted(required - value.keys())
        if missing:
            reason = f"{kind.__qualname__} misses key {missing[0]!r}"
            raise Misfit(reason).inside(f".{missing[0]}")
        return {name: _part(hints.get(name, Any), part, lookup, f".{name}") for name, part in value.items()}

    return convert


def _part(annotation: Any, value: Any, lookup: Lookup, step: str) -> Any:
    convert = converter_for(annotation)
    if convert is None:
        return value
    try:
        return convert(value, lookup)
    except Misfit as misfit:
        raise misfit.inside(step) from None


# --- containers --------------------------------------------------------------------------------------------------


def _tuple(kind: type, args: tuple[Any, ...]) -> Convert:
    make = tuple if kind is tuple else kind
    repeated = args[0] if len(args) == 2 and args[1] is Ellipsis else (Any if not args else None)  # noqa: PLR2004 - the two of tuple[T, ...]

    def convert(value: Any, lookup: Lookup) -> Any:
        if type(value) not in (tuple, list):
            return revive(value, lookup)
        if repeated is not None:
            return make(_part(repeated, part, lookup, f"[{index}]") for index, part in enumerate(value))
        if len(value) != len(args):
            reason = f"a tuple of {len(args)} is expected, not of {len(value)}"
            raise Misfit(reason)
        return make(_part(args[index], part, lookup, f"[{index}]") for index, part in enumerate(value))

    return convert


def _iterable(kind: type, args: tuple[Any, ...]) -> Convert:
    """Lists, sets and deques of one element type; abstract names keep the container that was recorded."""
    abstract = kind in _ITERABLES
    element = converter_for(args[0]) if args else revive

    def convert(value: Any, lookup: Lookup) -> Any:
        if type(value) not in (list, tuple, set, frozenset):
            return revive(value, lookup)
        make = type(value) if abstract else kind
        if element is None:
            return value if type(value) is make else make(value)
        restored = []
        try:
            for part in value:
                restored.append(element(part, lookup))  # noqa: PERF401 - the length is the index in the message
        except Misfit as misfit:
            raise misfit.inside(f"[{len(restored)}]") from None
        return restored if make is list else make(restored)

    return convert


def _mapping(kind: type, args: tuple[Any, ...]) -> Convert:
    key_annotation, part_annotation = args if len(args) == 2 else (args[0] if args else Any, Any)  # noqa: PLR2004 - the two of dict[K, V]
    to_key, to_part = converter_for(key_annotation), converter_for(part_annotation)
    if kind is collections.Counter:
        to_part = None

    def convert(value: Any, lookup: Lookup) -> Any:
        if type(value) is not dict:
            return revive(value, lookup)
        restored, key = {}, None
        try:
            for key, part in value.items():
                made = part if to_part is None else to_part(part, lookup)
                restored[key if to_key is None else to_key(key, lookup)] = made
        except Misfit as misfit:
            raise misfit.inside(f".{key}" if isinstance(key, str) else f"[{key!r:.40}]") from None
        if kind is collections.defaultdict:
            return collections.defaultdict(None, restored)
        return restored if kind in (dict, abc.Mapping, abc.MutableMapping) else kind(restored)

    return convert
