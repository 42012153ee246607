"""What the server extension says of a folder and of its notebooks: routes of their own, outside of any recording."""

from __future__ import annotations

from typing import Literal, TypedDict

from workbench.debugger.wire.transport import Failure
from workbench.debugger.wire.words import Action, Engine, Safety

__all__ = ["FailureAnswer", "NotebookAnswer", "WorkspaceAnswer", "WorkspaceRow"]


class WorkspaceRow(TypedDict):
    """One recording of a folder. Counts are `None` where it was not opened, because it is large or time was up.

    Attributes:
        path: Where it lies, relative to the root of the server, with `/`.
        name: Its file name.
        size: Bytes.
        modified_ms: When it was last written, ms since the epoch.
        system: The system that wrote it: `native`, `temporal`, `dbos` …; `""` where that cannot be told.
        runs: How many runs it holds.
        failed: How many of them failed.
        interrupted: How many stopped without an end, with no process that goes on with them.
        running: How many a process is executing now.
        in_doubt: For how many no action is SAFE as things stand: most of them have a step in doubt.
        best: The preferred SAFE action for the run that is worst off; `""` when none is SAFE or none is needed.
        safety: How the run that is worst off stands; `""` where the file was not opened or holds no run.
        at_stake: Money at risk or outstanding in all runs, in units of `currency`.
        currency: That of `at_stake`; the one with the most runs where there are several. `""` for none.
        problem: Why it cannot be read, or what is wrong with it; `""` for nothing.
    """

    path: str
    name: str
    size: int
    modified_ms: float
    system: Engine
    runs: int | None
    failed: int | None
    interrupted: int | None
    running: int | None
    in_doubt: int | None
    best: Action | Literal[""]
    safety: Safety | Literal[""]
    at_stake: float | None
    currency: str
    problem: str


class WorkspaceAnswer(TypedDict):
    """The recordings below a folder, newest first.

    Attributes:
        folder: The folder, relative to the root of the server; `""` for the root.
        left_off: How many recordings were found and are not listed; -1 where the search was cut short, so that nobody
            knows; 0 where all are here.
        recordings: Those that are.
    """

    folder: str
    left_off: int
    recordings: list[WorkspaceRow]


class NotebookAnswer(TypedDict):
    """The post-mortem notebook that was written.

    Attributes:
        path: Where it lies, relative to the root of the server, with `/`.
    """

    path: str


class FailureAnswer(TypedDict):
    """The body of every answer whose status is an error.

    Attributes:
        error: Why.
        message: The same in one line, where JupyterLab itself looks for it.
    """

    error: Failure
    message: str
