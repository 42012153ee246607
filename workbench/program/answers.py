"""What a recorded event answers: a value of the caller's type, or the recorded error, raised."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from workbench._errors import UndecodableError, UnrecordableError, UsageError
from workbench.journal.codec import annotation_of_return, annotations_of, restore
from workbench.machine import Call, Verb
from workbench.model import EventType, History
from workbench.program.step import Invocation, Step
from workbench.program.words import result_of_word
from workbench.program.workflow import Workflow

__all__ = [
    "Given",
    "annotation_of",
    "probe_call",
    "recorded_answer",
    "recorded_arguments",
    "restored_error",
    "step_call",
]


_COMPLETED: Final = int(EventType.StepCompleted)
_SCALARS: Final = frozenset({type(None), bool, int, float, str, bytes})
_TEXT: Final = frozenset({str})


class Given(NamedTuple):
    """What an answer gives to the code.

    Attributes:
        value: The value.
        error: What is raised instead; `None` for none.
    """

    value: Any
    error: BaseException | None = None

    def get(self) -> Any:
        """The value.

        Raises:
            BaseException: The error, where there is one.
        """
        if self.error is not None:
            raise self.error
        return self.value


def _as_recorded(value: Any) -> Any:
    return value


def recorded_answer(history: History, row: int, call: Call, reveal: Callable[[Any], Any] = _as_recorded) -> Given:
    """What the event in `row` gives to the code: a value, or the recorded failure, which is not raised here.

    Args:
        history: Where the event is.
        row: Its row.
        call: The call that it answers; its return annotation decides the type.
        reveal: Opens sealed secrets; by default they stay redacted stand-ins.

    Raises:
        UndecodableError: The value does not fit the type that the code expects, or a part of the log is missing.
        NeedsSecretError: `reveal` cannot open a secret.
    """
    kind = history.columns.type[row]
    body = history.payloads(row)
    if kind == _COMPLETED and "unrecorded" not in body:
        return Given(restore(reveal(body.get("result")), annotation_of(call)))
    return _seldom(history, row, call, body, reveal)


def recorded_result(
    history: History, row: int, call: Call, read: Callable[[int], Any]
) -> tuple[Any, BaseException | None, bool]:
    """`recorded_answer` of a `StepCompleted`, for the way of most steps of a replay.

    Args:
        history: Where the event is.
        row: Its row.
        call: The call that it answers.
        read: Reads a payload of that history.

    Returns:
        Value and error as in `Given`, and whether the value is for certain a fresh one of plain types only.

    Raises:
        UndecodableError: As there.
    """
    body = read(row)
    if "unrecorded" in body:
        given = _seldom(history, row, call, body, _as_recorded)
        return given.value, given.error, False
    result, step = body.get("result"), call[4].step
    kind = type(result)
    if kind in step.unchanged and (
        kind is not dict or (_TEXT.issuperset(map(type, result)) and _SCALARS.issuperset(map(type, result.values())))
    ):
        return result, None, True  # as `restore` gives it, which copies because it cannot know that this is fresh
    return restore(result, step.returns), None, False


def _seldom(history: History, row: int, call: Call, body: Any, reveal: Callable[[Any], Any]) -> Given:
    kind = EventType(history.columns.type[row])
    if kind in {EventType.StepFailed, EventType.ChildFailed}:
        return Given(None, restored_error(reveal(body["error"])))
    if kind in {EventType.TimerFired, EventType.SignalTimedOut}:
        return Given(None)
    if kind in {EventType.SignalConsumed, EventType.SignalReceived}:
        return Given(restore(reveal(_signal_value(history, row, kind)), Any))
    if kind in {EventType.ClockRead, EventType.RandomDrawn, EventType.UuidDrawn}:
        return Given(body["value"])
    if "unrecorded" in body:
        return Given(None, UnrecordableError(str(body["unrecorded"])))
    said = reveal(body.get("result"))
    by_word = kind is EventType.StepResolved
    return Given(result_of_word(said, call.request.step) if by_word else restore(said, annotation_of(call)))


def recorded_arguments(code: Workflow[..., Any], body: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments with which a run began, typed by the workflow's annotations.

    Args:
        code: The workflow.
        body: Payload of `RunStarted`.
    """
    hints = annotations_of(code.function)
    names = list(inspect.signature(code.function).parameters)
    args = tuple(
        restore(value, hints.get(names[number], Any) if number < len(names) else Any, where=f"$.args[{number}]")
        for number, value in enumerate(body.get("args") or ())
    )
    kwargs = {name: restore(value, hints.get(name, Any)) for name, value in (body.get("kwargs") or {}).items()}
    return args, kwargs


def step_call(step: Step[..., Any], intent: Mapping[str, Any], result: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """How the undo of a recorded step is called: as the step was, with its result behind the positional arguments.

    Args:
        step: The code of the step; its annotations decide the types.
        intent: Payload of its `StepStarted`.
        result: Recorded result, as plain as the log has it; `None` for none.
    """
    args, kwargs = probe_call(step, intent)
    return (*args, None if result is None else restore(result, step.returns)), kwargs


def probe_call(step: Step[..., Any], intent: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """How the probe of a recorded step is called: as the step was, all that can be positional by position.

    Raises:
        UsageError: The step's function takes other arguments now.
    """
    hints, names = annotations_of(step.function), step.parameters
    args = [
        restore(value, hints.get(names[number], Any) if number < len(names) else Any)
        for number, value in enumerate(intent.get("args") or ())
    ]
    kwargs = {name: restore(value, hints.get(name, Any)) for name, value in (intent.get("kwargs") or {}).items()}
    try:
        bound = inspect.signature(step.function).bind(*args, **kwargs)
    except TypeError as error:
        raise UsageError(
            f"step {step.name} cannot be called as it was recorded: {error}",
            hint="its function takes other arguments now; use the code that was recorded",
        ) from error
    bound.apply_defaults()
    return bound.args, bound.kwargs


def annotation_of(call: Call) -> Any:
    """Return annotation of the code behind a call; `Any` where there is none."""
    request = call.request
    if isinstance(request, Invocation):
        return request.step.returns
    if isinstance(request, Workflow):
        return annotation_of_return(request.function)
    return {Verb.READ_CLOCK: int, Verb.DRAW_RANDOM: float, Verb.DRAW_UUID: uuid.UUID}.get(call.verb, Any)


def restored_error(recorded: Any) -> BaseException:
    """The recorded failure as an exception of its own class where that is loaded."""
    error = restore(recorded, Any)
    if isinstance(error, BaseException):
        return error
    message = f"a recorded failure holds {type(error).__name__} instead of an error"
    raise UndecodableError(message)


def _signal_value(history: History, row: int, kind: EventType) -> Any:
    if kind is EventType.SignalReceived:  # a branch takes it where the recorded run took another, or none
        return history.payload(row).get("value")
    received = history.row_of_seq(history.columns.cause[row])
    if received is None:
        message = f"the signal that event {history.columns.seq[row]} consumed is missing from the log"
        raise UndecodableError(message, hint="the log has a gap; open it with mode='salvage' to see it")
    return history.payload(received).get("value")
