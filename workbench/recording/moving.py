"""Moving along a trace by breakpoints, and searching it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any

from workbench._errors import UsageError
from workbench.replay import (
    Breakpoint,
    Columns,
    Expression,
    Found,
    Stop,
    Stopping,
    Trace,
    Wanted,
    first_true,
    holding,
    watched,
)

__all__ = ["MovingTrace"]


class MovingTrace(Trace):
    """A trace whose cursor is moved by what is meant, and that can be replayed as it was.

    Attributes:
        breakpoints: Where `run_to()` and `run_back()` stop; see `break_at`.
    """

    breakpoints: list[Breakpoint]
    _again: partial[Trace] | None = None

    def again(self, **options: Any) -> Trace:
        """Replay as this trace was replayed.

        Args:
            options: Of `workbench.replay.replay`, besides or instead.

        Raises:
            UsageError: It is not known how.
        """
        if self._again is None:
            raise UsageError("this trace does not know its code", hint="get it from run.replay(…) or branch.trace")
        return self._again(**options)

    @cached_property
    def _columns(self) -> Columns:
        return Columns(self.steps)

    @cached_property
    def _stopping(self) -> Stopping:
        return Stopping(self._columns)

    def run_to(self, *where: Wanted, **facts: Any) -> Stop:
        """Move forwards to the next stop that is meant.

        Args:
            where: Breakpoints, any of which will do: a line (`43`, `"flows.py:43"`), the name of an event type, step,
                function or changed variable, a function of the stop, or a `Breakpoint`. Without any, those of
                `breakpoints`.
            facts: Attributes of `Breakpoint` that must fit besides: `line=43, condition="total > 5"`.

        Raises:
            UsageError: There is none ahead; the cursor stays, and the nearest thing is named.
        """
        return self._run(self._meant(where, facts), forwards=True)

    def run_back(self, *where: Wanted, **facts: Any) -> Stop:
        """Move backwards to the last stop before that is meant. See `run_to`."""
        return self._run(self._meant(where, facts), forwards=False)

    def break_at(self, where: Wanted = None, **facts: Any) -> Breakpoint:
        """Set a breakpoint for `run_to()` and `run_back()`. See `run_to`.

        Raises:
            UsageError: No stop of this trace can be meant; names the nearest thing.
        """
        wanted = self._stopping.meant(where, **facts)
        self._stopping.hits(wanted)
        self.breakpoints.append(wanted)
        return wanted

    def find(self, what: Wanted = None, **facts: Any) -> Found:
        """Every stop that is meant or shows a text, without moving.

        Args:
            what: As in `run_to`; other text, and text of digits, is looked for in events, names, places, variables,
                calls and answers. The first such search writes all of these, later ones are quick.
            facts: As in `run_to`.

        Raises:
            UsageError: No stop has such a fact; names the nearest thing.
        """
        if isinstance(what, str) and not facts and (what.isdigit() or not self._stopping.knows(what)):
            return Found(self.steps, holding(self._columns, what), f"stops that show {what!r}")
        wanted = self._stopping.meant(what, **facts)
        hits = self._stopping.hits(wanted)
        if isinstance(wanted.condition, str):
            hits = self._true_at(hits, wanted.condition)
        return Found(self.steps, hits, str(wanted))

    def _meant(self, where: tuple[Wanted, ...], facts: Mapping[str, Any]) -> list[Breakpoint]:
        if not where and not facts:
            if not self.breakpoints:
                raise UsageError(
                    "no breakpoint is set", hint="say where: .run_to('flows.py:43'), or .break_at(…) first"
                )
            return self.breakpoints
        return [self._stopping.meant(each, **facts) for each in where or (None,)]

    def _run(self, meant: list[Breakpoint], *, forwards: bool) -> Stop:
        found: list[int] = []
        every: set[int] = set()
        why = ""
        for wanted in meant:
            hits = self._stopping.hits(wanted)
            every.update(hits if not isinstance(wanted.condition, str) else ())
            ahead = [index for index in hits if (index > self.cursor if forwards else index < self.cursor)]
            if ahead and isinstance(wanted.condition, str):
                before = None if forwards else self.cursor
                hit, why = first_true(self.again, ahead, Expression(wanted.condition), last_before=before)
                ahead = [] if hit is None else [hit]
            if ahead:
                found.append(ahead[0] if forwards else ahead[-1])
        if not found:
            way = "after" if forwards else "before"
            near = min(every - {self.cursor}, key=lambda index: abs(index - self.cursor), default=None)
            behind = ".find(…) lists them" if near is None else f"the nearest one is stop {near}: .goto({near})"
            hint = f"its condition cannot be evaluated there: {why}" if why else behind
            raise UsageError(f"{way} stop {self.cursor} there is no {' or '.join(map(str, meant))}", hint=hint)
        return self.goto(min(found) if forwards else max(found))

    def _true_at(self, hits: list[int], condition: str) -> list[int]:
        truth, wanted = Expression(condition).truth, set(hits)
        seen = watched(self.again, self.steps, [truth])
        return [each.at for each in seen if each.at in wanted and each.value == "True"]
