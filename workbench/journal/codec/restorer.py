"""Plain values to the caller's types, directed by annotations that the caller's own code carries.

`restore` compiles a converter per annotation once. A converter takes the value and a `Lookup`, gives the restored
value, or raises `Misfit`, to which every container on the way out adds its step of the path: paths cost nothing
until something is wrong.

Only with annotation `Any` (or none) does a name that stands in the log choose a class, and then only among classes
that are loaded already and are dataclasses, named tuples, pydantic models, enumerations or exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench._errors import UndecodableError
from workbench.journal.codec.annotations import loaded_type
from workbench.journal.codec.converters import converter_for
from workbench.journal.codec.misfit import Misfit
from workbench.journal.codec.revival import PLAIN, revive

if TYPE_CHECKING:
    from workbench.journal.codec.misfit import Lookup


def restore(value: Any, annotation: Any, *, lookup: Lookup | None = None, where: str = "$") -> Any:
    """Turn plain values and stand-ins into what `annotation` says.

    Args:
        value: What `decode` gave.
        annotation: A type or typing construct; `Any` restores what the value itself names, where that is loaded.
        lookup: Finds a class by module and qualified name; by default among the loaded ones.
        where: Path of the value, for messages.

    Raises:
        UndecodableError: The value does not fit the annotation; `where` is the path of the part that does not.
    """
    kind = type(value)
    if kind is annotation or annotation is Any:
        if kind in PLAIN:
            return value
        if kind is dict and PLAIN.issuperset(map(type, value)) and PLAIN.issuperset(map(type, value.values())):
            return value.copy()  # what each part would be restored to, without asking one by one
    find = lookup or loaded_type
    try:
        if annotation is Any:
            return revive(value, find)
        convert = converter_for(annotation)
        return value if convert is None else convert(value, find)
    except Misfit as misfit:
        place = where + misfit.path
        message = f"the recorded value at {place} does not fit: {misfit.reason}"
        raise UndecodableError(
            message, where=place, hint="the type changed since; load it with annotation Any"
        ) from None
