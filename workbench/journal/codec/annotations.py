"""The types that a caller's own code names: hints of functions and fields, and classes that are loaded already."""

from __future__ import annotations

import functools
import inspect
import sys
import typing
from typing import Any

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def loaded_type(module: str, qualname: str) -> type | None:
    """A class that the program has loaded under this name, or `None`.

    Looks into `sys.modules` and class namespaces directly: neither an import nor a module's `__getattr__` can be
    triggered by a name that stands in a log.
    """
    found: object = sys.modules.get(module)
    for part in qualname.split("."):
        namespace = getattr(found, "__dict__", None)
        if namespace is None or part not in namespace:
            return None
        found = namespace[part]
    return found if isinstance(found, type) else None


def annotation_of_return(fn: Callable[..., Any]) -> Any:
    """What a function says it returns; `Any` where it says nothing or nothing that resolves."""
    return annotations_of(fn).get("return", Any)


def annotations_of(fn: Callable[..., Any]) -> Mapping[str, Any]:
    """Resolved annotations by parameter name, `return` among them. Cached; not to be changed."""
    try:
        return _hints(fn)
    except TypeError:  # unhashable callables exist; they are only slower
        return _hints.__wrapped__(fn)


def required_keys(kind: type) -> frozenset[str]:
    """Keys that a typed dictionary must have.

    Where annotations are text (`from __future__ import annotations`) the class itself takes `NotRequired` for an
    ordinary type: the resolved hints know better.
    """
    required = set(getattr(kind, "__required_keys__", ()))
    for name, hint in annotations_of(kind).items():
        marks = set(_marks(hint))
        required = required - {name} if typing.NotRequired in marks else required
        required = required | {name} if typing.Required in marks else required
    return frozenset(required)


def _marks(hint: Any) -> Iterator[Any]:
    """What stands around the type itself: `Annotated[NotRequired[int], …]`."""
    while (origin := typing.get_origin(hint)) in {typing.Annotated, typing.NotRequired, typing.Required}:
        yield origin
        hint = typing.get_args(hint)[0]


@functools.lru_cache(maxsize=4096)
def _hints(target: Any) -> dict[str, Any]:
    unwrapped = inspect.unwrap(target) if callable(target) and not isinstance(target, type) else target
    if isinstance(unwrapped, functools.partial):
        unwrapped = unwrapped.func
    try:
        return typing.get_type_hints(unwrapped, include_extras=True)
    except Exception:  # noqa: BLE001 - an annotation is arbitrary code; the fallback below resolves one by one
        return _one_by_one(unwrapped)


def _one_by_one(target: Any) -> dict[str, Any]:
    """Each annotation for itself: one that only exists for type checkers must not hide the others."""
    raw: dict[str, Any] = {}
    for holder in reversed(target.__mro__) if isinstance(target, type) else (target,):
        raw.update(getattr(holder, "__annotations__", None) or {})
    return {name: _resolved(target, annotation) for name, annotation in raw.items()}


def _resolved(target: Any, annotation: Any) -> Any:
    def probe() -> None: ...

    probe.__annotations__ = {"it": annotation}
    names = getattr(target, "__globals__", None) or vars(sys.modules.get(target.__module__, typing))
    try:
        return typing.get_type_hints(probe, globalns=names, include_extras=True)["it"]
    except Exception:  # noqa: BLE001 - arbitrary code again; `Any` is the documented answer
        return Any
