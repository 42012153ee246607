"""Which member of a union a recorded value belongs to."""

from __future__ import annotations

import enum
import typing
from typing import TYPE_CHECKING, Any

from workbench.journal.codec.annotations import annotations_of, required_keys
from workbench.journal.codec.misfit import Misfit
from workbench.journal.codec.revival import PLAIN, revive
from workbench.journal.codec.standins import EnumValue, Record, RecordedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.journal.codec.misfit import Convert, Lookup


def union_converter(args: tuple[Any, ...], converter_for: Callable[[Any], Convert | None]) -> Convert:
    """Tries the members that name the value's own type first, then all in order, then what the value itself names."""
    members = [(arg, converter_for(arg)) for arg in args]

    def convert(value: Any, lookup: Lookup) -> Any:
        if value is None:
            return None
        refused: Misfit | None = None
        for named in (True, False):
            for annotation, member in members:
                if _names(annotation, value) is not named:
                    continue
                try:
                    restored = value if member is None else member(value, lookup)
                except Misfit as misfit:
                    refused = refused or misfit
                    continue
                if named or _changed(value, restored):
                    return restored
        if refused is not None and type(value) in (Record, list, tuple, dict, EnumValue):
            raise refused
        return revive(value, lookup)

    return convert


def _changed(before: object, after: object) -> bool:
    """A member that was not named by the value only counts when it made something of it."""
    return type(before) is not type(after)


def _names(annotation: Any, value: object) -> bool:  # noqa: PLR0911 - one line per construct
    """Whether the annotation is plainly about this value's recorded type."""
    origin = typing.get_origin(annotation) or annotation
    if origin is typing.Annotated:
        return _names(typing.get_args(annotation)[0], value)
    if origin is typing.Literal:
        return any(type(value) is type(choice) and value == choice for choice in typing.get_args(annotation))
    if isinstance(annotation, typing.NewType):
        return _names(annotation.__supertype__, value)
    if not isinstance(origin, type):
        return False
    if isinstance(value, (Record, EnumValue, RecordedError)):
        return value.type_name == origin.__qualname__ and value.module == origin.__module__
    if issubclass(origin, enum.Enum):
        return False
    if typing.is_typeddict(origin):
        return isinstance(value, dict) and required_keys(origin) <= value.keys() <= annotations_of(origin).keys()
    return type(value) is origin or (type(value) not in PLAIN and origin is not object and isinstance(value, origin))
