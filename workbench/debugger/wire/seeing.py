"""Answers about what was recorded: the recording, its runs, events, payloads and sources."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from workbench.debugger.wire.roster import Log, RunAnswer
from workbench.debugger.wire.words import (
    Column,
    NodeSort,
)

__all__ = [
    "Break",
    "EventsAnswer",
    "FollowAnswer",
    "Gap",
    "Node",
    "PayloadAnswer",
    "SourceAnswer",
    "SourceFile",
    "SpansAnswer",
]


class EventsAnswer(TypedDict):
    """Events of one run. Buffers: `COLUMNS["events"]`, one number per event but for `path` and `path_end`.

    `type` is a number of `EVENT_TYPES`. `lane` counts `names`: those below `lanes` are lanes of the timeline, the
    others are names of events of the whole run; -1 for no name. `attempt` is 0 where attempts do not apply. `tag`
    counts `tags`. `position` counts positions: that of number n is `path[path_end[n - 1] : path_end[n]]` (from 0 for
    the first one), written with dots; an empty one stands for the whole run. Each answer has tables of its own: its
    numbers of names, tags and positions mean nothing in another.

    Attributes:
        columns: The buffers.
        run_id: The run.
        start: Number of the first event in this answer, counted in the run from 0.
        total: How many events the run has.
        names: Names of lanes, then other names of events.
        lanes: How many of the names are lanes.
        tags: Error classes; the first is `""`.
    """

    columns: list[Column]
    run_id: str
    start: int
    total: int
    names: list[str]
    lanes: int
    tags: list[str]


class Break(TypedDict):
    """The run went on in a new process.

    Attributes:
        from_ms: Time of the last event before.
        to_ms: When it went on.
        seq: Number of the event that says so.
        text: `"recovered after 47 min"`.
    """

    from_ms: float
    to_ms: float
    seq: int
    text: str


class Gap(TypedDict):
    """A stretch in which nothing was recorded: what the compressed time axis cuts out.

    Attributes:
        from_ms: Time of the event before.
        to_ms: Time of the event after; earlier than `from_ms` where the clock went back.
        text: How long, in words.
    """

    from_ms: float
    to_ms: float
    text: str


class SpansAnswer(TypedDict):
    """What the timeline draws. Buffers: `COLUMNS["spans"]`, one number per stretch, in the order of their beginnings.

    `lane` counts `lanes` of `run` (of the branch: `lanes` here). `state` counts `STATES`. `open` is 1 where nothing
    says how it ended. `attempt` is 0 where attempts do not apply. `note` counts `notes`. `seq_begin` and `seq_end` are
    the events (of a branch: recorded events, 0 beyond the log) at its ends; `seq_end` is 0 for an open one.

    Attributes:
        columns: The buffers.
        run_id: The run.
        branch: The branch; `""` for the recorded run.
        lanes: Names of the lanes.
        notes: Errors and remarks; the first is `""`.
        breaks: Recoveries.
        gaps: Long silences, the longest 200.
    """

    columns: list[Column]
    run_id: str
    branch: str
    lanes: list[str]
    notes: list[str]
    breaks: list[Break]
    gaps: list[Gap]


class Node(TypedDict):
    """A value of a payload, as text.

    Attributes:
        sort: What it is.
        text: The value, or for those with children a short preview. Bounded; controls are written out.
        key: Under which its parent holds it; `""` at the root and for items of lists.
        type: Class name of a recorded object, error or enum; `tuple`, `set` … of a list; `Decimal` … of a number.
        size: Number of children, or of characters or bytes of a longer text; 0 where that does not apply.
        items: Children in this answer.
        start: Number of the first of them.
        more: There are more children, or more of the text, than this answer holds: ask for the path.
        json: JSON text of the value, where it is small and plain enough to be copied or edited as such.
    """

    sort: NodeSort
    text: str
    key: str
    type: NotRequired[str]
    size: int
    items: NotRequired[list[Node]]
    start: NotRequired[int]
    more: bool
    json: NotRequired[str]


class PayloadAnswer(TypedDict):
    """The payload of one event.

    Attributes:
        run_id: The run.
        seq: Number of the event.
        event: Its type.
        name: Its name; `""` for none.
        position: Its position; `""` for the whole run.
        time_ms: When.
        path: Of the value in `node`.
        node: The value. Of the whole payload an object with `args`, `kwargs`, `result` …
        value: Number of the child of the payload that is the result, error or value of the call; -1 for none.
        error: Why the payload cannot be read; `""` where it can.
    """

    run_id: str
    seq: int
    event: str
    name: str
    position: str
    time_ms: float
    path: list[int]
    node: Node
    value: int
    error: str


class SourceFile(TypedDict):
    """One source file.

    Attributes:
        file: Its name, as the interpreter knew it.
        short: Its last part, for headings.
        module: Importable module name, or `__main__`.
        recorded: Its text when the run was recorded; `None` where it was not recorded, or not asked for.
        ran: Its text as the branch ran it, where that is another; `None` where it is not.
        diff: What changed, as a unified diff; `""` for nothing.
    """

    file: str
    short: str
    module: str
    recorded: str | None
    ran: str | None
    diff: str


class SourceAnswer(TypedDict):
    """Source texts, and the line of each call. Buffers: `COLUMNS["source"]`, one number per call whose line is known.

    `file` counts `files`; `line` is 1-based; `function` counts `functions`.

    Attributes:
        columns: The buffers.
        run_id: The run.
        files: The files.
        functions: Names of functions.
        start: Number of the first event looked at.
        total: How many events the run has.
    """

    columns: list[Column]
    run_id: str
    files: list[SourceFile]
    functions: list[str]
    start: int
    total: int


class FollowAnswer(TypedDict):
    """What was appended. Buffers: those of `events`, for the new events of the run; none where there are none.

    Attributes:
        columns: The buffers.
        grew: There is something new in the recording.
        run_count: How many runs there are now.
        event_count: How many events there are now.
        events: The new events of the run, as `EventsAnswer` has them; `None` where there are none.
        run: Its headline now; `None` where nothing is new.
        logs: The logs now, at most 50.
    """

    columns: list[Column]
    grew: bool
    run_count: int
    event_count: int
    events: EventsAnswer | None
    run: RunAnswer | None
    logs: list[Log]
