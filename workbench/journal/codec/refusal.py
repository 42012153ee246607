"""Saying no to a value that cannot be recorded: its type, and what to do instead."""

from __future__ import annotations

import io
import sys
import types
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Final, NoReturn

from workbench._errors import UnrecordableError

_LIVE: Final = "create it inside the step, and pass what is needed to create it"
_REMEDIES: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (type, "pass its name, or record a value instead of the class"),
    (
        (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType),
        "record what it returns, or pass its name",
    ),
    (types.ModuleType, "pass its name"),
    (io.IOBase, "record the path or the content, and open it inside the step"),
    (Awaitable, "await it and record the result"),
    (AsyncIterator, "collect it into a list"),
    (Iterator, "turn it into a list"),
)
_REMEDIES_BY_MODULE: Final = {
    "_thread": _LIVE, "threading": _LIVE, "socket": _LIVE, "ssl": _LIVE, "sqlite3": _LIVE, "subprocess": _LIVE,
    "asyncio": _LIVE, "numpy": "record .tolist() or .item()", "pandas": "record .to_dict() or .isoformat()",
    "pydantic": "record its plain value (get_secret_value), or let a redactor take it",
}  # fmt: skip
_GENERAL: Final = "make it a dataclass, or record its plain fields"


def refuse(value: object, remedy: str = "", *, where: str = "$") -> NoReturn:
    """Raise for a value without a rule.

    Raises:
        UnrecordableError: Always.
    """
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    message = f"cannot record a {name} at {where}"
    raise UnrecordableError(message, where=where, hint=remedy or _remedy(value))


def _remedy(value: object) -> str:
    for kinds, remedy in _REMEDIES:
        if isinstance(value, kinds):
            return remedy
    for module in (type(value).__module__.partition(".")[0], type(value).__module__):
        if module in _REMEDIES_BY_MODULE and module in sys.modules:
            return _REMEDIES_BY_MODULE[module]
    return _GENERAL
