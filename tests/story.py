"""Histories that read as a story: what happened, in order, on a clock that only the story moves.

    story = Story()
    run = story.run("order-42", workflow="checkout", business_key="order-42")
    run.step("charge", kind="keyed", key="charge/42").started().died()
    run.recovered(after_seconds=2820)
    run.step("extend").failed("Timeout", definite=False)
    run.failed("Timeout")
    history, report = story.history(), story.report(writer_alive=False)

Bodies are plain dicts with the names that `workbench.recorder.journaling` writes. Positions are numbered in the
order of the calls; events are one second apart.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from workbench._errors import UndecodableError
from workbench.journal import Gap, GapReason, Report
from workbench.journal.codec import RecordedError
from workbench.model import NOWHERE, UNNAMED, Columns, Declaration, EventType, History, Kind, Position, Process, Unsaid

__all__ = ["NS", "CompensationStory", "RunStory", "StepStory", "Story", "WaitStory"]

NS = 1_000_000_000
BEGAN_NS = 1_790_000_000 * NS
FILE = "/srv/shop/flows.py"


def recorded(error: str, message: str = "") -> RecordedError:
    """An error as a log holds it."""
    return RecordedError(module="shop.errors", type_name=error, args=(message,), message=message)


@dataclass
class Story:
    """One log.

    Attributes:
        engine: Name of the system that wrote it.
        origin: Where it would have been read from.
        now_ns: The story's clock.
        ahead_ns: How far the wall clock runs ahead of it.
        unsaid: What the engine does not write down.
        processes: Who wrote, where it is more than the one that is always there.
        damaged: Rows whose bodies cannot be decoded.
    """

    engine: str = "native"
    origin: str = "story.wlog"
    now_ns: int = BEGAN_NS
    columns: Columns = field(default_factory=Columns)
    runs: list[str] = field(default_factory=list)
    names: list[Declaration] = field(default_factory=lambda: [UNNAMED])
    tags: list[str] = field(default_factory=lambda: [""])
    bodies: list[dict[str, Any]] = field(default_factory=list)
    ahead_ns: int = 0
    unsaid: frozenset[Unsaid] = frozenset()
    processes: list[Process] = field(default_factory=list)
    damaged: set[int] = field(default_factory=set)

    def process(self, pid: int, *, host: str = "shop-1", boot: int = 7) -> Self:
        """From here on, another process writes."""
        self.processes.append(Process(len(self.bodies) + 1, pid, host, boot, self.now_ns + self.ahead_ns))
        return self

    def clock_set(self, seconds: float) -> Self:
        """Somebody sets the wall clock forward, or back; the monotonic one goes on."""
        self.ahead_ns += int(seconds * NS)
        return self

    def wait(self, seconds: float) -> Self:
        """Time passes and nothing happens."""
        self.now_ns += int(seconds * NS)
        return self

    def run(
        self, run_id: str, *, workflow: str = "checkout", business_key: str = "", args: Sequence[Any] = ()
    ) -> RunStory:
        """A run begins."""
        run = self.lost_run(run_id, workflow=workflow)
        run.event(
            EventType.RunStarted, run.declaration, args=list(args), kwargs={}, workflow=f"shop.flows:{workflow}",
            business_key=business_key, parent="", source="",
        )  # fmt: skip
        return run

    def lost_run(self, run_id: str, *, workflow: str = "checkout") -> RunStory:
        """A run whose beginning is not in the log."""
        return RunStory(self, run_id, Declaration(workflow, Kind.PURE, kind_assumed=False))

    def history(self) -> History:
        """What the log holds so far."""
        process = Process(first_seq=1, pid=4242, host="shop-1", boot=7, started_ns=BEGAN_NS)
        return History(
            self.columns, self.runs, self.names, self.tags, self._payload,
            processes=[process, *self.processes], engine=self.engine, origin=self.origin, unsaid=self.unsaid,
        )  # fmt: skip

    def _payload(self, row: int) -> Any:
        if row in self.damaged:
            raise UndecodableError("extension 12 is cut off", where="$")
        return self.bodies[row]

    def report(
        self,
        *,
        torn: bool = False,
        rotten: bool = False,
        writer_alive: bool = False,
        same_boot: bool | None = True,
        synced_seq: int | None = None,
        closed: bool = False,
    ) -> Report:
        """The state in which the log was found; everything is synced unless told otherwise."""
        last = len(self.bodies)
        wanted = [(torn, GapReason.TORN), (rotten, GapReason.ROTTEN)]
        return Report(
            events=last, frames=last, last_seq=last, synced_seq=last if synced_seq is None else synced_seq,
            segments=1, gaps=[Gap(4096, 100, reason) for found, reason in wanted if found], closed=closed,
            same_boot=same_boot, writer_alive=writer_alive, version=1, recording="ab" * 16,
        )  # fmt: skip

    def append(
        self,
        event: EventType,
        run_id: str,
        declaration: Declaration,
        position: Position,
        facts: tuple[int, str, int],
        body: dict[str, Any],
    ) -> int:
        """One event, a second after the last; `facts` are attempt, error class and cause."""
        attempt, error_type, cause = facts
        columns = self.columns
        self.wait(1)
        columns.seq.append(len(self.bodies) + 1)
        columns.time_ns.append(self.now_ns + self.ahead_ns)
        columns.mono_ns.append(self.now_ns - BEGAN_NS)
        columns.type.append(event)
        columns.run.append(_number(self.runs, run_id))
        columns.name.append(_number(self.names, declaration))
        columns.tag.append(_number(self.tags, error_type))
        columns.attempt.append(attempt)
        columns.cause.append(cause)
        columns.path.extend(array("I", position))
        columns.path_end.append(len(columns.path))
        self.bodies.append(body)
        return len(self.bodies)


def _number(table: list[Any], entry: Any) -> int:
    if entry not in table:
        table.append(entry)
    return table.index(entry)


@dataclass
class RunStory:
    """One run of the story."""

    story: Story
    run_id: str
    declaration: Declaration
    calls: int = 0
    steps: dict[str, StepStory] = field(default_factory=dict)

    def event(
        self,
        event: EventType,
        declaration: Declaration = UNNAMED,
        position: Position = NOWHERE,
        facts: tuple[int, str, int] = (0, "", 0),
        **body: Any,
    ) -> int:
        """Any event of this run; its number."""
        return self.story.append(event, self.run_id, declaration, position, facts, body)

    def next_position(self) -> Position:
        """The position of the next call."""
        self.calls += 1
        return (self.calls,)

    def step(
        self,
        name: str,
        *,
        kind: str | None = None,
        key: str = "",
        args: Sequence[Any] = (),
        at: Position | None = None,
        **declared: Any,
    ) -> StepStory:
        """The code reaches a step; nothing is logged before `started` or an outcome.

        Args:
            name: Name of the step.
            kind: Declared kind; nobody declared one by default.
            key: Idempotency key.
            args: Arguments.
            at: Position; the next one by default.
            declared: Other fields of its `Declaration`.
        """
        declared = {"undo": f"undo_{name}" if kind == "compensatable" else "", "module": "shop.flows"} | declared
        declaration = Declaration(name, Kind(kind or "write"), kind_assumed=kind is None, **declared)
        step = self.steps[name] = StepStory(self, declaration, at or self.next_position(), key, args)
        return step

    def timer(self, seconds: float) -> WaitStory:
        """The code sleeps."""
        due = {"seconds": seconds, "due_ns": self.story.now_ns + int(seconds * NS)}
        return WaitStory(self, EventType.TimerStarted, "", due, seconds)

    def signal(self, name: str, value: Any = None) -> Self:
        """The code waits for a signal, which comes."""
        wait = WaitStory(self, EventType.SignalAwaited, name, {"timeout_seconds": None})
        received = self.event(EventType.SignalReceived, _plain(name), value=value)
        wait.answered(EventType.SignalConsumed, cause=received)
        return self

    def received(self, name: str, value: Any = None) -> Self:
        """A signal arrives that nobody waits for yet."""
        self.event(EventType.SignalReceived, _plain(name), value=value)
        return self

    def child(self, name: str, run_id: str) -> WaitStory:
        """The code starts a child run, whose own story is told by `Story.run`."""
        return WaitStory(self, EventType.ChildStarted, name, {"args": [], "kwargs": {}, "id": run_id})

    def drew(self, event: EventType, value: Any) -> Self:
        """The clock was read, or a number or id drawn."""
        self.event(event, position=self.next_position(), value=value, at=[FILE, 10, self.declaration.name])
        return self

    def compensation(self, name: str) -> CompensationStory:
        """The undo of a step of this run."""
        return CompensationStory(self, self.steps[name])

    def recovered(self, *, after_seconds: float = 0) -> Self:
        """The run goes on in a new process."""
        self.story.wait(after_seconds)
        self.event(EventType.RunRecovered, self.declaration, workflow=f"shop.flows:{self.declaration.name}", source="")
        return self

    def completed(self, result: Any = None) -> Self:
        """The run returned."""
        self.event(EventType.RunCompleted, self.declaration, result=result)
        return self

    def failed(self, error: str, message: str = "") -> Self:
        """The run raised."""
        self.event(EventType.RunFailed, self.declaration, facts=(0, error, 0), error=recorded(error, message))
        return self

    def cancelled(self) -> Self:
        """The run was cancelled."""
        self.event(EventType.RunCancelled, self.declaration)
        return self


@dataclass
class StepStory:
    """One step of a run, attempt after attempt."""

    run: RunStory
    declaration: Declaration
    position: Position
    key: str
    args: Sequence[Any]
    attempt: int = 0
    intent: int = 0
    open: bool = False
    kwargs: dict[str, Any] = field(default_factory=dict)

    def given(self, **kwargs: Any) -> Self:
        """It is called with keyword arguments."""
        self.kwargs = kwargs
        return self

    def _event(self, event: EventType, error: str = "", /, **body: Any) -> Self:
        cause = 0 if event is EventType.StepStarted else self.intent
        facts = (0 if event is EventType.StepResolved else self.attempt, error, cause)
        seq = self.run.event(event, self.declaration, self.position, facts, **body)
        self.intent = seq if event is EventType.StepStarted else self.intent
        self.open = event is EventType.StepStarted
        return self

    def started(self, *, attempt: int | None = None, key: str | None = None) -> Self:
        """The next attempt begins."""
        self.attempt = self.attempt + 1 if attempt is None else attempt
        self.key = self.key if key is None else key
        body: dict[str, Any] = {"args": list(self.args), "kwargs": self.kwargs} if self.attempt == 1 else {}
        body |= {"key": self.key} if self.key else {}
        line = 40 + self.position[-1]
        return self._event(EventType.StepStarted, **body, at=[FILE, line, self.run.declaration.name])

    def died(self) -> Self:
        """The process died during the attempt: nothing more is logged of it."""
        self.open = False
        return self

    def completed(self, result: Any = None) -> Self:
        """The attempt returned."""
        return self._begun()._event(EventType.StepCompleted, result=result)

    def unrecorded(self) -> Self:
        """The attempt returned something that cannot be recorded."""
        return self._begun()._event(EventType.StepCompleted, unrecorded="no way to record a socket", type="socket")

    def failed(self, error: str, message: str = "", *, definite: bool = True) -> Self:
        """The last attempt raised."""
        return self._begun()._event(EventType.StepFailed, error, definite=definite, error=recorded(error, message))

    def attempt_failed(
        self, error: str, message: str = "", *, definite: bool = False, retry_in_seconds: float = 1.0
    ) -> Self:
        """The attempt raised and another will follow."""
        body = {"definite": definite, "retry_in_seconds": retry_in_seconds, "error": recorded(error, message)}
        return self._begun()._event(EventType.AttemptFailed, error, **body)

    def cancelled(self) -> Self:
        """The workflow stopped waiting."""
        return self._begun()._event(EventType.StepCancelled)

    def resolved(self, *, happened: bool, result: Any = None) -> Self:
        """A person settled the doubt."""
        facts = {"result": result} if happened else {}
        return self._event(EventType.StepResolved, happened=happened, by="person", **facts)

    def _begun(self) -> Self:
        return self if self.open else self.started()


class WaitStory:
    """A timer, or a wait for a signal or a child run."""

    def __init__(self, run: RunStory, event: EventType, name: str, body: dict[str, Any], seconds: float = 0) -> None:
        self.run, self.name, self.seconds = run, name, seconds
        self.position = run.next_position()
        at = [FILE, 40 + self.position[-1], run.declaration.name]
        self.intent = run.event(event, _plain(name), self.position, **body, at=at)

    def answered(self, event: EventType, *, cause: int = 0, **body: Any) -> Self:
        """The wait is over."""
        self.run.event(event, _plain(self.name), self.position, (0, "", cause or self.intent), **body)
        return self

    def completed(self, result: Any = None) -> Self:
        """The child run returned."""
        return self.answered(EventType.ChildCompleted, result=result)

    def fired(self) -> Self:
        """The timer fired when it was due."""
        self.run.story.wait(self.seconds)
        return self.answered(EventType.TimerFired)


@dataclass
class CompensationStory:
    """The undo of one step: its events stand at the step's position and carry the undo's name."""

    run: RunStory
    step: StepStory
    open: bool = False

    def _event(self, event: EventType, error: str = "", /, **body: Any) -> Self:
        undo = Declaration(self.step.declaration.undo, Kind.IDEMPOTENT, kind_assumed=False)
        self.run.event(event, undo, self.step.position, (0, error, 0), **body)
        self.open = event is EventType.CompensationStarted
        return self

    def started(self) -> Self:
        """The undo begins."""
        return self._event(EventType.CompensationStarted)

    def completed(self, result: Any = None) -> Self:
        """The undo returned."""
        return self._begun()._event(EventType.CompensationCompleted, result=result)

    def failed(self, error: str = "RefundRefused", *, definite: bool | None = True) -> Self:
        """The undo raised; `definite=None` where the engine does not say whether it acted."""
        said = {} if definite is None else {"definite": definite}
        return self._begun()._event(EventType.CompensationFailed, error, **said, error=recorded(error))

    def _begun(self) -> Self:
        return self if self.open else self.started()


def _plain(name: str) -> Declaration:
    return Declaration(name, Kind.PURE, kind_assumed=False) if name else UNNAMED
