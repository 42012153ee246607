"""`@workflow`: plain Python whose every outside call goes through steps."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from workbench.model import Declaration, Kind

__all__ = ["Workflow", "as_workflow", "workflow"]

P = ParamSpec("P")
R = TypeVar("R")


class Workflow(Generic[P, R]):
    """A durable function. Made by `workflow`; a plain call just runs it, unrecorded.

    Attributes:
        function: The plain function.
        name: Name in the log.
        is_async: The function is `async def`.
    """

    def __init__(self, function: Callable[P, R], name: str | None = None) -> None:
        self.function = function
        self.name = name or function.__name__
        self.is_async = inspect.iscoroutinefunction(function)
        functools.update_wrapper(cast("Any", self), function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function as plain Python."""
        return self.function(*args, **kwargs)

    @property
    def reference(self) -> str:
        """Where the code is found: `module:qualname`."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    @property
    def declaration(self) -> Declaration:
        """What the log says once about it."""
        line = getattr(getattr(self.function, "__code__", None), "co_firstlineno", 0)
        return Declaration(
            name=self.name, kind=Kind.PURE, kind_assumed=False, module=self.function.__module__, line=line
        )

    def __repr__(self) -> str:
        """Its name and where it stands."""
        return f"<workflow {self.name} ({self.reference})>"


@overload
def workflow(function: Callable[P, R], /) -> Workflow[P, R]: ...
@overload
def workflow(*, name: str | None = None) -> Callable[[Callable[P, R]], Workflow[P, R]]: ...


def workflow(function: Callable[P, R] | None = None, /, *, name: str | None = None) -> Any:
    """Mark a function as a workflow.

    Its code must be deterministic: the same answers lead to the same calls. Whatever touches the world, the
    clock or chance goes through a step or through `wb.now sleep random uuid4 signal gather child`.

    Args:
        function: The function, `def` or `async def`, when used without parentheses.
        name: Name in the log; the function's by default.
    """

    def mark(target: Callable[P, R]) -> Workflow[P, R]:
        return Workflow(target, name)

    return mark if function is None else mark(function)


def as_workflow(code: Callable[..., Any]) -> Workflow[..., Any]:
    """`code` as a workflow: itself when it is one, a plain function wrapped."""
    return code if isinstance(code, Workflow) else Workflow(code)
