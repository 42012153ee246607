"""One run's events, written: the only place that knows which body each event has.

Bodies are mappings of plain names; `journal/FORMAT.md` lists them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench._errors import PayloadError
from workbench.journal.codec import encode
from workbench.machine import Call
from workbench.model import NOWHERE, Declaration, EventType, Kind, Position
from workbench.program import NOT_KNOWN, Invocation, Place, Step, Workflow, place_of_caller, plain_arguments
from workbench.recorder.sources import source_of

if TYPE_CHECKING:
    from workbench.journal import LogWriter
    from workbench.recorder.encoding import Encoding

__all__ = ["RunJournal"]


_STARTED, _COMPLETED = EventType.StepStarted, EventType.StepCompleted
"""Looked up once: these two are written for every step."""


class _Known(NamedTuple):
    declaration: Declaration
    number: int
    durable: bool


class RunJournal:
    """Writes the events of one run.

    Args:
        writer: The log.
        encoding: Encodes payloads, redacting secrets.
        run_id: The run.
    """

    def __init__(self, writer: LogWriter, encoding: Encoding, run_id: str) -> None:
        self._writer = writer
        self._encoding = encoding
        self.run_id = run_id
        self._run = writer.run_number(run_id)
        self._steps: dict[str, _Known] = {}

    # --- the run --------------------------------------------------------------------------------------------

    def started(
        self, workflow: Workflow[..., Any], args: Any, kwargs: Any, business_key: str, parent: str, again_of: str = ""
    ) -> int:
        """The run begins; durable, so that a run that was accepted is never forgotten."""
        body = {
            "args": list(args),
            "kwargs": dict(kwargs),
            "workflow": workflow.reference,
            "business_key": business_key,
            "parent": parent,
            "source": self._source(workflow.function),
            "async": workflow.is_async,
        } | ({"again_of": again_of} if again_of else {})
        name = self._writer.name_number(workflow.declaration)
        encoded = self._encoding.encode(body)
        return self._writer.append(EventType.RunStarted, self._run, name, NOWHERE, encoded, durable=True)

    def recovered(self, workflow: Workflow[..., Any]) -> int:
        """The run goes on in this process."""
        body = {"workflow": workflow.reference, "source": self._source(workflow.function)}
        name = self._writer.name_number(workflow.declaration)
        return self._append(EventType.RunRecovered, name, body)

    def completed(self, workflow: Workflow[..., Any], result: Any) -> int:
        """The run returned. A result that cannot be recorded is said, and the run has still completed."""
        name = self._writer.name_number(workflow.declaration)
        try:
            body = self._encoding.encode({"result": result})
        except PayloadError as error:
            body = self._encoding.encode({"unrecorded": str(error)})
        return self._writer.append(EventType.RunCompleted, self._run, name, NOWHERE, body, durable=True)

    def failed(self, workflow: Workflow[..., Any], error: BaseException) -> int:
        """The run raised."""
        name = self._writer.name_number(workflow.declaration)
        tag = self._writer.tag_number(type(error).__name__)
        body = self._encoding.encode_error({}, error)
        return self._writer.append(EventType.RunFailed, self._run, name, NOWHERE, body, tag=tag, durable=True)

    def cancelled(self, workflow: Workflow[..., Any]) -> int:
        """The run was cancelled from inside."""
        return self._append(EventType.RunCancelled, self._writer.name_number(workflow.declaration), {"by": "workflow"})

    # --- steps ----------------------------------------------------------------------------------------------

    def step_started(self, call: Call, attempt: int, key: str) -> int:
        """The intent: durable before the call when the step must not repeat.

        Raises:
            UnrecordableError: An argument cannot be recorded; nothing was written and nothing must run.
        """
        invocation: Invocation = call.request
        step = invocation.step
        known = self._known(step)
        first = attempt == 1
        encoded = self._encoding.encode_arguments(step, invocation.args, invocation.kwargs) if first else _EMPTY
        if key:
            encoded = _with(encoded, self._encoding.encode({"key": key}, step.sensitive))
        place = invocation.place
        encoded = _with(encoded, _encoded_place(place if place.line else _place(call)))
        return self._writer.append(
            _STARTED, self._run, known.number, call.position, encoded, attempt=attempt, durable=known.durable
        )

    def step_completed(self, call: Call, attempt: int, cause: int, result: Any) -> PayloadError | None:
        """The step returned; an error when the result cannot be recorded. Its event is written all the same."""
        step: Step[..., Any] = call.request.step
        refused = None
        try:
            body = self._encoding.encode_result(result, step.sensitive)
        except PayloadError as error:
            refused = error
            body = self._encoding.encode({"unrecorded": str(error), "type": type(result).__qualname__})
        self._writer.append(
            _COMPLETED, self._run, self._known(step).number, call.position, body, attempt=attempt, cause=cause
        )
        return refused

    def step_failed(
        self, call: Call, attempt: int, cause: int, error: BaseException, *, definite: bool, retry_in: float | None
    ) -> int:
        """The step raised: for good, or with another attempt to come in `retry_in` seconds."""
        step: Step[..., Any] = call.request.step
        event = EventType.StepFailed if retry_in is None else EventType.AttemptFailed
        facts: dict[str, Any] = {"definite": definite}
        if retry_in is not None:
            facts["retry_in_seconds"] = retry_in
        return self._writer.append(
            event, self._run, self._known(step).number, call.position,
            self._encoding.encode_error(facts, error, step.sensitive),
            attempt=attempt, cause=cause, tag=self._writer.tag_number(type(error).__name__),
        )  # fmt: skip

    def step_settled(self, call: Call, facts: dict[str, Any], cause: int) -> int:
        """A probe settled a doubt: `facts` say whether it happened, by whose word, and with what result."""
        step: Step[..., Any] = call.request.step
        body = self._encoding.encode(facts, step.sensitive)
        return self._writer.append(
            EventType.StepResolved, self._run, self._known(step).number, call.position, body, cause=cause, durable=True
        )

    # --- undoing --------------------------------------------------------------------------------------------

    def undo_started(self, step: Step[..., Any], position: Position, attempt: int, key: str, cause: int) -> int:
        """The intent to undo an execution, durable: an undo that began is never taken for one that did not."""
        body = self._encoding.encode({"undo": step.declaration.undo, "key": key}, step.sensitive)
        return self._undo(EventType.CompensationStarted, step, position, attempt, body, cause, durable=True)

    def undo_completed(self, step: Step[..., Any], position: Position, attempt: int, cause: int, result: Any) -> None:
        """The undo returned; a result that cannot be recorded is said, and the step is undone all the same."""
        try:
            body = self._encoding.encode_result(result, step.sensitive)
        except PayloadError as error:
            body = self._encoding.encode({"unrecorded": str(error)})
        self._undo(EventType.CompensationCompleted, step, position, attempt, body, cause, durable=True)

    def undo_failed(
        self,
        step: Step[..., Any],
        position: Position,
        attempt: int,
        cause: int,
        error: BaseException,
        *,
        definite: bool,
    ) -> None:
        """The undo raised."""
        body = self._encoding.encode_error({"definite": definite}, error, step.sensitive)
        tag = self._writer.tag_number(type(error).__name__)
        self._undo(EventType.CompensationFailed, step, position, attempt, body, cause, tag=tag)

    def _undo(  # noqa: PLR0913 - as the writer's `append`
        self,
        event: EventType,
        step: Step[..., Any],
        position: Position,
        attempt: int,
        body: bytes,
        cause: int = 0,
        *,
        tag: int = 0,
        durable: bool = False,
    ) -> int:
        kind = Kind.IDEMPOTENT if step.declaration.undo_null_safe else Kind.WRITE
        number = self._writer.name_number(Declaration(step.declaration.undo, kind, kind_assumed=False))
        return self._writer.append(
            event, self._run, number, position, body, attempt=attempt, cause=cause, tag=tag, durable=durable
        )

    def _known(self, step: Step[..., Any]) -> _Known:
        """What the log needs of a step with every event; it is declared in the log at first use."""
        declaration = step.declaration
        known = self._steps.get(declaration.name)
        if known is None or known.declaration is not declaration:
            number = self._writer.name_number(declaration)
            known = self._steps[declaration.name] = _Known(declaration, number, declaration.kind.needs_durable_intent)
            self._source(step.function)
        return known

    # --- everything else ------------------------------------------------------------------------------------

    def called(self, event: EventType, call: Call, **facts: Any) -> int:
        """An intent other than a step's."""
        body = plain_arguments(call) | facts | {"at": list(_place(call))}
        return self._append(event, self._plain_number(call.name), body, call)

    def drawn(self, event: EventType, call: Call, value: Any) -> int:
        """A clock reading or a draw."""
        return self._append(event, 0, {"value": value, "at": list(_place(call))}, call)

    def answered(self, event: EventType, call: Call, cause: int, **facts: Any) -> int:
        """The answer to an intent other than a step's, or its cancellation."""
        return self._append(event, self._plain_number(call.name), facts, call, cause)

    def child_failed(self, call: Call, cause: int, error: BaseException) -> int:
        """A child run raised."""
        return self._writer.append(
            EventType.ChildFailed, self._run, self._plain_number(call.name), call.position,
            self._encoding.encode_error({}, error), cause=cause, tag=self._writer.tag_number(type(error).__name__),
        )  # fmt: skip

    def signal_received(self, name: str, value: Any) -> int:
        """A signal arrived; durable, so that a signal that was accepted is never forgotten."""
        body = self._encoding.encode({"value": value})
        number = self._plain_number(name)
        return self._writer.append(EventType.SignalReceived, self._run, number, NOWHERE, body, durable=True)

    def patch_checked(self, patch_id: str, *, value: bool) -> int:
        """The run takes this path of a code change from now on."""
        return self._append(EventType.PatchChecked, self._plain_number(patch_id), {"value": value})

    def _plain_number(self, name: str) -> int:
        return self._writer.name_number(Declaration(name, Kind.PURE, kind_assumed=False)) if name else 0

    def _append(self, event: EventType, name: int, body: Any, call: Call | None = None, cause: int = 0) -> int:
        position = call.position if call is not None else NOWHERE
        encoded = self._encoding.encode(body)
        return self._writer.append(event, self._run, name, position, encoded, cause=cause)

    def _source(self, function: Any) -> str:
        source = source_of(function)
        if source is None:
            return ""
        if source.digest not in self._writer.tables.sources:  # looking for secrets in a whole file takes its time
            self._writer.add_source(replace(source, text=self._encoding.without_secrets(source.text)))
        return source.digest


_EMPTY = encode({})
_HEADS = [bytes((_EMPTY[0] + size,)) for size in range(16)]
"""First byte of a msgpack mapping of so many entries."""


def _with(body: bytes, entry: bytes) -> bytes:
    """An encoded mapping of few entries, with the one entry of another encoded mapping behind them."""
    return _HEADS[body[0] - _EMPTY[0] + 1] + body[1:] + entry[1:]


@lru_cache(maxsize=4096)
def _encoded_place(place: Place) -> bytes:
    """`{"at": …}`, encoded once for each line."""
    return encode({"at": list(place)})


def _place(call: Call) -> Place:
    """Where the call was written: as the step noted it, else as the stack says, else as noted when it was made."""
    noted: Place = call.request.place if isinstance(call.request, Invocation) else NOT_KNOWN
    return noted if noted.line else place_of_caller()
