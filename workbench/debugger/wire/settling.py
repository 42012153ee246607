"""Answers to what settles a doubt, and what people decided."""

from __future__ import annotations

from typing import Literal, TypedDict

from workbench.debugger.wire.deciding import Doubt
from workbench.debugger.wire.words import Safety, Status

__all__ = [
    "DecisionAnswer",
    "DecisionRow",
    "ProbeAnswer",
    "ProbeRow",
    "ResolveAnswer",
]


class ProbeRow(TypedDict):
    """What one probe says.

    Attributes:
        step: Label of the step.
        position: Its position.
        probe: Name of the probe.
        happened: Whether the step acted; `None` when the probe could not say.
        result: Bounded text of what the step returned; `""` for nothing.
        error: Why the probe could not say; `""` when it could.
        text: In words.
    """

    step: str
    position: str
    probe: str
    happened: bool | None
    result: str
    error: str
    text: str


class ProbeAnswer(TypedDict):
    """What the probes say.

    Attributes:
        run_id: The run.
        rows: One per step asked about.
        recorded: The answers stand in the log.
    """

    run_id: str
    rows: list[ProbeRow]
    recorded: bool


class ResolveAnswer(TypedDict):
    """A settled doubt.

    Attributes:
        run_id: The run.
        status: Where it stands now.
        in_doubt: Questions that are left.
        events: How many events the run has now.
    """

    run_id: str
    status: Status
    in_doubt: list[Doubt]
    events: int


class DecisionRow(TypedDict):
    """One decision, or a word about a doubt.

    Attributes:
        seq: Number of the event that holds it.
        time_ms: When.
        action: The action, or `resolve`.
        step: Label of the step; `""` for none.
        by: Who.
        why: On what grounds; `""` for unsaid.
        safety: What the verdict said at that moment; `""` for nothing.
        because: Why it said so.
        accepted: Objections accepted.
        assumed: Things taken for granted.
        calls: The dry run, in words.
        new_run: Id of the run that began again; `""` for none.
    """

    seq: int
    time_ms: float
    action: str
    step: str
    by: str
    why: str
    safety: Safety | Literal[""]
    because: str
    accepted: list[str]
    assumed: list[str]
    calls: list[str]
    new_run: str


class DecisionAnswer(TypedDict):
    """What people decided.

    Attributes:
        run_id: The run.
        rows: In the order in which they came.
        markdown: The record, to be kept with the incident.
    """

    run_id: str
    rows: list[DecisionRow]
    markdown: str
