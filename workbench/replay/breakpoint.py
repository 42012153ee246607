"""Where to stop next: a breakpoint is a small value that says itself in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NoReturn

from workbench._errors import UsageError
from workbench.model import position_text
from workbench.program import Place
from workbench.replay.stop import Stop
from workbench.replay.stop_columns import Columns

__all__ = ["Breakpoint", "Condition", "Stopping", "Wanted", "file_fits"]

Condition = str | Callable[[Stop], bool]
"""An expression, evaluated in the live frame, or a function of the stop."""

_PLACE: Final = re.compile(r"(?:(?P<file>.+):)?(?P<line>\d+)\Z")


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Which stops are meant; all given facts must fit.

    Attributes:
        event: Event type, `StepFailed`, or `Line`.
        step: Step, signal or child name.
        file: File name, or how it ends; `""` for any.
        line: 1-based source line; 0 for any.
        function: Function of the innermost user frame.
        changed: Name of a local variable that changed there.
        position: Position in the program as text, `3.1`.
        condition: What must be true besides.
    """

    event: str = ""
    step: str = ""
    file: str = ""
    line: int = 0
    function: str = ""
    changed: str = ""
    position: str = ""
    condition: Condition | None = None

    def __str__(self) -> str:
        """In words: `StepFailed of charge at flows.py:43 where total > 5`."""
        words = [self.event or "stop"]
        if self.step:
            words.append(f"of {self.step}")
        if self.line or self.file:
            words.append(f"at {self.place}")
        if self.function:
            words.append(f"in {self.function}()")
        if self.position:
            words.append(f"at position {self.position}")
        if self.changed:
            words.append(f"where {self.changed} changed")
        if self.condition is not None:
            named = self.condition if isinstance(self.condition, str) else getattr(self.condition, "__name__", "…")
            words.append(f"where {named}")
        return " ".join(words)

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file or 'line'}:{self.line}" if self.file and self.line else self.file or f"line {self.line}"


def file_fits(file: str, wanted: str) -> bool:
    """Whether a file is meant by its name, by the end of its path, or by nothing."""
    return not wanted or file == wanted or file.endswith(f"/{wanted.removeprefix('./')}")


Wanted = Breakpoint | int | str | Callable[[Stop], bool] | None
"""What a person writes for a breakpoint."""


class Stopping:
    """Which stops of a trace breakpoints mean, and what a person means by a breakpoint.

    Args:
        columns: The stops.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def hits(self, wanted: Breakpoint) -> list[int]:
        """Indices of the stops that fit, but for a condition that is text.

        Raises:
            UsageError: None fits; names the nearest thing.
        """
        found: Iterable[int] = range(len(self._columns.steps))
        for fact, fits in self._tests(wanted):
            found = [index for index in found if fits(index)]
            if not found:
                self._refuse(wanted, fact)
        condition = wanted.condition
        if callable(condition):
            found = [index for index in found if condition(self._columns.steps[index])]
        return [*found]

    def _tests(self, wanted: Breakpoint) -> Iterable[tuple[str, Callable[[int], bool]]]:
        if wanted.event:
            yield "event", lambda index: self._columns.events[index] == wanted.event
        if wanted.step:
            yield "step", lambda index: self._columns.names[index] == wanted.step
        if wanted.position:
            yield "position", lambda index: position_text(self._columns.positions[index]) == wanted.position
        if wanted.changed:
            yield "changed", lambda index: wanted.changed in self._columns.changes[index]
        if wanted.line or wanted.file or wanted.function:
            yield "place", self._place_test(wanted)

    def _place_test(self, wanted: Breakpoint) -> Callable[[int], bool]:
        known: dict[tuple[Place, ...], bool] = {}

        def fits(index: int) -> bool:
            places = self._columns.places[index]
            found = known.get(places)
            if found is None:
                found = known[places] = bool(places) and _place_fits(places[0], wanted)
            return found

        return fits

    # --- what a person wrote --------------------------------------------------------------------------------

    def meant(self, what: Wanted = None, **facts: Any) -> Breakpoint:
        """The breakpoint that a person means.

        Args:
            what: A breakpoint; a line (`43`, `"flows.py:43"`); the name of an event type, step or function; a
                function of the stop.
            facts: Attributes of `Breakpoint`.

        Raises:
            UsageError: Nothing in this trace has that name; names the nearest one.
        """
        if isinstance(what, Breakpoint):
            return replace(what, **facts) if facts else what
        if isinstance(what, int):
            return Breakpoint(line=what, **facts)
        if isinstance(what, str) and what:
            return Breakpoint(**(self._named(what) | facts))
        return Breakpoint(condition=what, **facts) if callable(what) else Breakpoint(**facts)

    def knows(self, what: str) -> bool:
        """Whether text names a place, or anything that a stop of this trace has."""
        return bool(_PLACE.match(what)) or any(what in names for names in self._known.values())

    def _named(self, what: str) -> dict[str, Any]:
        place = _PLACE.match(what)
        if place is not None:
            return {"file": place["file"] or "", "line": int(place["line"])}
        known = self._known
        for fact, names in known.items():
            if what in names:
                return {fact: what}
        every = sorted({name for names in known.values() for name in names})
        raise UsageError(f"nothing in this trace is called {what!r}", hint=_nearest(what, every, "it holds"))

    @cached_property
    def _known(self) -> dict[str, set[str]]:
        return {
            "event": set(self._columns.events),
            "step": set(self._columns.names) - {""},
            "function": {places[0].function for places in set(self._columns.places) if places},
            "changed": {name for names in set(self._columns.changes) for name in names},
        }

    def _refuse(self, wanted: Breakpoint, fact: str) -> NoReturn:
        if fact == "place" and wanted.line:
            hint = self._nearest_line(wanted)
        elif fact == "position":
            known = [position_text(position) for position in dict.fromkeys(self._columns.positions) if position]
            hint = _nearest(wanted.position, known, "positions are")
        else:
            fact = "function" if fact == "place" else fact
            hint = _nearest(getattr(wanted, fact), sorted(self._known[fact]), f"of {fact} this trace holds")
        raise UsageError(f"this trace has no {wanted}", hint=hint)

    def _nearest_line(self, wanted: Breakpoint) -> str:
        stands = [places[0] for places in set(self._columns.places) if places and places[0].line]
        here = [place for place in stands if file_fits(place.file, wanted.file)]
        if not here:
            return _nearest(wanted.file, sorted({place.file for place in stands}), "its stops are in")
        nearest = min(here, key=lambda place: (abs(place.line - wanted.line), place.line))
        lines = "" if self._columns.follows_lines else "; with lines=True replay stops at every line that runs"
        return f"the nearest line with a stop is {nearest.file.rpartition('/')[2]}:{nearest.line}{lines}"


def _place_fits(place: Place, wanted: Breakpoint) -> bool:
    return (
        (not wanted.line or place.line == wanted.line)
        and (not wanted.function or place.function == wanted.function)
        and file_fits(place.file, wanted.file)
    )


def _nearest(word: str, known: Sequence[str], otherwise: str) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"{otherwise}: {', '.join(known[:12]) or 'nothing'}"
