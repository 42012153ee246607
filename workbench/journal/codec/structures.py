"""Writers for values that hold others: tuples, sets, and the caller's own classes."""

from __future__ import annotations

import collections
import enum
import operator
import sys
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from msgpack import ExtType, packb

from workbench.journal.codec import codes, scalars
from workbench.journal.codec.failures import from_exception, writing
from workbench.journal.codec.packing import array_header, map_header
from workbench.journal.codec.refusal import refuse
from workbench.journal.codec.standins import EnumValue, Record, RecordedError, bounded_repr

if TYPE_CHECKING:
    from workbench.journal.codec.packing import Pack, Writer


def _tuple(value: tuple[Any, ...], pack: Pack) -> ExtType:
    return ExtType(codes.TUPLE, array_header(len(value)) + b"".join(pack.items(value)))


def _set(value: set[Any] | frozenset[Any], pack: Pack) -> ExtType:
    # Sorted by encoded bytes: the order of a set differs between processes, the log must not.
    code = codes.FROZENSET if isinstance(value, frozenset) else codes.SET
    return ExtType(code, array_header(len(value)) + b"".join(sorted(pack.items(value))))


# --- the caller's types ------------------------------------------------------------------------------------------


def _head(module: str, type_name: str) -> bytes:
    return array_header(3) + bytes(packb(module)) + bytes(packb(type_name))


def _record(value: Record, pack: Pack) -> ExtType:
    return ExtType(codes.RECORD, _head(value.module, value.type_name) + pack.fields(value.fields))


def _enum_value(value: EnumValue, pack: Pack) -> ExtType:
    return ExtType(codes.ENUM, pack.value([value.module, value.type_name, value.name, value.value]))


def _enum(value: enum.Enum, pack: Pack) -> ExtType:
    kind = type(value)
    return ExtType(codes.ENUM, pack.value([kind.__module__, kind.__qualname__, value.name, value.value]))


def _error(value: RecordedError, pack: Pack) -> ExtType:
    plain = {
        "module": value.module, "type": value.type_name, "message": value.message,
        "traceback": value.traceback, "notes": list(value.notes),
    }  # fmt: skip
    parts = [pack.value(name) + pack.value(part) for name, part in plain.items()]
    args = [_or_repr(arg, pack, f".args[{index}]") for index, arg in enumerate(value.args)]
    parts.append(pack.value("args") + array_header(len(args)) + b"".join(args))
    attributes = [(name, pack.tolerant(part, f".{name}")) for name, part in value.attributes.items()]
    kept = [pack.value(name) + raw for name, raw in attributes if raw is not None]
    parts.append(pack.value("attributes") + map_header(len(kept)) + b"".join(kept))
    for name, linked in (("cause", value.cause), ("context", value.context)):
        if linked is not None:
            parts.append(pack.value(name) + pack.value(linked, f".__{name}__"))
    return ExtType(codes.ERROR, map_header(len(parts)) + b"".join(parts))


def _or_repr(value: object, pack: Pack, label: str) -> bytes:
    raw = pack.tolerant(value, label)
    if raw is not None:
        return raw
    return pack.value(bounded_repr(value))


def _exception(value: BaseException, pack: Pack) -> ExtType:
    with writing(value) as allowed:
        if not allowed:
            refuse(value, "it contains itself")
        return _error(from_exception(value), pack)


def _dataclass_writer(kind: type) -> Writer:
    names = tuple(item.name for item in fields(kind))
    head = _head(kind.__module__, kind.__qualname__)
    if len(names) < 2:  # noqa: PLR2004 - attrgetter gives a tuple from two names on
        return lambda value, pack: ExtType(
            codes.RECORD, head + pack.fields({name: getattr(value, name) for name in names if hasattr(value, name)})
        )
    read = operator.attrgetter(*names)

    def write(value: Any, pack: Pack) -> ExtType:
        try:
            values = dict(zip(names, read(value), strict=True))
        except AttributeError:  # a field(init=False) that was never set is simply not there
            values = {name: getattr(value, name) for name in names if hasattr(value, name)}
        return ExtType(codes.RECORD, head + pack.fields(values))

    return write


def fields_of_model(value: Any) -> dict[str, Any]:
    """Declared and extra fields of a pydantic model, as Python values."""
    extra = getattr(value, "__pydantic_extra__", None) or {}
    return {name: part for name, part in vars(value).items() if name in type(value).model_fields} | extra


def fields_of(value: Any) -> dict[str, Any] | None:
    """Field values of a dataclass instance, named tuple or pydantic model; `None` for anything else."""
    kind = type(value)
    if is_named_tuple(kind):
        return dict(zip(kind._fields, value, strict=True))
    if is_dataclass(kind):
        return {item.name: getattr(value, item.name) for item in fields(kind) if hasattr(value, item.name)}
    return fields_of_model(value) if is_model(kind) else None


def _model(value: Any, pack: Pack) -> ExtType:
    kind = type(value)
    return ExtType(codes.RECORD, _head(kind.__module__, kind.__qualname__) + pack.fields(fields_of_model(value)))


def _named_tuple(value: Any, pack: Pack) -> ExtType:
    kind = type(value)
    values = dict(zip(kind._fields, value, strict=True))
    return ExtType(codes.RECORD, _head(kind.__module__, kind.__qualname__) + pack.fields(values))


# --- finding the writer ------------------------------------------------------------------------------------------


def is_named_tuple(kind: type) -> bool:
    """A class made by `typing.NamedTuple` or `collections.namedtuple`."""
    return issubclass(kind, tuple) and isinstance(getattr(kind, "_fields", None), tuple)


def is_model(kind: type) -> bool:
    """A pydantic model class; pydantic is looked up, never imported: unloaded, it cannot have made the class."""
    base = getattr(sys.modules.get("pydantic"), "BaseModel", None)
    return base is not None and issubclass(kind, base)


def _plain(base: type) -> Writer:
    """A subclass of a plain type is recorded as the plain value, unless it carries state that would be lost."""

    def write(value: Any, pack: Pack) -> Any:  # noqa: ARG001 - the shape of every writer
        if getattr(value, "__dict__", None):
            refuse(value, f"it is a {base.__name__} with attributes of its own; make it a dataclass")
        return base(value) if base is not str else str.__str__(value)

    return write


_PLAIN: Final[tuple[tuple[type, Writer], ...]] = (
    *((base, _plain(base)) for base in (str, int, float, bytes, bytearray, dict, list)),
    (collections.deque, lambda value, _: list(value)), (tuple, _tuple), (set, _set), (frozenset, _set),
)  # fmt: skip
_BY_BASE: Final[tuple[tuple[type, Writer], ...]] = ((enum.Enum, _enum), (BaseException, _exception), *scalars.BY_BASE)
_MAX_KNOWN_TYPES: Final = 4096
"""Classes made in a loop (notebooks, tests) must not pile up in the table for ever."""

_found: dict[type, Writer] = {
    **scalars.WRITERS, tuple: _tuple, set: _set, frozenset: _set,
    Record: _record, EnumValue: _enum_value, RecordedError: _error,
}  # fmt: skip
_FIXED: Final = frozenset(_found)


def writer_for(value: object) -> Writer:
    """The writer of this value's type.

    Raises:
        UnrecordableError: There is no rule for the type.
    """
    kind = type(value)
    found = _found.get(kind)
    if found is None:
        found = _resolve(kind, value)
        if len(_found) > _MAX_KNOWN_TYPES:
            for stale in [known for known in _found if known not in _FIXED]:
                _found.pop(stale, None)
        _found[kind] = found
    return found


def _resolve(kind: type, value: object) -> Writer:
    for base, writer in _BY_BASE:
        if issubclass(kind, base):
            return writer
    if is_named_tuple(kind):
        return _named_tuple
    if is_dataclass(kind):
        return _dataclass_writer(kind)
    if is_model(kind):
        return _model
    for base, writer in _PLAIN:
        if issubclass(kind, base):
            return writer
    return refuse(value)
