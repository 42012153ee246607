"""What a detector is given: one run, with everything about it that is worth reading once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbench._errors import ActedDuringReplayError, PayloadError
from workbench.analysis.bodies import Bodies
from workbench.analysis.divergence import Explanation, explain
from workbench.analysis.facts import RunFacts, RunStatus, read_facts
from workbench.analysis.hazards.attempts import StepRows, steps_of
from workbench.analysis.hazards.gaps import Gap, gaps_of, pauses_of
from workbench.analysis.hazards.grants import Grant, Use, grants_of, uses_of
from workbench.analysis.hazards.kin import kin_of
from workbench.analysis.hazards.size import sizes_of
from workbench.analysis.lint import Remark, Visit, lint, visits
from workbench.analysis.provenance import Leaf, Link, leaves, links_of
from workbench.analysis.step_facts import StepFacts
from workbench.journal import Report
from workbench.machine import Call, RunRecord, read_run
from workbench.model import ENDINGS, Event, EventType, History, Position
from workbench.replay import replay

__all__ = ["Case"]

_NOTHING: Mapping[str, Any] = {}


@dataclass(eq=False, repr=False)
class Case:
    """One run as a detector sees it. Whatever is expensive is made at first use and shared by all detectors.

    Attributes:
        history: The log.
        run_id: The run.
        now_ns: The moment of looking, nanoseconds since the epoch: credentials and keys age until then.
        report: How the log was found; `None` where the engine vouches.
        code: The workflow at hand, for detectors that replay it or read its source; `None` for none.
        siblings: Other runs of the same business key, in other logs or in this one.
    """

    history: History
    run_id: str
    now_ns: int
    report: Report | None = None
    code: Callable[..., Any] | None = None
    siblings: Sequence[Case] = field(default=())

    def __repr__(self) -> str:
        return f"Case({self.run_id[:80]!r} of {self.history.origin[:80]!r})"

    # --- the log, by columns ---------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> Sequence[int]:
        """Rows of the run, in log order."""
        return self.history.rows_of(self.run_id)

    @cached_property
    def types(self) -> frozenset[int]:
        """Types that occur in the run: a detector that needs others can go home."""
        return frozenset(map(self.history.columns.type.__getitem__, self.rows))

    def has(self, *types: EventType) -> bool:
        """Whether any event of these types occurs."""
        return not self.types.isdisjoint(types)

    def rows_of(self, *types: EventType) -> Iterator[int]:
        """Rows of these types, in log order."""
        wanted, column = set(map(int, types)), self.history.columns.type
        return (row for row in self.rows if column[row] in wanted)

    def seq(self, row: int) -> int:
        """Number of the event in this row."""
        return self.history.columns.seq[row]

    def seqs(self, *rows: int) -> tuple[int, ...]:
        """Numbers of the events in these rows, each once, in the order given; rows below 0 are nowhere."""
        return tuple(dict.fromkeys(self.history.columns.seq[row] for row in rows if row >= 0))

    def time_ns(self, row: int) -> int:
        """Wall clock of the event in this row, nanoseconds since the epoch."""
        return self.history.columns.time_ns[row]

    def event(self, row: int) -> Event:
        """The event in this row."""
        return self.history.event(row)

    @cached_property
    def steps(self) -> Mapping[Position, StepRows]:
        """Rows of each step, by position, in the order in which they began."""
        return steps_of(self.history, self.rows)

    @cached_property
    def ended(self) -> int:
        """Row of the last event that ended the run; -1 for an open one, and for one that was decided to go on."""
        last = -1
        for row in self.rows_of(*ENDINGS, EventType.DecisionMade) if self.has(*ENDINGS) else ():
            last = row if self.history.columns.type[row] != EventType.DecisionMade or not self._goes_on(row) else -1
        return last

    def _goes_on(self, row: int) -> bool:
        return isinstance(self.body(row).get("cut"), int)

    @property
    def is_open(self) -> bool:
        """Whether the run could go on: it has a beginning and no end."""
        return self.ended < 0 and self.has(EventType.RunStarted)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Stretches in which nothing happened, and nothing was planned to."""
        return tuple(gaps_of(self))

    @cached_property
    def pauses(self) -> list[int]:
        """Rows before which the run stood still for longer than is usual for it, whatever it waited for."""
        return pauses_of(self)

    @cached_property
    def recoveries(self) -> list[int]:
        """Rows in which the run went on in a new process."""
        return list(self.rows_of(EventType.RunRecovered)) if self.has(EventType.RunRecovered) else []

    # --- what it says ----------------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> RunFacts:
        """The run and its steps, read once."""
        return read_facts(self.history, self.run_id, self.report)

    @cached_property
    def facts_at(self) -> Mapping[Position, StepFacts]:
        """What the log says about each step, by position."""
        return {step.position: step for step in self.facts.steps}

    @property
    def executing(self) -> bool:
        """Whether a live process may be in the middle of it: what looks unfinished is then only not finished yet."""
        return self.facts.status is RunStatus.RUNNING

    @cached_property
    def record(self) -> RunRecord:
        """The run by position, as replay sees it."""
        return read_run(self.history, self.run_id)

    @cached_property
    def bodies(self) -> Bodies:
        """Reads payloads; one that cannot be read is empty and remembered in `bodies.unreadable`."""
        return Bodies(self.history)

    @cached_property
    def _bodies(self) -> dict[int, Mapping[str, Any]]:
        return {}

    def body(self, row: int) -> Mapping[str, Any]:
        """The payload in this row, read once for all detectors; empty for none and for one that cannot be read."""
        known = self._bodies.get(row)
        if known is None:
            known = self._bodies[row] = self.bodies(row) if row >= 0 else _NOTHING
        return known

    @cached_property
    def _leaves(self) -> dict[int, tuple[Leaf, ...]]:
        return {}

    def leaves(self, row: int) -> tuple[Leaf, ...]:
        """The values in the payload of this row, each with its path, without the engine's own words about the event."""
        known = self._leaves.get(row)
        if known is None:
            body = self.body(row)
            told = {name: body[name] for name in _TOLD if name in body}
            known = self._leaves[row] = tuple(leaves(told)) if told else ()
        return known

    @cached_property
    def drawn(self) -> frozenset[str]:
        """Ids that the run drew, as text: they name nothing outside it."""
        rows = self.rows_of(EventType.UuidDrawn) if self.has(EventType.UuidDrawn) else ()
        return frozenset(str(self.body(row).get("value")) for row in rows)

    @cached_property
    def sizes(self) -> Mapping[int, int]:
        """Bytes of the content of each payload, by row."""
        return sizes_of(self)

    @cached_property
    def kin(self) -> Sequence[Case]:
        """Other runs of the same business key: those that were given, and those in the same log."""
        return kin_of(self)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Which later call used which earlier result, in the order of the uses."""
        return links_of(self.history, self.run_id, self.bodies)

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """What was given for a limited time, in log order."""
        return grants_of(self)

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every use of what was given for a limited time."""
        return tuple(uses_of(self, self.grants)) if self.grants else ()

    # --- the code at hand ------------------------------------------------------------------------------------

    @cached_property
    def explanation(self) -> Explanation | None:
        """Why the code does not follow the log; `None` where it does, and where there is none to try."""
        found = self._tried[0]
        return found if found is not None and found.diverged else None

    @property
    def given(self) -> Sequence[tuple[int, Call]]:
        """Row of each recorded answer that the code was given, and the call that got it; none without code."""
        found = self._tried[0]
        return () if found is None else found.given

    @property
    def misfit(self) -> str:
        """Which recorded value does not fit the types of the code, in words; `""` for none."""
        return self._tried[1]

    @property
    def acted(self) -> str:
        """What the code tried to do to the world outside a step, in words; `""` for nothing."""
        return self._tried[2]

    @cached_property
    def _tried(self) -> tuple[Explanation | None, str, str]:
        """The dry replay: how it went, a value that does not fit, an act that was stopped."""
        if self.code is None or self.history.engine != "native" or not self.has(EventType.RunStarted):
            return None, "", ""
        try:
            replay(self.code, self.history, run_id=self.run_id, with_locals=False)
        except PayloadError as error:
            return None, error.message, ""
        except ActedDuringReplayError as error:
            return None, "", str(error)
        return explain(self.code, self.history, self.run_id), "", ""

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What endangers replay in the text of the code; nothing where there is none."""
        return tuple(lint(self.code)) if self.code is not None else ()

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        """The functions of the code at hand, with their source; nothing where there is none."""
        return tuple(visits(self.code)) if self.code is not None else ()


_TOLD = ("args", "kwargs", "key", "result", "value", "error", "continued_with")
"""What payloads hold of the user's; the rest is the recorder's or the engine's."""
