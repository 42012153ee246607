"""Which call a person means: by name, occurrence, position or event; what cannot be meant names the nearest thing."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple, NoReturn

from workbench._errors import UsageError
from workbench.machine import RunRecord, Slot, Target, Verb, read_run
from workbench.model import NOWHERE, EventType, History, Position, parse_position, position_text
from workbench.replay import Stop

__all__ = ["Aim", "Moment"]

Asked = Callable[[], Iterable[Stop]]


class Moment(NamedTuple):
    """A place in the log.

    Attributes:
        seq: Number of the event.
        time_ns: When it happened, nanoseconds since the Unix epoch.
    """

    seq: int
    time_ns: int


class Aim:
    """Finds what a person means in one run.

    Args:
        history: The log.
        run_id: The run.
        asked: Gives the stops of the branch: code that does something new calls what the log does not hold. Only
            asked where the log does not know the name.
    """

    def __init__(self, history: History, run_id: str, asked: Asked) -> None:
        self._history = history
        self._run_id = run_id
        self._asked = asked

    @cached_property
    def record(self) -> RunRecord:
        """The run, by position."""
        return read_run(self._history, self._run_id)

    def target(self, step: str | int, occurrence: int = 0, position: str | Position = "") -> Target:
        """The calls that an edit means.

        Args:
            step: Name of the step, signal or child, or number of an event of the call; `""` with a position.
            occurrence: The how-manieth call of that name, from 1; 0 for the only recorded one, or for all.
            position: Which call, by position.

        Raises:
            UsageError: Neither the log nor the branch makes such a call; the nearest one is named.
        """
        if isinstance(step, int):
            name, path = self._call_of_event(step)
            return Target(name, position=path)
        if position:
            return self._at_position(step, _path(position))
        if not step:
            raise UsageError("an edit must say which call it means", hint="by name, position='3.1' or event number")
        made = sum(slot.name == step for slot in self.record.slots.values())
        if made == 0 or occurrence > made:
            made = max(made, self._made_by_branch(step))
        if made == 0:
            self._refuse_name(step)
        if occurrence > made:
            times = "once" if made == 1 else f"{made} times"
            raise UsageError(f"run {self._run_id!r} calls {step} {times}", hint=f"occurrence={made} is the last one")
        return Target(step, 1 if made == 1 and not occurrence else occurrence)

    def slot(self, step: str | int, occurrence: int, position: str | Position) -> Slot:
        """The one recorded call that is meant.

        Raises:
            UsageError: The log holds no such call, or several.
        """
        target = self.target(step, occurrence, position)
        fitting = [
            slot
            for slot in self.record.slots.values()
            if (not target.name or slot.name == target.name)
            and (not target.position or slot.position == target.position)
        ]
        if target.occurrence:
            fitting = fitting[target.occurrence - 1 : target.occurrence]
        if len(fitting) != 1:
            hint = "say which one: occurrence=1" if fitting else "the log holds only what was recorded"
            raise UsageError(f"the log holds {len(fitting)} calls of {target}", hint=hint)
        return fitting[0]

    def moment(self, seq: int) -> Moment:
        """The event of this number, which must be one of this run.

        Raises:
            UsageError: It is not; the nearest one is named.
        """
        row = self._history.row_of_seq(seq)
        run_id = self._history.runs[self._history.columns.run[row]] if row is not None else ""
        if row is None or run_id != self._run_id:
            own = [self._history.columns.seq[row] for row in self._history.rows_of(self._run_id)]
            near = min(own, key=lambda number: abs(number - seq), default=0)
            if run_id:
                raise UsageError(
                    f"event {seq} is one of run {run_id!r}, not of {self._run_id!r}",
                    hint=f"rec.run({run_id!r}).what_if() changes that one; the nearest one here is event {near}",
                )
            raise UsageError(f"run {self._run_id!r} has no event {seq}", hint=f"the nearest one is event {near}")
        return Moment(seq, self._history.columns.time_ns[row])

    def signal_name(self, name: str) -> str:
        """A signal that the run waits for or received.

        Raises:
            UsageError: Nobody waits for it; the nearest name is named.
        """
        known = {slot.name for slot in self.record.slots.values() if slot.verb is Verb.AWAIT_SIGNAL}
        known |= {
            self._history.declaration(row).name
            for row in self.record.ambient
            if self._history.columns.type[row] == EventType.SignalReceived
        }
        if name not in known:
            known |= {stop.name for stop in self._asked() if stop.event == EventType.SignalAwaited.name}
        if name not in known:
            raise UsageError(f"nobody waits for a signal {name!r} in run {self._run_id!r}", hint=_nearest(name, known))
        return name

    # --- looking --------------------------------------------------------------------------------------------

    def _call_of_event(self, seq: int) -> tuple[str, Position]:
        self.moment(seq)
        row = self._history.row_of_seq(seq)
        path = self._history.position(row) if row is not None else NOWHERE
        slot = self.record.slots.get(path)
        if slot is None:
            event = self._history.event(row) if row is not None else None
            calls = [self._history.columns.seq[slot.opened] for slot in self.record.slots.values()]
            near = min(calls, key=lambda number: abs(number - seq), default=0)
            what = event.type.name if event is not None else "no event"
            raise UsageError(f"event {seq} ({what}) belongs to no call", hint=f"the nearest call is event {near}")
        return slot.name, path

    def _at_position(self, name: str, path: Position) -> Target:
        slot = self.record.slots.get(path)
        known = {path: slot.name} if slot is not None else {stop.position: stop.name for stop in self._asked()}
        if path not in known:
            places = {**{place: one.name for place, one in self.record.slots.items()}, **known}
            near = min((place for place in places if place), key=lambda place: _distance(place, path), default=())
            hint = f"the nearest call is {places[near]} at {position_text(near)}" if near else "it makes no call"
            raise UsageError(f"run {self._run_id!r} makes no call at {position_text(path)}", hint=hint)
        if name and known[path] != name:
            raise UsageError(
                f"at {position_text(path)} run {self._run_id!r} calls {known[path] or 'something without a name'}",
                hint=f"leave out {name!r}, or look up its position in run.steps",
            )
        return Target(known[path], position=path)

    def _made_by_branch(self, name: str) -> int:
        return len({stop.position for stop in self._asked() if stop.name == name and stop.position})

    def _refuse_name(self, name: str) -> NoReturn:
        known = {slot.name for slot in self.record.slots.values()} | {stop.name for stop in self._asked()}
        raise UsageError(f"run {self._run_id!r} made no call named {name!r}", hint=_nearest(name, known - {""}))


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there is {', '.join(names) or 'none'}"


def _path(position: str | Position) -> Position:
    if not isinstance(position, str):
        return tuple(position)
    try:
        return parse_position(position)
    except ValueError as error:
        raise UsageError(str(error), hint="run.steps lists the positions") from None


def _distance(one: Position, other: Position) -> tuple[int, int]:
    """How far apart two positions are: levels they do not share, then places between at the first of these."""
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    gap = abs(one[shared] - other[shared]) if shared < min(len(one), len(other)) else 0
    return len(one) + len(other) - 2 * shared, gap
