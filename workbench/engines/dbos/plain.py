"""What a pickled object becomes: a plain value for a few classes that only hold one, an inert record for all others."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from workbench._errors import UndecodableError
from workbench.journal.codec import Record
from workbench.journal.codec.standins import bounded_repr

__all__ = ["DEEPEST", "MOST_VALUES", "Global", "built", "hashable", "measured", "size_of", "stated"]

DEEPEST = 100
MOST_VALUES = 1_000_000
_DEEPEST_KEY = 16
_MOST_KEY_VALUES = 1000


class Global(NamedTuple):
    """The name of a class or function; nobody looks it up.

    Attributes:
        module: Its module.
        name: Its qualified name.
    """

    module: str
    name: str


Maker = Callable[..., Any]


def _of(kind: type, *allowed: type) -> Maker:
    """A constructor that takes a few plain arguments of known types, and nothing else."""

    def make(*args: Any) -> Any:
        if not all(type(arg) in allowed for arg in args):
            raise TypeError(f"no arguments of a {kind.__name__}")
        return kind(*args)

    return make


def _collected(kind: type) -> Maker:
    def make(*args: Any) -> Any:
        if len(args) > 1 or not all(type(arg) in {list, tuple, set} for arg in args):
            raise TypeError(f"no arguments of a {kind.__name__}")
        return kind(map(hashable, args[0])) if args else kind()

    return make


def _text_as_bytes(text: Any, encoding: Any = "latin1") -> bytes:
    """How protocols below 3 spell bytes."""
    if not isinstance(text, str) or encoding not in {"latin1", "latin-1"}:
        raise TypeError("no bytes")
    return text.encode("latin-1")


def _empty_map(*_args: Any) -> dict[Any, Any]:
    return {}


def _empty_list(*args: Any) -> list[Any]:
    return list(args[0]) if args and type(args[0]) in {list, tuple} else []


_MAKERS: dict[tuple[str, str], Maker] = {
    ("datetime", "datetime"): _of(datetime, bytes, int, timezone),
    ("datetime", "date"): _of(date, bytes, int),
    ("datetime", "time"): _of(time, bytes, int, timezone),
    ("datetime", "timedelta"): _of(timedelta, int),
    ("datetime", "timezone"): _of(timezone, timedelta, str),
    ("decimal", "Decimal"): _of(Decimal, str),
    ("builtins", "complex"): _of(complex, float, int),
    ("builtins", "range"): _of(range, int),
    ("builtins", "xrange"): _of(range, int),
    ("builtins", "bytes"): _of(bytes, bytes),
    ("builtins", "bytearray"): _of(bytes, bytes),
    ("builtins", "set"): _collected(set),
    ("builtins", "frozenset"): _collected(frozenset),
    ("builtins", "list"): _empty_list,
    ("_codecs", "encode"): _text_as_bytes,
    ("collections", "OrderedDict"): _empty_map,
    ("collections", "defaultdict"): _empty_map,
    ("collections", "deque"): _empty_list,
}
"""Classes that hold a value and do nothing: all of the standard library, all given plain arguments only."""

_FACTORIES = (Global("copyreg", "_reconstructor"), Global("copyreg", "__newobj__"))
"""How old protocols ask for an instance of their first argument."""


def built(what: Any, args: Any, *, new: bool = False) -> Any:
    """What calling `what` would have made; nothing is called but the makers above.

    Args:
        what: The class or function, or whatever the bytes put there.
        args: The arguments.
        new: The bytes ask for a new instance of a class rather than for a call.
    """
    make = _MAKERS.get(what) if isinstance(what, Global) else None
    if make is not None:
        try:
            return make(*args)
        except (TypeError, ValueError, OverflowError, ArithmeticError):
            return Record(what.name, what.module, {"args": args})
    if what in _FACTORIES and isinstance(args, tuple) and args and args[0] not in _FACTORIES:
        return built(args[0], () if what == _FACTORIES[0] else args[1:], new=True)
    if not isinstance(what, Global):
        return Record("call", "pickle", {"what": what, "args": args})
    fields: dict[str, Any] = {"args": args} if args else {}
    return Record(what.name, what.module, fields if new or args else {"args": args})


def stated(target: Any, state: Any) -> Any:
    """An object with the state that the bytes give it; its own `__setstate__` is not known and not called."""
    if not isinstance(target, Record):
        return target
    if (target.module, target.type_name) == ("uuid", "UUID") and isinstance(state, dict):
        number = state.get("int")
        if type(number) is int and 0 <= number < 1 << 128:
            return uuid.UUID(int=number)
    for part in state if isinstance(state, tuple) else (state,):
        if isinstance(part, dict):
            target.fields.update({str(name): value for name, value in part.items()})
        elif part is not None:
            target.fields["state"] = part
    return target


def hashable(key: Any) -> Any:
    """A key of a map or an element of a set, made sure to be small: hashing a tower of tuples would end the process.

    Raises:
        ValueError: It is too large.
        TypeError: It cannot be a key.
    """
    if type(key) in {str, int, bytes, float, bool, type(None)}:
        return key
    for count, (value, depth) in enumerate(_walk(key)):
        if count > _MOST_KEY_VALUES or depth > _DEEPEST_KEY:
            raise ValueError("a key of too many parts")
        if isinstance(value, (list, dict, set)):
            raise TypeError(f"a {type(value).__name__} as a key")
    return key if not isinstance(key, Record) else bounded_repr(key)


def size_of(value: Any) -> int:
    """How much a copy of a value takes, its parts not copied: elements, characters or bytes."""
    inner = value.fields if isinstance(value, Record) else value
    return len(inner) if isinstance(inner, (list, tuple, dict, set, frozenset, str, bytes)) else 1


def measured(value: Any) -> Any:
    """The value itself, once it is known to be of a size that people and programs can look at.

    Raises:
        UndecodableError: Written out, it would be too large, too deep or endless.
    """
    for count, (_, depth) in enumerate(_walk(value)):
        if count > MOST_VALUES:
            raise UndecodableError(f"the pickle unfolds to more than {MOST_VALUES:,} values")
        if depth > DEEPEST:
            raise UndecodableError(f"the pickle is nested more than {DEEPEST} deep, or contains itself")
    return value


def _walk(value: Any) -> Iterator[tuple[Any, int]]:
    """Every value in a value with its depth, without recursion."""
    waiting: list[Iterator[Any]] = [iter((value,))]
    while waiting:
        for part in waiting[-1]:
            yield part, len(waiting) - 1
            inner = part.fields if isinstance(part, Record) else part
            if isinstance(inner, dict):
                waiting.append(chain.from_iterable(inner.items()))
                break
            if isinstance(inner, (list, tuple, set, frozenset)):
                waiting.append(iter(inner))
                break
        else:
            waiting.pop()
