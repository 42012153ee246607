"""`@step`: a function that touches the outside, with what a debugger and a verdict must know of it.

Outside a workflow, and inside another step, a step is just its function. Inside a workflow the driver in charge
decides: the recorder logs the intent, runs the body and logs the result; replay reads the result and never
calls the body.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, cast, get_args, get_origin, overload

from workbench._errors import UsageError
from workbench.machine import NO_RETRY, Call, Retry, Verb
from workbench.model import Declaration, Kind
from workbench.program.declared import check_declared
from workbench.program.scope import CURRENT_KEY, CURRENT_SCOPE, Scope, scope_here
from workbench.program.where import NOT_KNOWN, Place, place_of, place_of_caller

__all__ = ["Deferred", "Invocation", "Step", "current_key", "step"]

_CALL_STEP = Verb.CALL_STEP

P = ParamSpec("P")
R = TypeVar("R")
_new = tuple.__new__
_PLAIN: frozenset[type] = frozenset({type(None), bool, int, float, str, bytes, dict})


class Invocation(NamedTuple):
    """What a live driver needs to carry a step call out.

    Attributes:
        step: The step.
        args: Positional arguments, as given.
        kwargs: Keyword arguments, as given.
        place: Where the call was written; `NOT_KNOWN` when only the stack can tell.
    """

    step: Step[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    place: Place = NOT_KNOWN

    def key(self) -> str:
        """Idempotency key of this call, as the step's `key` function says; `""` for none."""
        return str(self.step.key(*self.args, **self.kwargs)) if self.step.key is not None else ""


@dataclass(frozen=True, slots=True)
class Deferred(Generic[R]):
    """A step call that is not made yet: `wb.gather` makes several side by side."""

    step: Step[..., R]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def call_in(self, scope: Scope) -> Call:
        """The call at the next position of `scope`."""
        return self.step.call_in(scope, self.args, self.kwargs)


class Step(Generic[P, R]):
    """A recorded function. Made by `step`; call it as you would call the function.

    Attributes:
        function: The plain function.
        declaration: What the log says once about it.
        retry: When to try again.
        key: Computes the idempotency key from the arguments.
        undo: The compensation.
        probe: Read-only question that settles a doubt: gets the arguments, returns the result or `None`.
        undo_probe: Read-only question that settles a doubt about the undo: called as the undo is.
        definite_errors: Error classes that prove that nothing happened.
        sensitive: Names or dotted paths of arguments and result fields that never reach the disk in clear.
        is_async: The function is `async def`.
        uncompared: Names of entries (HTTP headers) that do not decide whether a call is the recorded one.
    """

    def __init__(  # noqa: PLR0913 - what can be declared of a step
        self,
        function: Callable[P, R],
        declaration: Declaration,
        *,
        retry: Retry = NO_RETRY,
        key: Callable[..., str] | None = None,
        undo: Callable[..., Any] | None = None,
        probe: Callable[..., Any] | None = None,
        undo_probe: Callable[..., Any] | None = None,
        definite_errors: tuple[type[BaseException], ...] = (),
        sensitive: tuple[str, ...] = (),
    ) -> None:
        self.function = function
        self.declaration = declaration
        self.retry = retry
        self.key = key
        self.undo = undo
        self.probe = probe
        self.undo_probe = undo_probe
        self.definite_errors = definite_errors
        self.sensitive = sensitive
        self.is_async: bool = inspect.iscoroutinefunction(function)
        self.uncompared: frozenset[str] = frozenset()
        functools.update_wrapper(cast("Any", self), function)

    @property
    def name(self) -> str:
        """Name in log, frames and replay."""
        return self.declaration.name

    @functools.cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the function's positional parameters, in order; none for a callable without Python code."""
        function = inspect.unwrap(self.function)
        code = getattr(function, "__code__", None)
        return () if code is None else code.co_varnames[inspect.ismethod(function) : code.co_argcount]

    @functools.cached_property
    def returns(self) -> Any:
        """What the function says it returns; `Any` where it says nothing."""
        from workbench.journal.codec import annotation_of_return

        return annotation_of_return(self.function)

    @functools.cached_property
    def unchanged(self) -> frozenset[type]:
        """Types of plain values that come out of a log as they are: scalars, and dicts of text to scalars."""
        returns = self.returns
        if returns is Any:
            return _PLAIN
        if get_origin(returns) is dict and get_args(returns) == (str, Any):
            return frozenset({dict})
        return _PLAIN & {returns} if isinstance(returns, type) else frozenset()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the step: through the workflow's driver inside a workflow, plainly elsewhere."""
        scope = CURRENT_SCOPE.get()
        if scope is None:
            return self._plain(*args, **kwargs)
        if self.is_async and scope.driver.is_async:
            return cast("R", self._in_task(args, kwargs, place_of_caller()))
        driver = scope.driver
        place = NOT_KNOWN if driver.reads_frames else place_of(sys._getframe(1))  # noqa: SLF001 - the documented way
        scope.count += 1  # `call_in`, unrolled: this is the way of most calls
        position = (*scope.path, scope.count)
        arguments = {"args": args, "kwargs": kwargs}
        invocation = _new(Invocation, (self, args, kwargs, place))  # as `Invocation(…)`, in half the time
        call = _new(Call, (_CALL_STEP, position, self.declaration.name, arguments, invocation))
        return driver.wait(call)  # type: ignore[no-any-return]  # what the driver got is what the function returns

    def defer(self, *args: P.args, **kwargs: P.kwargs) -> Deferred[R]:
        """The call, not made yet, for `wb.gather`."""
        return Deferred(self, args, kwargs)

    def call_in(self, scope: Scope, args: tuple[Any, ...], kwargs: Mapping[str, Any], place: Place = NOT_KNOWN) -> Call:
        """The call at the next position of `scope`."""
        arguments = {"args": args, "kwargs": kwargs}
        invocation = Invocation(self, args, kwargs, place)
        return Call(_CALL_STEP, scope.next_position(), self.declaration.name, arguments, invocation)

    async def _in_task(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], place: Place) -> Any:
        scope = scope_here(f"step {self.name}")
        return await scope.driver.begin(self.call_in(scope, args, kwargs, place))

    def _plain(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.key is None:
            return self.function(*args, **kwargs)
        token = CURRENT_KEY.set(str(self.key(*args, **kwargs)))
        try:
            return self.function(*args, **kwargs)
        finally:
            CURRENT_KEY.reset(token)

    def __repr__(self) -> str:
        """Name and kind."""
        return f"<step {self.name} ({self.declaration.kind})>"


def current_key() -> str:
    """Idempotency key of the step whose body is running; the same on every attempt and after a crash.

    Raises:
        UsageError: The running code is no step with a key.
    """
    key = CURRENT_KEY.get()
    if not key:
        message = "there is no idempotency key here"
        raise UsageError(message, hint="declare one: @wb.step(kind='keyed', key=lambda order, …: f'charge/{order}')")
    return key


@overload
def step(function: Callable[P, R], /) -> Step[P, R]: ...
@overload
def step(
    *,
    kind: Kind | str | None = None,
    name: str | None = None,
    undo: Callable[..., Any] | None = None,
    undo_null_safe: bool = False,
    key: Callable[..., str] | None = None,
    key_lifetime_seconds: float | None = None,
    probe: Callable[..., Any] | None = None,
    undo_probe: Callable[..., Any] | None = None,
    pivot: bool = False,
    retry: Retry = NO_RETRY,
    timeout_seconds: float | None = None,
    definite_errors: tuple[type[BaseException], ...] = (),
    sensitive: tuple[str, ...] = (),
    resource: str = "",
) -> Callable[[Callable[P, R]], Step[P, R]]: ...


def step(  # noqa: PLR0913 - what can be declared of a step
    function: Callable[P, R] | None = None,
    /,
    *,
    kind: Kind | str | None = None,
    name: str | None = None,
    undo: Callable[..., Any] | None = None,
    undo_null_safe: bool = False,
    key: Callable[..., str] | None = None,
    key_lifetime_seconds: float | None = None,
    probe: Callable[..., Any] | None = None,
    undo_probe: Callable[..., Any] | None = None,
    pivot: bool = False,
    retry: Retry = NO_RETRY,
    timeout_seconds: float | None = None,
    definite_errors: tuple[type[BaseException], ...] = (),
    sensitive: tuple[str, ...] = (),
    resource: str = "",
) -> Any:
    """Mark a function as a step: the only place where workflow code touches the world.

    Args:
        function: The function, `def` or `async def`, when used without parentheses.
        kind: What repeating it does, see `Kind`. Undeclared means `write`, and every view then says "assumed".
        name: Name in the log; the function's by default. Keep it when you rename the function.
        undo: The compensation, called with the step's arguments and result.
        undo_null_safe: The undo is harmless when the step never happened or was undone before.
        key: Computes the idempotency key from the arguments. Build it from business identifiers, so that it
            survives a re-run under another run id. The body reads it with `wb.current_key()`.
        key_lifetime_seconds: How long the other side remembers a key; afterwards the same key acts anew.
        probe: Read-only question that settles a doubt: called with the step's arguments, returns the result if
            it happened and `None` if not.
        undo_probe: Read-only question that settles a doubt about the undo: called with the arguments of the undo,
            returns anything but `None` if the step is undone and `None` if not. The probe cannot say that: most
            services still show a charge that was refunded.
        pivot: Point of no return: once it is done, the run can only go forward.
        retry: When to try again; one attempt by default.
        timeout_seconds: Longest wait for one attempt. A step that timed out may have acted.
        definite_errors: Error classes that prove that nothing happened (a refusal, not a lost answer).
        sensitive: Names or dotted paths of arguments and result fields that never reach the disk in clear.
        resource: What the step reads or changes (`"stock"`): lets stale checks be found.

    Returns:
        A `Step`, to be called like the function.

    Raises:
        UsageError: The declaration contradicts itself.
    """

    def mark(target: Callable[P, R]) -> Step[P, R]:
        declared = Kind(kind) if kind is not None else None
        check_declared(target.__name__, declared, undo=undo, key=key, probe=probe, undo_probe=undo_probe)
        declaration = Declaration(
            name=name or target.__name__,
            kind=declared or Kind.WRITE,
            kind_assumed=declared is None,
            undo=getattr(undo, "__name__", "") if undo is not None else "",
            probe=getattr(probe, "__name__", "") if probe is not None else "",
            undo_probe=getattr(undo_probe, "__name__", "") if undo_probe is not None else "",
            pivot=pivot,
            undo_null_safe=undo_null_safe,
            key_lifetime_seconds=key_lifetime_seconds,
            timeout_seconds=timeout_seconds,
            resource=resource,
            module=target.__module__,
            line=getattr(getattr(target, "__code__", None), "co_firstlineno", 0),
        )
        return Step(
            target, declaration, retry=retry, key=key, undo=undo, probe=probe, undo_probe=undo_probe,
            definite_errors=definite_errors, sensitive=sensitive,
        )  # fmt: skip

    return mark if function is None else mark(function)
