"""Instances of dataclasses, named tuples and pydantic models from recorded fields."""

from __future__ import annotations

import functools
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.journal.codec.annotations import annotations_of
from workbench.journal.codec.misfit import Misfit
from workbench.journal.codec.redacted import Redacted
from workbench.journal.codec.standins import EnumValue, Record, RecordedError
from workbench.journal.codec.structures import is_named_tuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.journal.codec.misfit import Convert, Lookup


class _Shape(NamedTuple):
    """What restoring an instance needs to know of its class."""

    converts: tuple[tuple[str, Convert], ...]
    by_constructor: frozenset[str]
    afterwards: frozenset[str]
    required: frozenset[str]


def instance_of(kind: type, values: Mapping[str, Any], lookup: Lookup) -> Any:
    """An instance of `kind`; defaults fill what is missing.

    Raises:
        Misfit: A field is missing or unknown, or the constructor refuses.
    """
    if not is_dataclass(kind) and not is_named_tuple(kind):
        return _model_of(kind, values)
    shape = _shape_of(kind)
    given = dict(values)
    names = given.keys()
    if not names <= shape.by_constructor or not names >= shape.required:
        _refuse_fields(kind, shape, given)
    for name, convert in shape.converts:
        if name in given:
            try:
                given[name] = convert(given[name], lookup)
            except Misfit as misfit:
                raise misfit.inside(f".{name}") from None
    late = {name: given.pop(name) for name in shape.afterwards & given.keys()} if shape.afterwards else None
    made = _construct(kind, given)
    if late:
        for name, part in late.items():
            object.__setattr__(made, name, part)  # frozen dataclasses too
    return made


def _refuse_fields(kind: type, shape: _Shape, given: Mapping[str, Any]) -> None:
    missing = sorted(shape.required - given.keys())
    extra = sorted(given.keys() - shape.by_constructor - shape.afterwards)
    for verb, names in (("misses", missing), ("has unknown", extra)):
        if names:
            reason = f"{kind.__qualname__} {verb} field {names[0]!r} ({len(names)} in all)"
            raise Misfit(reason).inside(f".{names[0]}")


def _construct(kind: Callable[..., Any], given: dict[str, Any]) -> Any:
    try:
        return kind(**given)
    except Exception as error:  # a class's own checks may raise anything
        reason = f"{kind.__qualname__} refuses it: {type(error).__name__}: {str(error)[:200]}"
        raise Misfit(reason) from error


@functools.lru_cache(maxsize=4096)
def _shape_of(kind: type) -> _Shape:
    from workbench.journal.codec.converters import converter_for  # both compile each other's parts

    hints = annotations_of(kind)
    if is_named_tuple(kind):
        every = frozenset(kind._fields)  # type: ignore[attr-defined]  # the caller has checked the class
        late: frozenset[str] = frozenset()
        required = every - kind._field_defaults.keys()  # type: ignore[attr-defined]  # the caller has checked the class
    else:
        declared = fields(kind)
        every = frozenset(item.name for item in declared if item.init)
        late = frozenset(item.name for item in declared if not item.init)
        required = frozenset(
            item.name for item in declared if item.init and item.default is MISSING and item.default_factory is MISSING
        )
    found = [(name, converter_for(hints.get(name, Any))) for name in (*every, *late)]
    converts = tuple((name, convert) for name, convert in found if convert is not None)
    return _Shape(converts, every, late, required)


def _model_of(kind: Any, values: Mapping[str, Any]) -> Any:
    """A pydantic model by validation of plain data, under the names that validation wants."""
    named = {}
    for name, part in values.items():
        declared = kind.model_fields.get(name)
        alias = None if declared is None else (declared.validation_alias or declared.alias)
        named[alias if isinstance(alias, str) else name] = plain_data(part)
    try:
        made = kind.model_validate(named)
    except Exception as error:  # validators are the class's own code
        reason = f"{kind.__qualname__} refuses it: {type(error).__name__}: {str(error)[:300]}"
        raise Misfit(reason) from error
    for name, part in values.items():
        if type(part) is Redacted and isinstance(vars(made).get(name), str):
            vars(made)[name] = part  # validation copies text into plain text, which would no longer refuse to be used
    return made


def plain_data(value: Any) -> Any:
    """Records as dictionaries and members as their values, all the way down: what validators expect."""
    kind = type(value)
    if kind is Record:
        return {name: plain_data(part) for name, part in value.fields.items()}
    if kind is EnumValue:
        return plain_data(value.value)
    if kind is dict:
        return {plain_data(key): plain_data(part) for key, part in value.items()}
    if kind in (list, tuple, set, frozenset):
        return kind(plain_data(part) for part in value)
    if kind is RecordedError:
        return value.message
    return value


__all__ = ["instance_of", "plain_data"]
