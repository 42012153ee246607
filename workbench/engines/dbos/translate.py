"""DBOS's rows as events.

Of every operation DBOS keeps one row, written when it is over: two events, its beginning and its end. What was running
when a process died has no row. So an open run gets one more step, of unknown name, in doubt: it may have begun behind
the last one that ended. So does any run where numbers of operations have no row: of steps that ran side by side with
others and never ended. Built-in operations count as what DBOS's manual says they are, steps as writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from workbench.engines.dbos.database import Contents, Row
from workbench.engines.dbos.failures import attempts_of
from workbench.engines.dbos.values import arguments_of, error_of, result_of
from workbench.engines.rows import Body, Fact, Later, Rows, called, shown
from workbench.model import EventType, Kind, Position

__all__ = ["translate"]

_MS = 1_000_000
_UNKNOWN_STEP = "(unknown step)"
_INFERRED = (
    "inferred: DBOS writes a step down when it is over, so one may have begun here and acted; its name is unknown"
)
_UNTOLD = (
    "inferred: the database holds no row of this number though it holds later ones: a step that began and did not end, "
    "or a transaction that is kept in another database"
)
_OLD = "before version 3, DBOS kept transactions in the database of the application: what they did is not in this one"
_STALE = "the newest changes are missing: they are in a -wal file that cannot be read"
_NO_BEGINNING = "when it began is not recorded"
_DEADLINE = "the deadline of a wait, noted and not slept through"
_SLACK_MS = 50
_SLEEP, _RECV, _RESULT, _SET = "DBOS.sleep", "DBOS.recv", "DBOS.getResult", "DBOS.setEvent"
_PATIENT = frozenset({_RECV, "DBOS.getEvent"})
"""They take two numbers; the second is that of a sleep, and has a row only if they had to wait."""
_LOOKING = "getEvent getResult getStatus get_events getSchedule list read retrieve wait asyncio_wait"
_ENDED = {"SUCCESS": EventType.RunCompleted, "ERROR": EventType.RunFailed, "CANCELLED": EventType.RunCancelled}
_GIVEN_UP = frozenset({"MAX_RECOVERY_ATTEMPTS_EXCEEDED", "RETRIES_EXCEEDED"})
_WAITING = frozenset({"ENQUEUED", "DELAYED"})
_MOST_POSITION = (1 << 32) - 2


class _Told(NamedTuple):
    """One event before it is sorted into its run."""

    time_ns: int
    order: tuple[int, int]
    fact: Fact
    body: dict[str, Any]


def translate(contents: Contents, rows: Rows) -> list[Body]:
    """Add every run of a database.

    Returns:
        The body of each row that was added.
    """
    bodies: list[Body] = []
    steps, messages = (
        _by(contents.of("operation_outputs"), "workflow_uuid"),
        _by(contents.of("notifications"), "destination_uuid"),
    )
    inputs, outputs = (_one_by(contents.of(f"workflow_{what}")) for what in ("input", "output"))
    events = {(row.get("workflow_uuid"), row.get("function_id")): row for row in contents.of("workflow_events_history")}
    for status in contents.of("workflow_status"):
        key = status.get("workflow_uuid")
        run = _Run(status, steps.get(key, []), messages.get(key, []))
        run.given, run.came = inputs.get(key, {}), outputs.get(key, {})
        run.events = events
        number, _ = rows.run(_text(key) or "(unnamed)")
        first = len(rows)
        run.unseen = [] if "workflow_input" in contents.tables else [_OLD]
        run.missing = [_STALE] if contents.stale else []
        for told in run.told(first):
            rows.add(number, told.time_ns, told.fact)
            bodies.append(Body(told.body))
    return bodies


class _Run:
    """One row of `workflow_status` with all that belongs to it."""

    def __init__(self, status: Row, steps: list[Row], messages: list[Row]) -> None:
        self.status = status
        self.steps = sorted(steps, key=lambda row: _number(row.get("function_id")))
        self.messages = messages
        self.taken = {row.get("consumed_by_function_id"): row for row in reversed(messages)}
        self.unseen: list[str] = []
        self.missing: list[str] = []
        self.given: Row = {}
        self.came: Row = {}
        self.events: dict[Any, Row] = {}
        self._children: dict[str, tuple[Position, str]] = {}
        self._began = _number(status.get("created_at"))

    def told(self, first: int) -> list[_Told]:
        """Its events in order; `first` is the number of the last event before them."""
        inner = [told for row in self.steps for told in self._step(row)]
        inner += [self._message(row) for row in self.messages]
        inner += self._untold()
        timed = all(_number(row.get("completed_at_epoch_ms")) for row in self.steps)
        inner.sort(key=lambda told: (told.time_ns if timed else 0, told.order))
        every = [self._started(), *inner, *self._ended(max((told.time_ns for told in inner), default=0))]
        return _linked(every, first)

    def _started(self) -> _Told:
        status = self.status
        inputs = _first(status.get("inputs"), self.given.get("inputs"))
        packed = (inputs, _text(status.get("serialization")))
        recoveries = max(0, _number(status.get("recovery_attempts")) - 1)
        fork = _text(status.get("forked_from"))
        body = {
            "args": Later(lambda raw: arguments_of(*raw)[0], packed),
            "kwargs": Later(lambda raw: arguments_of(*raw)[1], packed),
            "business_key": fork or _text(status.get("workflow_uuid")),
            "parent": _text(status.get("parent_workflow_id")),
            "recoveries": recoveries,
            "assumed": _assumed(fork, recoveries),
            "unseen": self.unseen,
            "missing": self.missing,
            "raw": status,
        }
        return _Told(self._began * _MS, (0, 0), Fact(EventType.RunStarted, declaration=self._workflow), body)

    @property
    def _workflow(self) -> Any:
        return shown(_text(self.status.get("name")))

    def _ended(self, last_ns: int) -> Iterator[_Told]:
        said = _text(self.status.get("status"))
        end = _number(_first(self.status.get("completed_at"), self.status.get("updated_at"))) * _MS
        time_ns = max(end, last_ns, self._began * _MS)
        if said not in {"SUCCESS", "ERROR"} and not (said in _WAITING and not self.steps):
            position = (
                min(max((_number(row.get("function_id")) for row in self.steps), default=0), _MOST_POSITION) + 1,
            )
            inferred = {"assumed": [_INFERRED]}
            last = last_ns or self._began * _MS
            yield _Told(last, (0, 0), Fact(EventType.StepStarted, position, called(_UNKNOWN_STEP)), inferred)
        type_ = EventType.RunFailed if said in _GIVEN_UP else _ENDED.get(said)
        if type_ is None:
            return
        error = _first(self.status.get("error"), self.came.get("error"))
        serialization = _text(self.status.get("serialization"))
        body: dict[str, Any] = {"status": said}
        error_type = ""
        if type_ is EventType.RunFailed:
            failure = error_of(error, serialization) if error is not None else None
            error_type = failure.type_name if failure is not None else said
            body |= {"error": failure} if failure is not None else {}
        elif type_ is EventType.RunCancelled:
            body["by"] = "operator"
        else:
            output = _first(self.status.get("output"), self.came.get("output"))
            body["result"] = Later(lambda raw: result_of(*raw), (output, serialization))
        yield _Told(time_ns, (0, 0), Fact(type_, declaration=self._workflow, error_type=error_type), body)

    # --- operations -----------------------------------------------------------------------------------------

    def _step(self, row: Row) -> Iterator[_Told]:
        number = min(max(_number(row.get("function_id")), 0), _MOST_POSITION)
        began, ended = (_number(row.get(f"{what}_at_epoch_ms")) for what in ("started", "completed"))
        ended = ended or began or self._began
        opening, closing = self._kinds(row, number, began, ended)
        if not began and opening[0].type is EventType.StepStarted:
            fact = closing[0]._replace(type=EventType.StepRecorded, cause=0)
            yield _Told(ended * _MS, (number, 1), fact, closing[1] | {"assumed": [_NO_BEGINNING]})
            return
        yield _Told((began or ended) * _MS, (number, 0), *opening)
        yield _Told(ended * _MS, (number, 1), *closing)

    def _untold(self) -> Iterator[_Told]:
        """A step in doubt for each stretch of numbers without a row, between the rows around it."""
        names = {min(_number(row.get("function_id")), _MOST_POSITION): row for row in self.steps}
        for before, after in pairwise([0, *names]):
            own = after == before + 2 and _text(names.get(before, {}).get("function_name")) in _PATIENT
            if after <= before + 1 or own:
                continue
            time_ns = _number(names.get(before, {}).get("completed_at_epoch_ms")) * _MS or self._began * _MS
            fact = Fact(EventType.StepStarted, (before + 1,), called(_UNKNOWN_STEP))
            yield _Told(time_ns, (before + 1, 0), fact, {"assumed": [_UNTOLD]})

    def _kinds(self, row: Row, number: int, began: int, ended: int) -> tuple[tuple[Fact, dict[str, Any]], ...]:
        """What an operation's two events are."""
        name, child = _text(row.get("function_name")), _text(row.get("child_workflow_id"))
        position = (number,)
        failure = self._failure(row)
        ending: dict[str, Any] = {"error": failure} if failure is not None else {"result": self._result(row)}
        error_type = failure.type_name if failure is not None else ""
        if name == _SLEEP:
            return _sleep(row, position, began, ended)
        if name == _RECV:
            return self._received(position, number, ending, error_type)
        if name == _RESULT and child in self._children:
            at, label = self._children[child]
            type_ = EventType.ChildFailed if error_type else EventType.ChildCompleted
            note = Fact(EventType.NoteRecorded, position, shown(_RESULT))
            return (note, {"child": child}), (Fact(type_, at, shown(label), error_type=error_type), ending)
        if child and name != _RESULT and not error_type:
            self._children[child] = position, name
            return (
                (Fact(EventType.ChildStarted, position, shown(name)), {"id": child}),
                (Fact(EventType.ChildBegan, position, shown(name)), {"id": child}),
            )
        declared = called(name or "(unnamed step)", _kind_of(name))
        attempts = attempts_of(failure) if failure is not None else 0
        opened = Fact(EventType.StepStarted, position, declared, attempts)
        type_ = EventType.StepFailed if error_type else EventType.StepCompleted
        return (opened, self._given(name, number)), (Fact(type_, position, declared, error_type=error_type), ending)

    def _failure(self, row: Row) -> Any:
        error = row.get("error")
        return error_of(error, _text(row.get("serialization"))) if error is not None else None

    def _result(self, row: Row) -> Later:
        return Later(lambda raw: result_of(*raw), (row.get("output"), _text(row.get("serialization"))))

    def _given(self, name: str, number: int) -> dict[str, Any]:
        """The arguments of a step are not recorded; those of `setEvent` are, as what it set."""
        event = self.events.get((self.status.get("workflow_uuid"), number)) if name == _SET else None
        if event is None:
            return {}
        packed = (event.get("value"), _text(event.get("serialization")))
        return {"args": Later(lambda raw: [event.get("key"), result_of(*raw)], packed), "kwargs": {}}

    def _received(
        self, position: Position, number: int, ending: dict[str, Any], error_type: str
    ) -> tuple[tuple[Fact, dict[str, Any]], ...]:
        message = self.taken.get(number)
        topic = shown(_topic(message)) if message is not None else shown("(topic not recorded)")
        empty = message is None and not error_type and ending["result"].raw[0] is None
        type_ = EventType.SignalTimedOut if empty or error_type else EventType.SignalConsumed
        return (
            (Fact(EventType.SignalAwaited, position, topic), {}),
            (Fact(type_, position, topic, error_type=error_type), ending | {"message": message}),
        )

    def _message(self, row: Row) -> _Told:
        packed = (row.get("message"), _text(row.get("serialization")))
        body = {"value": Later(lambda raw: result_of(*raw), packed), "raw": row}
        fact = Fact(EventType.SignalReceived, declaration=shown(_topic(row)))
        return _Told(_number(row.get("created_at_epoch_ms")) * _MS, (0, 0), fact, body)


def _sleep(row: Row, position: Position, began: int, ended: int) -> tuple[tuple[Fact, dict[str, Any]], ...]:
    """A sleep's output is the moment of waking; a wait for a message notes its deadline in the same way."""
    wakes = result_of(row.get("output"), _text(row.get("serialization")))
    known = isinstance(wakes, (int, float)) and 0 < wakes < 1 << 40
    seconds = wakes - began / 1000 if known and began else None
    fired = not known or ended + _SLACK_MS >= wakes * 1000
    ending = {} if fired else {"assumed": [_DEADLINE]}
    type_ = EventType.TimerFired if fired else EventType.TimerCancelled
    return (Fact(EventType.TimerStarted, position), {"seconds": seconds}), (Fact(type_, position), ending)


def _linked(every: list[_Told], first: int) -> list[_Told]:
    """Ends point at their beginnings, a taken message at its arrival."""
    opened: dict[Position, int] = {}
    arrived: dict[int, int] = {}
    linked = []
    for seq, told in enumerate(every, first + 1):
        fact, position = told.fact, told.fact.position
        message = told.body.get("message")
        if message is not None:
            fact = fact._replace(cause=arrived.get(id(message), 0))
        elif position and position in opened:
            fact = fact._replace(cause=opened[position])
        if position:
            opened.setdefault(position, seq)
        if fact.type is EventType.SignalReceived:
            arrived[id(told.body["raw"])] = seq
        linked.append(told._replace(fact=fact))
    return linked


def _assumed(fork: str, recoveries: int) -> list[str]:
    found = []
    if fork:
        found.append(f"it was forked from run {fork}: steps that are older than the run were done by that one")
    if recoveries:
        found.append(
            f"recoveries: {recoveries}; what was running then was executed again, and which step is not recorded"
        )
    return found


def _kind_of(name: str) -> Kind:
    """DBOS's own operations: those that look, and `setEvent`, which sets what the same call has set before."""
    if name == _SET:
        return Kind.IDEMPOTENT
    own = name.removeprefix("DBOS.")
    return Kind.READ if own != name and own.startswith(tuple(_LOOKING.split())) else Kind.WRITE


def _topic(row: Row) -> str:
    topic = _text(row.get("topic"))
    return "(no topic)" if topic in {"", "__null__topic__"} else topic


def _by(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row.get(column), []).append(row)
    return found


def _one_by(rows: list[Row]) -> dict[Any, Row]:
    return {row.get("workflow_uuid"): row for row in rows}


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)[:200]


def _number(value: Any) -> int:
    if isinstance(value, (int, float)) and 0 <= value < 1 << 42:
        return int(value)
    return 0
