"""The way from a step to the services: requests are slow, late and lost on it, and their senders die.

All in virtual time. What is asked is written into the book of requests (`Traffic`), what is done into the ledger.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.simulate.client import RefusedError
from workbench.simulate.crash import die
from workbench.simulate.faults import FaultCounter, FaultKind, FaultPlan, FaultRule
from workbench.simulate.ledger import Ledger
from workbench.simulate.services import Knobs, Request, Response, Setting, Shop
from workbench.simulate.traffic import Asked, Late, Told, Traffic
from workbench.simulate.virtual_clock import VirtualClock

__all__ = ["DEADLINE_NS", "EXECUTION", "Wire"]

EXECUTION: ContextVar[int] = ContextVar("EXECUTION", default=0)
"""Number of the event in which the step was begun that is now executed; a sweep sets it."""
DEADLINE_NS: ContextVar[int] = ContextVar("DEADLINE_NS", default=0)
"""When the client of the step that is now executed gives up; 0 for its own patience. A sweep sets it."""
_RECALLED: ContextVar[list[Asked] | None] = ContextVar("_RECALLED", default=None)

PATIENCE_SECONDS = 30.0
"""How long a client waits for an answer unless told otherwise."""
SHORTEST_TRIP_SECONDS = 1.0
"""A request whose sender dies meanwhile is under way at least so long."""
_REFUSALS = 400
_NS = 1_000_000_000
_SECRET = b"signs the tokens of a simulation"


class Wire:
    """Carries requests to the services of one world.

    Args:
        folder: Where the world is.
        clock: Its time.
        knobs: What its services are like.
        faults: Which requests go wrong.
        opened_ns: When the services opened for the first time.

    Attributes:
        doom: Whether the process dies at the request of this number `before` it is sent, when it is `sent`, or when it
            is `done`.
        trip_seconds: How long the answer to the request of this number takes.
    """

    def __init__(self, folder: Path, clock: VirtualClock, knobs: Knobs, faults: FaultPlan, opened_ns: int) -> None:
        self._folder = folder
        self._clock = clock
        self._arriving_ns = 0
        self._mutex = threading.Lock()
        self.traffic = Traffic(folder)
        self._ledger = Ledger(folder / "ledger.jsonl", now_ns=self._now_ns)
        self._shop = Shop(Setting(self._ledger, self._now_ns, _SECRET, knobs, opened_ns))
        self._faults = faults
        self.doom: Callable[[int, str], bool] = lambda *_: False
        self.trip_seconds: Callable[[int], float] = lambda _: 0.0

    def _now_ns(self) -> int:
        return self._arriving_ns or self._clock.now_ns()

    @cached_property
    def _counted(self) -> FaultCounter:
        """The faults, with the requests of earlier workers counted."""
        counter = FaultCounter(self._faults)
        for one in self.traffic.read():
            if one.told is not Told.NOBODY:
                counter.strike(one.service, one.method, one.path)
        return counter

    @cached_property
    def _number(self) -> int:
        return max((one.number for one in self.traffic.read()), default=0)

    # --- one request ----------------------------------------------------------------------------------------

    def ask(self, request: Request, timeout_seconds: float | None = None) -> Any:
        """Send a request and wait for its answer. See `World.ask`.

        Raises:
            RefusedError: The service refused or failed.
            TimeoutError: No answer came in time.
        """
        recalled = _RECALLED.get()
        if recalled is not None:
            return _recall(recalled, request)
        with self._mutex:
            self._arrive(self._clock.ns)
            self._number = number = self._number + 1
            service = self._shop.service_of(request)
            asked = Asked(number, self._clock.ns, service, request.method, request.path, EXECUTION.get(), Told.NOTHING)
            rule = self._counted.strike(service, request.method, request.path)
        if self.doom(number, "before"):
            die()
        return self._carry(request, asked, rule, self._patience(timeout_seconds))

    def _carry(self, request: Request, asked: Asked, rule: FaultRule | None, patience_seconds: float) -> Any:
        trip = self.trip_seconds(asked.number) + (rule.delay_seconds if rule is not None else 0.0)
        if self.doom(asked.number, "sent"):
            self._send(request, asked, max(trip, SHORTEST_TRIP_SECONDS))
            die()
        if rule is not None and rule.kind is FaultKind.HOLD_BEFORE:
            raise self._silence(asked, patience_seconds)
        if trip > patience_seconds:
            self._send(request, asked, trip)
            self.wait(patience_seconds)
            raise _unheard(asked)
        self.wait(trip)
        if rule is not None and rule.kind is FaultKind.ERROR:
            return self._told(Response(rule.status, {"error": "fault", "message": "nothing was done"}), asked)
        return self._answered(request, asked, rule, patience_seconds)

    def _answered(self, request: Request, asked: Asked, rule: FaultRule | None, patience_seconds: float) -> Any:
        """The service does it; whether anybody hears of that is another matter."""
        with self._mutex:
            answer, asked = self._handled(request, asked)
        if self.doom(asked.number, "done"):
            self.traffic.write(asked)
            die()
        if rule is not None and rule.kind is FaultKind.HOLD_REPLY:
            raise self._silence(asked, patience_seconds)
        if rule is not None and rule.kind is FaultKind.DROP_REPLY:
            raise self._silence(asked, 0.0)
        return self._told(answer, asked)

    def _handled(self, request: Request, asked: Asked) -> tuple[Response, Asked]:
        self._shop.let_others_act()
        before = self._ledger.count
        answer = self._shop.handle(request)
        entries = tuple(range(before + 1, self._ledger.count + 1))
        now_ns = self._arriving_ns or self._clock.ns
        return answer, replace(asked, time_ns=now_ns, status=answer.status, entries=entries, answer=answer.body)

    def _told(self, answer: Response, asked: Asked) -> Any:
        refused = answer.status >= _REFUSALS
        told = Told.REFUSAL if refused else Told.ANSWER
        self.traffic.write(replace(asked, status=answer.status, told=told, answer=answer.body))
        return _content(answer.status, answer.body)

    def _silence(self, asked: Asked, seconds: float) -> TimeoutError:
        self.traffic.write(asked)
        self.wait(seconds)
        return _unheard(asked)

    def _patience(self, timeout_seconds: float | None) -> float:
        own = PATIENCE_SECONDS if timeout_seconds is None else timeout_seconds
        deadline_ns = DEADLINE_NS.get()
        return min(own, max(0.0, (deadline_ns - self._clock.ns) / _NS)) if deadline_ns else own

    # --- time -----------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        """Let time pass; what is due meanwhile happens, each thing at its time."""
        self._clock.sleep(seconds)
        with self._mutex:
            self._arrive(self._clock.ns)

    def settle(self) -> None:
        """Let everything arrive that is on its way."""
        last_ns = max((late.due_ns for late in self.traffic.on_its_way()), default=0)
        self.wait(max(0.0, (last_ns - self._clock.ns) / _NS))
        with self._mutex:
            self._shop.let_others_act()

    def _send(self, request: Request, asked: Asked, trip_seconds: float) -> None:
        """It arrives later, whether or not anybody waits for it then."""
        self.traffic.write(asked)
        self.traffic.send(Late(self._clock.ns + int(trip_seconds * _NS), asked, request))

    def _arrive(self, now_ns: int) -> None:
        for late in self.traffic.arrivals(now_ns):
            self._arriving_ns = late.due_ns
            try:
                self.traffic.write(self._handled(late.request, late.asked)[1])
            finally:
                self._arriving_ns = 0

    # --- looking --------------------------------------------------------------------------------------------

    def recall(self, executions: Sequence[int], function: Callable[[], Any]) -> Any:
        """See `World.recall`."""
        heard = [one for one in self.traffic.read() if one.execution in executions and one.status]
        token = _RECALLED.set(heard)
        try:
            return function()
        finally:
            _RECALLED.reset(token)

    def close(self) -> None:
        """Let go of the ledger."""
        self._ledger.close()


def request_of(
    method: str, path: str, body: object, headers: Mapping[str, str] | None, query: Mapping[str, str] | None
) -> Request:
    """A request as the services read it."""
    segments = tuple(part for part in path.split("/") if part)
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return Request(method, segments, query or {}, lower, body)


def _unheard(asked: Asked) -> TimeoutError:
    return TimeoutError(f"{asked.method} {asked.path}: no answer")


def _recall(recalled: list[Asked], request: Request) -> Any:
    for one in recalled:
        if (one.method, one.path) == (request.method, request.path):
            recalled.remove(one)
            return _content(one.status, one.answer)
    raise LookupError(f"nobody has answered {request.method} {request.path}")


def _content(status: int, body: Any) -> Any:
    if status >= _REFUSALS:
        raise RefusedError(status, str(body.get("error", "")), str(body.get("message", "")))
    return body
