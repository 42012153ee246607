"""What a debugger app asks. Each question names itself in `ask`; the answers are in the modules beside this one."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from workbench.debugger.wire.pretending import Value
from workbench.debugger.wire.words import Action

__all__ = [
    "ActQuestion",
    "DecisionQuestion",
    "EventsQuestion",
    "FollowQuestion",
    "HazardsQuestion",
    "HelloQuestion",
    "PayloadQuestion",
    "PlanQuestion",
    "ProbeQuestion",
    "ProvenanceQuestion",
    "ResolveQuestion",
    "RunQuestion",
    "RunsQuestion",
    "SourceQuestion",
    "SpansQuestion",
    "TriageQuestion",
    "VerdictQuestion",
    "WhyQuestion",
]


class HelloQuestion(TypedDict):
    """What is this recording, and what may be done here?"""

    ask: Literal["hello"]


class RunsQuestion(TypedDict):
    """Every run of the recording."""

    ask: Literal["runs"]


class TriageQuestion(TypedDict):
    """How runs stand and what may be done with them.

    Attributes:
        run_ids: Those asked about; all by default, in the order of `runs`.
        start: Number of the first one wanted; 0 by default.
        count: How many at most; 2,000 by default and at most 20,000.
    """

    ask: Literal["triage"]
    run_ids: NotRequired[list[str]]
    start: NotRequired[int]
    count: NotRequired[int]


class RunQuestion(TypedDict):
    """The headline of one run.

    Attributes:
        run_id: The run; may be `""` where the recording holds only one.
    """

    ask: Literal["run"]
    run_id: str


class EventsQuestion(TypedDict):
    """The events of one run, in log order.

    Attributes:
        run_id: The run.
        start: Number of the first event wanted, counted in this run from 0; 0 by default.
        count: How many at most; all by default.
    """

    ask: Literal["events"]
    run_id: str
    start: NotRequired[int]
    count: NotRequired[int]


class SpansQuestion(TypedDict):
    """What the timeline draws.

    Attributes:
        run_id: The run.
        branch: A branch of it, on the clock of the branch; the recorded run by default.
    """

    ask: Literal["spans"]
    run_id: str
    branch: NotRequired[str]


class PayloadQuestion(TypedDict):
    """The payload of one event, or more of one of its values.

    Attributes:
        run_id: The run.
        seq: Number of the event.
        path: Numbers of children that lead from the root to a value; the root by default.
        start: Number of the first child of that value wanted; 0 by default.
    """

    ask: Literal["payload"]
    run_id: str
    seq: int
    path: NotRequired[list[int]]
    start: NotRequired[int]


class SourceQuestion(TypedDict):
    """Recorded source texts, and the line at which each call was made.

    Attributes:
        run_id: The run.
        file: Only this file's text; all by default.
        branch: Also the texts that this branch ran, where they are others.
        start: Number of the first event, counted in this run, whose line is wanted; 0 by default.
        count: How many events at most; 100,000 by default and at most: lines stand in the payloads.
    """

    ask: Literal["source"]
    run_id: str
    file: NotRequired[str]
    branch: NotRequired[str]
    start: NotRequired[int]
    count: NotRequired[int]


# --- answers and decisions -----------------------------------------------------------------------------------


class WhyQuestion(TypedDict):
    """Why the run ended as it did, or where it stands.

    Attributes:
        run_id: The run.
    """

    ask: Literal["why"]
    run_id: str


class HazardsQuestion(TypedDict):
    """Failure modes found in the run.

    Attributes:
        run_id: The run.
    """

    ask: Literal["hazards"]
    run_id: str


class ProvenanceQuestion(TypedDict):
    """Which later call used which earlier result.

    Attributes:
        run_id: The run.
        seq: Only values that this event gave or used; all by default.
    """

    ask: Literal["provenance"]
    run_id: str
    seq: NotRequired[int]


class VerdictQuestion(TypedDict):
    """What may be done with the run.

    Attributes:
        run_id: The run.
        from_step: A step that must have a `retry_from` row: label, name or position.
    """

    ask: Literal["verdict"]
    run_id: str
    from_step: NotRequired[str]


class PlanQuestion(TypedDict):
    """What an action would do: the dry run.

    Attributes:
        run_id: The run.
        action: The action.
        from_step: `retry_from`: the step to begin with; `compensate`: the step down to which to undo. Label, name or
            position; the best one, or all, by default.
        accept: Ids of objections to act in spite of.
    """

    ask: Literal["plan"]
    run_id: str
    action: Action
    from_step: NotRequired[str]
    accept: NotRequired[list[str]]


class ActQuestion(TypedDict):
    """Do it, in this process. The decision is written into the log first.

    Attributes:
        run_id: The run.
        action: The action.
        from_step: See `PlanQuestion`.
        accept: Ids of objections to act in spite of.
        why: On what grounds; for the log.
        by: Who decides; the user of the process by default.
    """

    ask: Literal["act"]
    run_id: str
    action: Action
    from_step: NotRequired[str]
    accept: NotRequired[list[str]]
    why: NotRequired[str]
    by: NotRequired[str]


class ProbeQuestion(TypedDict):
    """Ask the probes of steps in doubt: read-only questions to the outside, asked now.

    Attributes:
        run_id: The run.
        step: Label, name or position; every step in doubt that has a probe by default.
        record: Whether to write the answers into the log; not by default.
        why: On what grounds, for the log.
    """

    ask: Literal["probe"]
    run_id: str
    step: NotRequired[str]
    record: NotRequired[bool]
    why: NotRequired[str]


class ResolveQuestion(TypedDict):
    """Say what became of a step in doubt, or of its undo.

    Attributes:
        run_id: The run.
        step: Label, name or position.
        seq: Number of its intent, where the label means several executions; see `Doubt.seq`.
        happened: Whether the step acted; of one that returned, whether another attempt of it acted as well. This or
            `undone`.
        undone: Whether the step is undone: by an undo in doubt, or by hand.
        result: What the step returned, when it did; `None` by default.
        why: On what evidence.
        by: Who says so; the user of the process by default.
    """

    ask: Literal["resolve"]
    run_id: str
    step: str
    seq: NotRequired[int]
    happened: NotRequired[bool]
    undone: NotRequired[bool]
    result: NotRequired[Value]
    why: NotRequired[str]
    by: NotRequired[str]


class DecisionQuestion(TypedDict):
    """What people decided about the run.

    Attributes:
        run_id: The run.
    """

    ask: Literal["decision"]
    run_id: str


class FollowQuestion(TypedDict):
    """What was appended to the recording since: events that another process writes.

    Attributes:
        run_id: The run whose new events are wanted; `""` for none, only how much there is.
        since_seq: The last number of an event that the asker has; 0 for none.
    """

    ask: Literal["follow"]
    run_id: NotRequired[str]
    since_seq: int
