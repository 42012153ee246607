"""Bounded text of a value, without running code of its class.

A debugger looks at values thousands of times; a `__repr__` of the user's that is slow, raises, or talks to a
database must not run then. Plain types are shown as Python shows them, everything else by class and fields.
Classes are looked at through `type` itself, so that metaclasses, properties and `__class__` tricks stay asleep.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
import types
import uuid
from collections.abc import Iterable
from itertools import islice
from typing import Any

__all__ = ["error_words", "safe_repr"]

_TEXT_LIMIT = 200
_LIMIT = 4 * _TEXT_LIMIT
_ITEM_LIMIT = 12
_DEPTH_LIMIT = 4
_FEW = 3
"""Errors of a group that are told."""
_DIGITS_LIMIT = 1_000
"""Bits up to which an integer is written out; Python itself refuses very long ones."""

_PLAIN = frozenset(
    {
        float, bool, complex, type(None), dt.date, dt.timedelta, uuid.UUID, range, type(...),
        pathlib.PosixPath, pathlib.PurePosixPath,
    }
)  # fmt: skip
_ZONED = frozenset({dt.datetime, dt.time})
_ZONES = frozenset({type(None), dt.timezone})
"""Zones whose repr is not the user's."""
_BRACKETS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("{", "}")}
_CODE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType)
_SAID = frozenset({str, int, float, bool, type(None)})
"""Parts of a message that read as themselves."""

_mro = type.__dict__["__mro__"].__get__
_names = type.__dict__["__dict__"].__get__
_type_name = type.__dict__["__name__"].__get__
_grouped: Any = BaseExceptionGroup.__dict__["exceptions"]
_error_args: Any = BaseException.__dict__["args"]
_module_names: Any = vars(types.ModuleType)["__dict__"]


def safe_repr(value: Any) -> str:
    """Text of `value`, at most a few hundred characters, made without calling its class's code."""
    kind = type(value)
    if kind in _PLAIN or (kind is int and value.bit_length() <= _DIGITS_LIMIT):
        return repr(value)
    try:
        text = repr(value) if kind is str and len(value) <= _TEXT_LIMIT else _Writer().write(value, 0)
    except Exception:  # noqa: BLE001 - another thread may change a container while it is read; a debugger goes on
        text = f"<{_type_name(kind)}>"
    return text if len(text) <= _LIMIT else text[:_LIMIT] + "…"


def error_words(error: BaseException) -> str:
    """Class and message of an error, `TimeoutError: no answer`, made without calling its class's code."""
    kind, args = type(error), _error_args.__get__(error)
    written = next(names["__str__"] for names in map(_names, _mro(kind)) if "__str__" in names)
    if isinstance(written, types.WrapperDescriptorType) and _SAID.issuperset(map(type, args)):
        said = str(error)  # Python's own
    elif args and type(args[0]) is str:
        said = args[0]
    else:
        said = _Writer().write(args[0] if len(args) == 1 else args, 0) if args else ""
    if BaseExceptionGroup in _mro(kind):
        said += f" ({'; '.join(map(error_words, islice(_grouped.__get__(error), _FEW)))})"
    said = said if len(said) <= _TEXT_LIMIT else said[:_TEXT_LIMIT] + "…"
    return f"{_type_name(kind)}: {said}" if said else _type_name(kind)


class _Writer:
    """Writes one value, and stops looking into it when there is no room left."""

    def __init__(self) -> None:
        self._room = _LIMIT

    def write(self, value: Any, depth: int) -> str:
        kind = type(value)
        if kind in _PLAIN or (kind is str and len(value) <= _TEXT_LIMIT):
            text = repr(value)  # most parts are such, and one call less each makes the whole a third faster
        else:
            text = self._text(value, kind, depth)
        self._room -= len(text)
        return text

    def _text(self, value: Any, kind: type, depth: int) -> str:  # noqa: PLR0911 - one line per kind of value
        if kind is int:
            return repr(value) if value.bit_length() <= _DIGITS_LIMIT else f"<int of {value.bit_length():,} bits>"
        if kind in {str, bytes, bytearray}:
            return repr(value) if len(value) <= _TEXT_LIMIT else f"{value[:_TEXT_LIMIT]!r}… ({len(value):,})"
        if kind is decimal.Decimal:
            digits = len(value.as_tuple().digits)
            return repr(value) if digits <= _TEXT_LIMIT else f"<Decimal of {digits:,} digits>"
        if kind in _ZONED and type(value.tzinfo) in _ZONES:
            return repr(value)
        if depth >= _DEPTH_LIMIT or self._room <= 0:
            return f"<{_type_name(kind)}>"
        if kind is dict:
            return self._dict(value, depth)
        if kind in _BRACKETS:
            return self._items(value, kind, kind, depth)
        return self._object(value, kind, depth)

    def _object(self, value: Any, kind: type, depth: int) -> str:  # noqa: PLR0911 - as above
        name = _type_name(kind)
        bases = _mro(kind)
        if type in bases:
            return f"<class {_type_name(value)}>"
        if kind in _CODE:
            return f"<{name} {_called(value)}>"
        if str in bases:
            return repr(str.__str__(value)[:_TEXT_LIMIT])
        if kind in _ZONED:
            return f"{name}({value.replace(tzinfo=None).isoformat()}, <{_type_name(type(value.tzinfo))}>)"
        if enum.Enum in bases:
            return f"{name}.{object.__getattribute__(value, '_name_')}"
        if BaseException in bases:
            return f"{name}({self._join(_error_args.__get__(value), depth)})"
        if dict in bases:
            return f"{name}({self._dict(value, depth)})"
        for plain in _BRACKETS:
            if plain in bases:
                return f"{name}({self._items(value, kind, plain, depth)})"
        return self._by_fields(value, kind, depth)

    def _by_fields(self, value: Any, kind: type, depth: int) -> str:
        name = _type_name(kind)
        if str(_names(kind).get("__module__", "")).partition(".")[0] in {"numpy", "pandas"} and hasattr(value, "shape"):
            return f"<{name} {tuple(value.shape)}>"
        fields = _fields(value, kind)
        if not fields:
            return f"<{name}>"
        shown = [f"{field}={self.write(item, depth + 1)}" for field, item in fields[:_ITEM_LIMIT] if self._room > 0]
        return f"{name}({', '.join(shown)}{_rest(len(shown), len(fields))})"

    def _items(self, value: Any, kind: type, plain: Any, depth: int) -> str:
        left, right = _BRACKETS[plain]
        closing = ",)" if kind is tuple and tuple.__len__(value) == 1 else right
        return (
            left + self._join(list(islice(plain.__iter__(value), _ITEM_LIMIT)), depth, plain.__len__(value)) + closing
        )

    def _join(self, items: Iterable[Any], depth: int, count: int = 0) -> str:
        shown = []
        for item in islice(items, _ITEM_LIMIT):
            if self._room <= 0:
                break
            shown.append(self.write(item, depth + 1))
        return ", ".join(shown) + _rest(len(shown), count)

    def _dict(self, value: dict[Any, Any], depth: int) -> str:
        shown = []
        for key, item in list(islice(dict.items(value), _ITEM_LIMIT)):
            if self._room <= 0:
                break
            shown.append(f"{self.write(key, depth + 1)}: {self.write(item, depth + 1)}")
        return "{" + ", ".join(shown) + _rest(len(shown), dict.__len__(value)) + "}"


def _called(value: Any) -> str:
    if type(value) is not types.ModuleType:
        return str(value.__qualname__)
    name = _module_names.__get__(value).get("__name__")  # a module may have a `__getattr__`
    return name if type(name) is str else "?"


def _rest(shown: int, count: int) -> str:
    return f"{', ' if shown else ''}… ({count:,})" if count > shown else ""


def _fields(value: Any, kind: type) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for base in _mro(kind):
        own = _names(base)
        holder = own.get("__dict__")
        if isinstance(holder, types.GetSetDescriptorType) and not found:
            names = dict.items(holder.__get__(value))
            found = [(name, item) for name, item in names if type(name) is str and not name.startswith("_")]
        slots = own.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else tuple(slots):
            member = own.get(name)
            if isinstance(member, types.MemberDescriptorType) and not name.startswith("_"):
                try:
                    found.append((name, member.__get__(value)))
                except AttributeError:
                    continue  # the slot is empty
    return found
