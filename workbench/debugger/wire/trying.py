"""Answers about branches: what was replayed, what the code saw, and how it differs."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from workbench.debugger.wire.pretending import Edit
from workbench.debugger.wire.seeing import Node
from workbench.debugger.wire.words import Change, Column, Isolation, OutcomeWord, Source

__all__ = [
    "BranchRow",
    "BranchesAnswer",
    "DiffAnswer",
    "DiffRow",
    "Divergence",
    "EditWords",
    "Frame",
    "Frontier",
    "Local",
    "Outcome",
    "ReplayAnswer",
    "SaveAnswer",
    "Sighting",
    "StopAnswer",
    "Suggestion",
    "WatchAnswer",
]


class EditWords(TypedDict):
    """One edit of a branch.

    Attributes:
        text: In words: `charge_card returns …`.
        edit: It, to be given back; it holds only `document`.
        unused: No call met it.
    """

    text: str
    edit: Edit
    unused: bool


class Suggestion(TypedDict):
    """An answer that could be given at the frontier.

    Attributes:
        number: By which `Value.suggestion` names it.
        text: Bounded text of the value.
        made_up: It is an example of the expected type; nothing in the recording says it.
        node: The value.
    """

    number: int
    text: str
    made_up: bool
    node: Node


class Frontier(TypedDict):
    """The call that a branch waits for.

    Attributes:
        call: The call as one would write it: `charge_card(order='42')`; `""` when a secret is missing.
        name: Its step, signal or child.
        verb: What is asked: `call_step`, `await_signal` …
        position: Where.
        expects: The type that the answer should have, as text; `""` for unknown.
        suggestions: What could be answered, best first.
        others: Further calls without an answer, made side by side.
        why: One sentence.
        answerable: An `answer` edit can go on from here.
    """

    call: str
    name: str
    verb: str
    position: str
    expects: str
    suggestions: list[Suggestion]
    others: list[str]
    why: str
    answerable: bool


class Divergence(TypedDict):
    """The first difference between code and log.

    Attributes:
        position: Where.
        recorded: What the log holds there.
        asked: What the code asked for.
        seq: Number of the event that the log holds there; 0 for none.
        text: In words.
    """

    position: str
    recorded: str
    asked: str
    seq: int
    text: str


class Outcome(TypedDict):
    """How a branch ended.

    Attributes:
        word: One word.
        text: In words.
        error_type: `failed`: class of what it raised; `""` otherwise.
        frontier: `needs`: what it waits for; `None` otherwise.
        divergence: `diverged`: the difference; `None` otherwise.
    """

    word: OutcomeWord
    text: str
    error_type: str
    frontier: Frontier | None
    divergence: Divergence | None


class ReplayAnswer(TypedDict):
    """A branch. Buffers: `COLUMNS["replay"]`, one number per stop, in order; a stop is named by its number from 0.

    `seq` is the recorded event of the stop, 0 beyond the log and at lines; `row` its number in the run, -1 for none.
    `type` is a number of `EVENT_TYPES`, 0 for a stop at a line. `lane` counts `lanes`, -1 for none. `time_ms` is by
    the clock of the branch. `file` counts `files` and `function` counts `functions`: the innermost user frame; `line`
    is 1-based, 0 where no user code runs, and `depth` the number of user frames (at most 255). `source` counts
    `SOURCES`. `changed` is the number of locals that changed.

    Attributes:
        columns: The buffers.
        branch: Its id, for later questions. The desk keeps the last ones; an id that it let go is an error that says
            to replay again.
        run_id: The run.
        parent: The branch that it was made from; `""` for the recorded run.
        name: Under which it is saved; `""` for a branch that is not.
        edits: All that is pretended.
        lines: It stops at lines, too.
        stops: How many stops.
        outcome: How it ended.
        isolation: What stood behind the structure that never acts.
        first_difference: Number of the first stop that is not as recorded; -1 where all are.
        files: Table of source files.
        functions: Table of functions.
        lanes: Table of names.
    """

    columns: list[Column]
    branch: str
    run_id: str
    parent: str
    name: str
    edits: list[EditWords]
    lines: bool
    stops: int
    outcome: Outcome
    isolation: Isolation
    first_difference: int
    files: list[str]
    functions: list[str]
    lanes: list[str]


class Local(TypedDict):
    """One local variable.

    Attributes:
        name: Its name.
        text: Bounded text of its value.
        changed: It changed since the last stop in that function.
        changed_at: Number of the stop at which it last changed; -1 for unknown.
    """

    name: str
    text: str
    changed: bool
    changed_at: int


class Frame(TypedDict):
    """One user function on the stack.

    Attributes:
        file: Its file.
        line: 1-based.
        function: Its name.
        locals: Its variables.
    """

    file: str
    line: int
    function: str
    locals: list[Local]


class StopAnswer(TypedDict):
    """One stop of a branch.

    Attributes:
        branch: The branch.
        index: Number of the stop.
        seq: Its recorded event; 0 for none.
        event: Event type, or `Line`.
        position: Where in the program.
        name: Step, signal or child.
        note: What was asked or answered, in words.
        source: Where the answer came from; `""` for questions.
        time_ms: By the clock of the branch.
        stack: User frames, innermost first.
    """

    branch: str
    index: int
    seq: int
    event: str
    position: str
    name: str
    note: str
    source: Source
    time_ms: float
    stack: list[Frame]


class Sighting(TypedDict):
    """What a watched expression became at one stop.

    Attributes:
        index: Number of the stop.
        text: Bounded text; `None` where it cannot be evaluated.
        error: Why not; `""` where it can.
    """

    index: int
    text: str | None
    error: str


class WatchAnswer(TypedDict):
    """A watched expression: only the stops at which it changed.

    Attributes:
        branch: The branch.
        expression: The expression.
        values: In order of the stops; at most 10,000.
        more: There are more.
    """

    branch: str
    expression: str
    values: list[Sighting]
    more: bool


class DiffRow(TypedDict):
    """One pair of calls, or one that only one side has.

    Attributes:
        what: How they differ.
        position: On the right where it is there, else on the left.
        name: Name of the call.
        left: Outcome on the left as bounded text (for `arguments` the arguments); `""` for none.
        right: The same on the right.
        seconds_more: How much longer it took on the right; `None` where that is not known.
    """

    what: Change
    position: str
    name: str
    left: str
    right: str
    seconds_more: float | None


class DiffAnswer(TypedDict):
    """Two sides aligned. Buffers: `COLUMNS["diff"]`, one number per row.

    `what` counts `CHANGES`; seconds are NaN where a call is not there or took no known time.

    Attributes:
        columns: The buffers.
        text: Where the two part, in words.
        first: Number of the row of the first difference; -1 where there is none.
        total: How many rows.
        start: Number of the first row in `rows`.
        rows: Rows with their texts.
    """

    columns: list[Column]
    text: str
    first: int
    total: int
    start: int
    rows: list[DiffRow]


class BranchRow(TypedDict):
    """One branch.

    Attributes:
        branch: Its id at this desk; `""` for one that is only saved: replay it by its edits.
        name: Its saved name; `""` for none.
        parent: Id or saved name of the branch that it was made from; `""` for the recorded run.
        edits: What is pretended.
        outcome: One word; `""` where it was not replayed here.
        code: Where its code is: `module:qualname`.
    """

    branch: str
    name: str
    parent: str
    edits: list[EditWords]
    outcome: OutcomeWord | Literal[""]
    code: str


class BranchesAnswer(TypedDict):
    """The tree of branches.

    Attributes:
        run_id: The run.
        branches: Those of this desk, oldest first, then those that are only saved.
        error: Why saved branches cannot be read; `""` where they can.
    """

    run_id: str
    branches: list[BranchRow]
    error: str


class SaveAnswer(TypedDict):
    """A saved branch.

    Attributes:
        branch: Its id.
        name: Its name.
        file: Where it stands.
    """

    branch: str
    name: str
    file: NotRequired[str]
