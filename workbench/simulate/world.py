"""`World`: virtual time, the simulated services, and the truth about them, as one thing that a person holds.

    world = World(seed=1, stock={"sku-7": 1}, token_lifetime_seconds=900)
    world.run(checkout, "order-7")           # hours pass in no time
    world.ledger                             # what really happened, a DataFrame

Steps talk to the world in which their process lives: `here().payment.charge(order, 4200, key=wb.current_key())`.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from workbench._errors import UsageError
from workbench.model import instant
from workbench.recorder import Recorder
from workbench.simulate.client import Clients
from workbench.simulate.faults import FaultPlan
from workbench.simulate.ledger import Ledger, LedgerEntry
from workbench.simulate.services import Knobs, Purchase, Switch
from workbench.simulate.traffic import Asked, Traffic
from workbench.simulate.virtual_clock import VirtualClock
from workbench.simulate.wire import Wire, request_of
from workbench.simulate.worker_clock import WorkerClock

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OPENED_NS", "Turned", "World", "here"]

OPENED_NS = 1_748_851_200 * 1_000_000_000
"""Where time begins: 2025-06-02 08:00 UTC. In the past, so that a recording of it is never one of the future."""
_NEXT_WORKER = 1_000_003
"""How far the seeds of a worker and of the one after it are apart."""


class Turned(TypedDict, total=False):
    """Knobs that a world takes by name; what each means stands in `workbench.simulate.services.Knobs`."""

    token_lifetime_seconds: int
    key_lifetime_seconds: int
    stock: Mapping[str, int]
    accounts: Mapping[str, str]
    purchases: Sequence[tuple[float, str] | tuple[float, str, int]]
    flags: Mapping[str, bool]
    switches: Sequence[tuple[float, str, bool]]
    charge_errors: Mapping[int, int]
    caches_errors: bool


class World(Clients):
    """A world of its own: a clock, services, a network between, and a ledger that says what really happened.

    Everything is in its folder, so it outlives a worker that is killed: another process goes on with `at(folder)`.

    Args:
        seed: Decides ids, random numbers and how long answers take.
        faults: Which requests go wrong, and how: a `FaultPlan`, or its JSON (`workbench.simulate.faults`).
        latency_seconds: How long an answer takes: a number, or the least and the most.
        skew_seconds: How far the worker's clock is ahead of the services'; several for a worker and those that go
            on after it died.
        folder: Where it is; a temporary one by default.
        knobs: What the services shall be like, by name: `stock={"sku-7": 1}`, `purchases=[(60, "sku-7")]`,
            `token_lifetime_seconds=900`, `charge_errors={1: 500}` … (`workbench.simulate.services.Knobs`).

    Attributes:
        tokens: Token issuer. Also `stock`, `payment`, `subscriptions`, `mail` and `flags`.
        ending: How the life ended that a sweep judges: `completed`, `compensated` …; `""` otherwise.
        life: Number of the worker, from 0.
        trail: What was done to go on after a crash, in words.

    Raises:
        UsageError: There is no such knob, or the faults are no plan.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: FaultPlan | Sequence[Mapping[str, object]] = (),
        latency_seconds: float | tuple[float, float] = 0.0,
        skew_seconds: float | Sequence[float] = 0.0,
        folder: Path | str | None = None,
        **knobs: Unpack[Turned],
    ) -> None:
        super().__init__(self.ask)
        self.seed = seed
        self.faults = faults if isinstance(faults, FaultPlan) else FaultPlan.from_json(list(faults))
        self.latency_seconds = latency_seconds
        self.skew_seconds = skew_seconds
        self._folder = Path(folder) if folder is not None else None
        self._turned = knobs
        self._knobs = _knobs(seed, knobs)
        self.ending = ""
        self.life = 0
        self.trail: list[str] = []

    def at(
        self, folder: Path | str | None = None, *, faults: FaultPlan | None = None, seed: int | None = None
    ) -> World:
        """The same kind of world in another folder: a new one, or the one that was left there.

        Args:
            folder: Where.
            faults: Other faults.
            seed: Another seed.
        """
        other = World(
            seed=self.seed if seed is None else seed, faults=self.faults if faults is None else faults,
            latency_seconds=self.latency_seconds, skew_seconds=self.skew_seconds, folder=folder, **self._turned,
        )  # fmt: skip
        other.ending = self.ending
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        """What it is like, for another process; not what happened in it."""
        options = {"seed": self.seed, "faults": self.faults, "latency_seconds": self.latency_seconds}
        options |= {"skew_seconds": self.skew_seconds, "folder": self._folder, **self._turned}
        return _made, (options,)

    # --- where it is ----------------------------------------------------------------------------------------

    @cached_property
    def folder(self) -> Path:
        """Where everything is."""
        if self._folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="world-")
            return Path(self._temporary.name)
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    @property
    def log(self) -> Path:
        """What workers record: `wb.open(world.log)`."""
        return self.folder / "run.wlog"

    @property
    def state(self) -> Path:
        """The disk of a worker that records nothing: for designs that keep their state themselves."""
        place = self.folder / "state"
        place.mkdir(exist_ok=True)
        return place

    @cached_property
    def clock(self) -> VirtualClock:
        """The time of the world; chance goes on elsewhere in each worker, as it does in each new process."""
        return VirtualClock(OPENED_NS, self.seed + _NEXT_WORKER * self.life, path=self.folder / "clock")

    @property
    def worker_clock(self) -> WorkerClock:
        """The time as the worker's machine shows it."""
        skews = self.skew_seconds if isinstance(self.skew_seconds, Sequence) else (self.skew_seconds,)
        return WorkerClock(self.clock, skews[min(self.life, len(skews) - 1)])

    @cached_property
    def wire(self) -> Wire:
        """The way to the services; one process at a time holds it."""
        wire = Wire(self.folder, self.clock, self._knobs, self.faults, OPENED_NS)
        wire.trip_seconds = self._trip_seconds
        return wire

    def _trip_seconds(self, number: int) -> float:
        if not isinstance(self.latency_seconds, tuple):
            return self.latency_seconds
        return random.Random(f"{self.seed}/{number}").uniform(*self.latency_seconds)

    # --- running --------------------------------------------------------------------------------------------

    def run(self, workflow: Callable[..., Any], *args: Any, id: str = "run", **kwargs: Any) -> Any:
        """Record a workflow in this world, in this process; an unfinished run is resumed.

        Args:
            workflow: The code.
            args: Its arguments.
            id: Run id.
            kwargs: Its keyword arguments.

        Raises:
            Exception: What the workflow raises.
        """
        with self, self.recorder() as recorder:
            return recorder.run(workflow, *args, id=id, **kwargs)

    def recorder(self) -> Recorder:
        """A recorder on this world's clock. Simulated secrets are none, so they are written as they are."""
        recorder = Recorder(self.log, clock=self.worker_clock, redact=False)
        bodies: Any = recorder._bodies  # noqa: SLF001 - the clock must know which bodies are at work
        bodies.start, bodies.alone = self.clock.counted(bodies.start), self.clock.counted(bodies.alone)
        return recorder

    def enter(self) -> None:
        """From now on this process lives in this world: steps and probes ask its services."""
        _here[:] = [self]

    def __enter__(self) -> Self:
        """Enter it."""
        self.enter()
        return self

    def __exit__(self, *_: object) -> None:
        """It stays the world of this process until another one is entered: probes may be asked later."""

    def sleep(self, seconds: float) -> None:
        """Let time pass: a step or a script waits, or nobody is there. What is due meanwhile happens at its time."""
        self.wire.wait(seconds)

    def now(self) -> datetime:
        """The time as the worker's machine shows it."""
        return instant(self.worker_clock.now_ns())

    def settle(self) -> None:
        """Let everything arrive that is on its way."""
        self.wire.settle()

    def close(self) -> None:
        """Let go of the ledger, so that another process may go on with it."""
        if "wire" in self.__dict__:
            self.__dict__.pop("wire").close()

    # --- requests -------------------------------------------------------------------------------------------

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
    ) -> Any:
        """Send a request and wait for its answer, in virtual time.

        Args:
            method: HTTP method.
            path: Path, see the text of each service.
            body: A JSON value.
            headers: Headers.
            query: Query parameters.
            timeout_seconds: How long to wait; 30 s by default, less where the step's own time is up before.

        Returns:
            The body of the answer.

        Raises:
            RefusedError: The service refused or failed; `.status` and `.code` say how.
            TimeoutError: No answer came in time: it may have happened, or happen later.
        """
        return self.wire.ask(request_of(method, path, body, headers, query), timeout_seconds)

    def recall(self, executions: Sequence[int], function: Callable[[], Any]) -> Any:
        """What a function returns that is given the answers that the services gave to some executions of a step.

        Nothing is asked anew. This is how a person who looks at the other side finds out what a step would have
        returned.

        Args:
            executions: Numbers of the events in which they were begun.
            function: Calls the body of the step.

        Raises:
            LookupError: The services were asked less than the function asks.
        """
        return self.wire.recall(executions, function)

    # --- the truth ------------------------------------------------------------------------------------------

    @property
    def entries(self) -> list[LedgerEntry]:
        """The ledger: every effect that really happened."""
        path = self.folder / "ledger.jsonl"
        return Ledger.read(path) if path.exists() else []

    @property
    def asked(self) -> list[Asked]:
        """Every request that was made."""
        return Traffic(self.folder).read()

    @property
    def knobs(self) -> Knobs:
        """How the services are."""
        return self._knobs

    @property
    def ledger(self) -> pd.DataFrame:
        """The truth: one row per effect; columns as `workbench.simulate.frames.ledger_frame`."""
        from workbench.simulate.frames import ledger_frame

        return ledger_frame(self.entries)

    @property
    def requests(self) -> pd.DataFrame:
        """One row per request; columns as `workbench.simulate.frames.requests_frame`."""
        from workbench.simulate.frames import requests_frame

        return requests_frame(self.asked)

    @property
    def services(self) -> pd.DataFrame:
        """One row per service: what it did and was asked; columns as `workbench.simulate.frames.services_frame`."""
        from workbench.simulate.frames import services_frame

        return services_frame(self.entries, self.asked, self._knobs)

    def __repr__(self) -> str:
        """When it is there, and what happened so far."""
        now = instant(self.clock.ns).isoformat(timespec="seconds")
        return (
            f"<World {now}, {len(self.entries)} effects, {len(self.asked)} requests, seed {self.seed}, {self.folder}>"
        )


def _made(options: Any) -> World:
    return World(**options)


_here: list[World] = []


def here() -> World:
    """The world in which this process lives.

    Raises:
        UsageError: It lives in none.
    """
    if not _here:
        raise UsageError("this process lives in no simulated world", hint="world.run(workflow, …), or `with world:`")
    return _here[-1]


def _knobs(seed: int, turned: Mapping[str, Any]) -> Knobs:
    given = dict(turned)
    try:
        given["purchases"] = tuple(sorted(Purchase(*one) for one in given.get("purchases", ())))
        given["switches"] = tuple(sorted(Switch(*one) for one in given.get("switches", ())))
        return Knobs(seed=seed, **given)
    except TypeError as error:
        known = ", ".join(Turned.__annotations__)
        raise UsageError(f"a world cannot be made like that: {error}", hint=f"its knobs: {known}") from None
