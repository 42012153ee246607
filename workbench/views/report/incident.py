"""What a report is made of: plain values, read by whoever holds the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workbench.analysis import RunFacts, Span, Verdict
from workbench.analysis.hazards import Finding
from workbench.views.timeline import Recovery

__all__ = ["EventLine", "Incident", "Listing", "SourceLine", "Why"]


class Why(Protocol):
    """The causal chain of a failure, as `workbench.analysis.why` gives it."""

    def text(self) -> str:
        """In plain sentences, the answer first."""
        ...


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as a row.

    Attributes:
        seq: Its number.
        time: When, aware UTC.
        event: Name of its type.
        position: Where in the program; `""` for events of the whole run.
        name: Name of step, timer, signal or child.
        attempt: 1-based; 0 where attempts do not apply.
        error_type: Class of the error; `""` for none.
        detail: What it holds, in one bounded line.
        code: `"flows.py:43"`; `""` for unknown.
    """

    seq: int
    time: datetime
    event: str
    position: str = ""
    name: str = ""
    attempt: int = 0
    error_type: str = ""
    detail: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of recorded source.

    Attributes:
        number: 1-based.
        text: The line, without its end.
        mark: `""`, `call` (a call was made here) or `failed` (where the trouble is).
        note: What was called here and how it stands; `""` for nothing.
    """

    number: int
    text: str
    mark: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The lines of one recorded file around the calls that the run made.

    Attributes:
        file: Its name.
        lines: In order; a gap in the numbers is shown as a gap.
    """

    file: str
    lines: Sequence[SourceLine]


@dataclass(frozen=True)
class Incident:
    """One run with everything that is known of it.

    Attributes:
        facts: What the log says.
        verdict: What may be done.
        spans: Stretches of time, see `workbench.analysis.spans_of`.
        made: When the report was made, aware UTC.
        engine: The system that wrote the history.
        origin: File name of the log.
        recoveries: Where the run went on in a new process.
        events: The events, or the first and last of many.
        events_left_out: How many lie between them.
        listings: Recorded source around the calls.
        traceback: Of the error that ended the run; `""` for none.
        why: The causal chain; `None` where nobody asked.
        findings: Hazards found; `None` where nobody looked.
        decisions: What people decided, one mapping of column to value per decision.
        at_stake: Sentences about money; what happened and what is in doubt is told anyway.
        warnings: What is wrong with the log.
    """

    facts: RunFacts
    verdict: Verdict
    spans: Sequence[Span]
    made: datetime
    engine: str = "native"
    origin: str = ""
    recoveries: Sequence[Recovery] = ()
    events: Sequence[EventLine] = ()
    events_left_out: int = 0
    listings: Sequence[Listing] = ()
    traceback: str = ""
    why: Why | None = None
    findings: Sequence[Finding] | None = None
    decisions: Sequence[Mapping[str, object]] = ()
    at_stake: Sequence[str] = ()
    warnings: Sequence[str] = ()
