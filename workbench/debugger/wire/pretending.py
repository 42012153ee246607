"""What a debugger app asks about branches, and the edits that it writes."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

__all__ = [
    "BranchesQuestion",
    "DiffQuestion",
    "Edit",
    "ErrorValue",
    "ReplayQuestion",
    "SaveQuestion",
    "Side",
    "StopQuestion",
    "Value",
    "WatchQuestion",
]


class Value(TypedDict):
    """A value that a person gives; exactly one of the fields.

    Attributes:
        json: Text of a JSON document. Plain data is turned into the type that the step returns.
        seq: Number of an event of this recording whose recorded result it is.
        suggestion: Number of a suggestion at the frontier of the parent branch.
    """

    json: NotRequired[str]
    seq: NotRequired[int]
    suggestion: NotRequired[int]


class ErrorValue(TypedDict):
    """An error that a person gives.

    Attributes:
        type: Name of its class: a built-in one (`"TimeoutError"`), or one that this recording holds, by its name
            alone or with its module (`"shop.errors.Declined"`).
        message: Its one argument; `""` for none.
        module: Module of the class; `""` to look it up.
    """

    type: str
    message: NotRequired[str]
    module: NotRequired[str]


class Edit(TypedDict):
    """One thing that is pretended, in the words of `Branch`; fields that its `edit` does not name are left out.

    Attributes:
        edit: What is pretended. `answer` supplies what the frontier of the parent asks for.
        step: `returns raises delays drops crashes`: name of the step, signal or child; or see `seq`, `position`.
        seq: The same, by number of an event of the call; `signals shifts_clock`: number of the event after which it
            holds; `crashes`: with no `step`, number of the last event that is in the log.
        occurrence: The how-manieth call of that name, from 1; 0 for what the run made.
        position: Which call, by position: `"3.1"`.
        value: `returns signals answer`: the value.
        error: `raises answer`: the error.
        seconds: `delays`: how much later; `shifts_clock`: what is added to each reading.
        name: `signals`: name of the signal.
        when: `crashes`: at what point of the call; `during` by default.
        args: `input`: JSON text of a list of positional arguments.
        kwargs: `input`: JSON text of an object of keyword arguments.
        document: Only in answers: the edit as branches are saved, base64; given back alone, it is that edit.
    """

    edit: NotRequired[
        Literal["returns", "raises", "delays", "drops", "signals", "shifts_clock", "crashes", "input", "answer"]
    ]
    step: NotRequired[str]
    seq: NotRequired[int]
    occurrence: NotRequired[int]
    position: NotRequired[str]
    value: NotRequired[Value]
    error: NotRequired[ErrorValue]
    seconds: NotRequired[float]
    name: NotRequired[str]
    when: NotRequired[Literal["before", "during", "after"]]
    args: NotRequired[str]
    kwargs: NotRequired[str]
    document: NotRequired[str]


class ReplayQuestion(TypedDict):
    """Replay the run's code, without acting, under edits: a new branch.

    Attributes:
        run_id: The run.
        edits: What is pretended besides the edits of the parent; none replays the run as it was.
        lines: Whether to stop at each line of the workflow's code, too; not by default.
        parent: The branch that it goes on from; the recorded run by default.
    """

    ask: Literal["replay"]
    run_id: str
    edits: list[Edit]
    lines: NotRequired[bool]
    parent: NotRequired[str]


class StopQuestion(TypedDict):
    """One stop of a branch: stack and locals.

    Attributes:
        branch: Id of the branch.
        index: Number of the stop, from 0.
    """

    ask: Literal["stop"]
    branch: str
    index: int


class WatchQuestion(TypedDict):
    """The value of an expression at every stop of a branch where it changes.

    Attributes:
        branch: Id of the branch.
        expression: Python over the names that are seen there; it makes no calls of the workflow and does not act.
    """

    ask: Literal["watch"]
    branch: str
    expression: str


class Side(TypedDict):
    """One side of a comparison: a branch, or a recorded run.

    Attributes:
        run_id: The run.
        branch: A branch of it; the recorded run by default.
    """

    run_id: str
    branch: NotRequired[str]


class DiffQuestion(TypedDict):
    """Two runs or branches, aligned call by call.

    Attributes:
        left: The one that things are compared with.
        right: The other.
        start: Number of the first row whose texts are wanted; the first difference less 20 by default.
        count: How many rows with texts at most; 500 by default, 5,000 at most.
    """

    ask: Literal["diff"]
    left: Side
    right: Side
    start: NotRequired[int]
    count: NotRequired[int]


class BranchesQuestion(TypedDict):
    """The tree of branches: those that this desk holds, and those that are saved beside the recording.

    Attributes:
        run_id: The run.
    """

    ask: Literal["branches"]
    run_id: str


class SaveQuestion(TypedDict):
    """Save a branch beside the recording.

    Attributes:
        branch: Id of the branch.
        name: Under which it is saved.
    """

    ask: Literal["save"]
    branch: str
    name: str
