"""Answers about the recording and its runs: what is here, and how each run stands."""

from __future__ import annotations

from typing import TypedDict

from workbench.debugger.wire.words import Action, Column, Isolation, Kind, LaneSort, LogState, Safety, Status

__all__ = [
    "Child",
    "HelloAnswer",
    "Lane",
    "Log",
    "May",
    "RunAnswer",
    "RunsAnswer",
    "TriageAnswer",
    "TriageRow",
]


class May(TypedDict):
    """What this desk may do.

    Attributes:
        replay: Import and run code of workflows, without acting: replay, watch, plans judged by a dry replay.
        act: Act on runs, settle doubts, save branches: change what lies on disk or in the world.
    """

    replay: bool
    act: bool


class Log(TypedDict):
    """One log of the recording.

    Attributes:
        origin: Where it was read from.
        engine: The system that wrote it: `native`, `temporal`, `dbos` …
        state: How it was found.
        sentence: What is wrong with it, in words, and what that means; `""` for nothing.
        live: A process is writing it now.
    """

    origin: str
    engine: str
    state: LogState
    sentence: str
    live: bool


class HelloAnswer(TypedDict):
    """What this recording is, and what may be done here.

    Attributes:
        version: Of the Python package; the app is of the same one.
        logs: The first logs of the recording, at most 50.
        log_count: How many there are.
        run_count: How many runs.
        event_count: How many events; of logs that are opened one by one as far as is known.
        run_id: The run that the host wants to be shown; `""` for the list of runs.
        may: What this desk may do.
        isolation: What stands behind the structure that never acts while code is replayed.
    """

    version: str
    logs: list[Log]
    log_count: int
    run_count: int
    event_count: int
    run_id: str
    may: May
    isolation: Isolation


class RunsAnswer(TypedDict):
    """Every run. Buffers: `COLUMNS["runs"]`, one number per run.

    `workflow`, `status`, `error_type`, `origin` are numbers into the tables of that name. `recoveries`, `steps`,
    `events` are counts.

    Attributes:
        columns: The buffers.
        run_ids: Ids, in the order of the buffers.
        business_keys: `""` for none.
        errors: Message of the error that ended it, bounded; `""` for none.
        workflows: Table of workflow names; `""` where the beginning is not in the log.
        statuses: Table of states of a run.
        error_types: Table of error classes; the first is `""`.
        origins: Table of logs.
    """

    columns: list[Column]
    run_ids: list[str]
    business_keys: list[str]
    errors: list[str]
    workflows: list[str]
    statuses: list[Status]
    error_types: list[str]
    origins: list[str]


class TriageRow(TypedDict):
    """How one run stands.

    Attributes:
        run_id: The run.
        status: Where it stands.
        failing_step: Label of the step where it hurts: `"charge (3)"`; `""` for none.
        error_type: Class of the error there; `""` for none.
        hazards: Ids of the hazards found.
        best: The preferred SAFE action; `""` when none is SAFE or none is needed.
        from_step: `retry_from`: the step; `""` for other actions.
        safety: Of the best action, or of the least bad one.
        because: Why.
        at_stake: Money at risk or outstanding, in units of the currency; 0 for none.
        currency: Its currency; `""` for none.
        origin: The log.
    """

    run_id: str
    status: Status
    failing_step: str
    error_type: str
    hazards: list[str]
    best: Action | str
    from_step: str
    safety: Safety
    because: str
    at_stake: float
    currency: str
    origin: str


class TriageAnswer(TypedDict):
    """How runs stand.

    Attributes:
        rows: One per run.
        start: Number of the first one among those asked about.
        total: How many were asked about.
    """

    rows: list[TriageRow]
    start: int
    total: int


class Lane(TypedDict):
    """One lane of the timeline: all calls of one name.

    Attributes:
        name: Its name: of a step, signal or child; `"timer"` for timers.
        sort: What is called so.
        kind: What repeating the step does; `write` for all else.
        assumed: Nobody declared the kind.
        acts: Its kind acts on the world.
        undo: Name of its undo; `""` for none.
        probe: Name of the question that settles a doubt; `""` for none.
    """

    name: str
    sort: LaneSort
    kind: Kind
    assumed: bool
    acts: bool
    undo: str
    probe: str


class Child(TypedDict):
    """Another run that has to do with this one.

    Attributes:
        run_id: Its id.
        why: `child`, `parent`, `continued as`, `same key`.
    """

    run_id: str
    why: str


class RunAnswer(TypedDict):
    """The headline of one run.

    Attributes:
        run_id: The run.
        workflow: Name of its code; `""` when its beginning is not in the log.
        status: Where it stands.
        business_key: `""` for none.
        started_ms: When it began, ms since the epoch; `None` when that is not in the log.
        ended_ms: When it ended; `None` while it is open.
        error_type: Class of the error that ended it; `""` for none.
        error: Its message, bounded.
        recoveries: How often it went on in a new process.
        steps: How many steps.
        events: How many events.
        first_seq: Number of its first event; 0 for none.
        last_seq: Number of its last event.
        lanes: Its lanes in order of first appearance; the numbers in `lane` buffers count these.
        engine: The system that wrote it.
        origin: The log.
        code: Where its code is: `module:qualname`; `""` for unknown.
        replays: Code can be replayed against runs of this engine.
        kin: Runs that have to do with it, at most 50.
        assumed: What its reader took for granted.
    """

    run_id: str
    workflow: str
    status: Status
    business_key: str
    started_ms: float | None
    ended_ms: float | None
    error_type: str
    error: str
    recoveries: int
    steps: int
    events: int
    first_seq: int
    last_seq: int
    lanes: list[Lane]
    engine: str
    origin: str
    code: str
    replays: bool
    kin: list[Child]
    assumed: list[str]
