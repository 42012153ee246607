"""What a debugger app asks about many chosen runs at once, and the answers: the dry run of each, and the deeds."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from workbench.debugger.wire.deciding import Objection
from workbench.debugger.wire.words import Action, Deed, Safety

__all__ = ["ActEachQuestion", "ChosenRun", "EachAnswer", "EachRow", "Outlook", "PlanEachQuestion"]


class Outlook(TypedDict):
    """A verdict in one line, as triage gives it.

    Attributes:
        best: The preferred SAFE action; `""` when none is SAFE or none is needed.
        from_step: `retry_from`: the step; `""` for other actions.
        safety: Of the best action, or of the least bad one.
        because: Why.
    """

    best: Action | str
    from_step: str
    safety: Safety
    because: str


class PlanEachQuestion(TypedDict):
    """What would happen to each of these runs: dry runs, with the code at hand. Nothing is done.

    Attributes:
        run_ids: The runs, at most 500.
        action: What would be done with all of them; the best action of each by default.
    """

    ask: Literal["plan_each"]
    run_ids: list[str]
    action: NotRequired[Action]


class ChosenRun(TypedDict):
    """One run to act on, with what a person saw of it: anything else than that is a surprise.

    Attributes:
        run_id: The run.
        action: The action.
        from_step: `retry_from`: the step that was shown; `""` otherwise.
        expected: The verdict that was shown.
        events: How many events the run had.
        accept: Ids of objections to act in spite of; none by default.
    """

    run_id: str
    action: Action
    from_step: str
    expected: Outlook
    events: int
    accept: NotRequired[list[str]]


class ActEachQuestion(TypedDict):
    """Act on these runs one after the other, up to the first surprise.

    Attributes:
        runs: The runs, in the order in which they are acted on.
        why: On what grounds; for the log.
        by: Who decides; the user of the process by default.
    """

    ask: Literal["act_each"]
    runs: list[ChosenRun]
    why: NotRequired[str]
    by: NotRequired[str]


class EachRow(TypedDict):
    """What would come, or came, of one run.

    Attributes:
        run_id: The run.
        deed: `planned`: it would be done; `surprise`: refused, or not as expected; `done`; `untouched`: there is
            nothing to do, or an earlier run was a surprise.
        action: The action; `""` where none is best.
        from_step: `retry_from`: the step; `""` otherwise.
        safety: The verdict on the action; without one, that of the run.
        because: Why it is done or not.
        consequence: What it would do, or did: `"Resume: execute mail (3)"`; `""` for nothing.
        calls: What it would call: `"execute mail (3)"`; at most 20.
        objections: What a person would have to accept for it; none where it is done without, or cannot be.
        expected: The verdict as it was at that moment.
        events: How many events the run had then.
        error_type: Class of what was raised; `""` for nothing.
    """

    run_id: str
    deed: Deed
    action: Action | Literal[""]
    from_step: str
    safety: Safety
    because: str
    consequence: str
    calls: list[str]
    objections: list[Objection]
    expected: Outlook
    events: int
    error_type: str


class EachAnswer(TypedDict):
    """What would come, or came, of some runs.

    Attributes:
        rows: One per run, in the order asked.
    """

    rows: list[EachRow]
