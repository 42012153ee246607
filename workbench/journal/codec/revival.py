"""Restoring what a value itself names: stand-ins whose class is loaded become instances of it."""

from __future__ import annotations

import builtins
import datetime as dt
import decimal
import enum
import sys
import uuid
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, Final

from workbench.journal.codec.instances import instance_of
from workbench.journal.codec.misfit import Misfit
from workbench.journal.codec.standins import EnumValue, Record, RecordedError, RecordedFailure
from workbench.journal.codec.structures import is_model, is_named_tuple

if TYPE_CHECKING:
    from workbench.journal.codec.misfit import Lookup

PLAIN: Final = frozenset({
    type(None), bool, int, float, str, bytes, complex, range, dt.datetime, dt.date, dt.time, dt.timedelta,
    decimal.Decimal, uuid.UUID,
})  # fmt: skip
"""Types that are restored as they are."""


def revive(value: Any, lookup: Lookup) -> Any:  # noqa: PLR0911 - one line per kind
    """The value with every stand-in inside turned into an instance where its class is found."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is dict:
        return {_key(key, lookup): revive(part, lookup) for key, part in value.items()}
    if kind is list:
        return [revive(part, lookup) for part in value]
    if kind in (tuple, set, frozenset):
        return kind(revive(part, lookup) for part in value)
    if kind is Record:
        return revive_record(value, lookup)
    if kind is EnumValue:
        return revive_enum(value, lookup)
    if kind is RecordedError:
        return revive_error(value, lookup)
    return value


def _key(key: Any, lookup: Lookup) -> Any:
    return key if type(key) is str else revive(key, lookup)


def revive_record(value: Record, lookup: Lookup) -> Any:
    """An instance of the record's own class, or the record with its fields revived."""
    found = lookup(value.module, value.type_name)
    if found is not None and (is_dataclass(found) or is_named_tuple(found) or is_model(found)):
        return instance_of(found, value.fields, lookup)
    return Record(value.type_name, value.module, {name: revive(part, lookup) for name, part in value.fields.items()})


def revive_enum(value: EnumValue, lookup: Lookup) -> Any:
    """The member, or the stand-in where the enumeration is not loaded."""
    found = lookup(value.module, value.type_name)
    if found is None or not issubclass(found, enum.Enum):
        return value
    return member_of(found, value)


def member_of(kind: type[enum.Enum], value: Any) -> enum.Enum:
    """A member by name, then by value.

    Raises:
        Misfit: There is no such member.
    """
    name, plain = (value.name, value.value) if isinstance(value, EnumValue) else (None, value)
    if name is not None and name in kind.__members__:
        return kind[name]
    try:
        return kind(plain)
    except ValueError:
        reason = f"{kind.__qualname__} has no member {name or plain!r:.80}"
        raise Misfit(reason) from None


# --- exceptions --------------------------------------------------------------------------------------------------


def revive_error(value: RecordedError, lookup: Lookup) -> BaseException:
    """An instance of the recorded class without running its own constructor, else a `RecordedFailure`."""
    kind = _error_class(value, lookup)
    args = tuple(revive(part, lookup) for part in value.args)
    error = RecordedFailure(value) if kind is None else _bare(kind, args, value)
    if not isinstance(error, RecordedFailure):
        for name, part in value.attributes.items():
            _set_attribute(error, name, revive(part, lookup))
    for note in value.notes:
        error.add_note(note)
    if value.cause is not None:
        error.__cause__ = revive_error(value.cause, lookup)
    if value.context is not None:
        error.__context__ = revive_error(value.context, lookup)
    return error


def _error_class(value: RecordedError, lookup: Lookup) -> type[BaseException] | None:
    if value.module == "builtins":
        # SystemExit and KeyboardInterrupt would end the reader's process, so a log may not name them.
        found = vars(builtins).get(value.type_name)
        return found if isinstance(found, type) and issubclass(found, Exception) else None
    found = lookup(value.module, value.type_name)
    ending = (SystemExit, KeyboardInterrupt, GeneratorExit)
    return found if found is not None and issubclass(found, BaseException) and not issubclass(found, ending) else None


def _bare(kind: type[BaseException], args: tuple[Any, ...], value: RecordedError) -> BaseException:
    """An instance with its arguments; built-in constructors are run, since their fields live in C."""
    constructors = (kind, lambda *parts: kind.__new__(kind, *parts), lambda *_: kind.__new__(kind))
    for construct in constructors if kind.__module__ == "builtins" else constructors[1:]:
        try:
            error = construct(*args)
        except Exception:  # noqa: BLE001, S112 - a class may ask for anything; the next way asks for less
            continue
        if isinstance(error, BaseException):
            error.args = args
            return error
    return RecordedFailure(value)


def _set_attribute(error: BaseException, name: str, part: object) -> None:
    if name.startswith("_"):
        return
    try:
        setattr(error, name, part)
    except (AttributeError, TypeError):  # a read-only property computes it from the arguments
        sys.audit("workbench.codec.attribute_not_restored", type(error).__qualname__, name)
