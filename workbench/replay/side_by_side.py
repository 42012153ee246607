"""Where every live branch of a workflow stands at one stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any, Final, NamedTuple

from workbench.model import ANSWERS, NOWHERE, EventType, Position
from workbench.program import NOT_KNOWN, Place, WorkflowLoop
from workbench.replay.frames import is_user_code
from workbench.replay.live import Moment
from workbench.replay.safe_repr import safe_repr
from workbench.replay.stop import Stop
from workbench.replay.stop_columns import Columns
from workbench.replay.tracer import LINE
from workbench.replay.watch import Again

__all__ = ["Standing", "branches_at"]


_ASKED: Final = {"StepStarted", "TimerStarted", "SignalAwaited", "ChildStarted"}
_CLOSED: Final = {kind.name for kind in EventType if kind in ANSWERS or kind.name.endswith("Cancelled")}


class Standing(NamedTuple):
    """One live branch.

    Attributes:
        branch: Its position; `()` for the workflow function itself.
        place: Where it stands.
        waits_for: The calls that it made and that are not answered, in words.
        locals: Bounded text of its local variables.
        current: The stop belongs to this branch.
    """

    branch: Position
    place: Place
    waits_for: tuple[str, ...]
    locals: Mapping[str, str]
    current: bool


def branches_at(again: Again, steps: Sequence[Stop], index: int, package: str) -> list[Standing]:
    """The branches that are alive at a stop, in the order of their positions.

    Args:
        again: Replays.
        steps: The stops of the trace.
        index: The stop.
        package: The user's, see `package_of`.
    """

    def is_users(frame: FrameType) -> bool:
        return is_user_code(frame.f_code.co_filename, frame.f_globals.get("__name__", ""), package)

    seen: list[list[_Alive]] = []
    here = NOWHERE

    def look(moment: Moment) -> bool:
        nonlocal here
        if moment.at < index:
            return False
        here = moment.position if moment.event == LINE else moment.position[:-1]
        seen.append(_alive(moment, here, is_users))
        return True

    again(observer=look, with_locals=False)
    waiting = _waiting(steps, index)
    return [
        Standing(branch, place, tuple(waiting.get(branch, ())), texts, current=branch == here)
        for branch, place, texts in seen[0]
    ]


_Alive = tuple[Position, Place, Mapping[str, str]]


def _alive(moment: Moment, here: Position, is_users: Callable[[FrameType], bool]) -> list[_Alive]:
    """Branches by their tasks; the one that runs now by its frames, which say more."""
    found = {here: _stand(moment.frames)} if moment.frames else {}
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return [(branch, *stand) for branch, stand in found.items()]
    if isinstance(loop, WorkflowLoop):
        for task in asyncio.all_tasks(loop):
            branch = loop.branches.get(task, NOWHERE)
            if branch not in found and not task.done():
                found[branch] = _stand([frame for frame in _suspended(task.get_coro()) if is_users(frame)])
    return [(branch, *found[branch]) for branch in sorted(found)]


def _stand(frames: Sequence[FrameType]) -> tuple[Place, Mapping[str, str]]:
    """Where a branch stands, and what it sees there."""
    if not frames:
        return NOT_KNOWN, {}
    frame = frames[0]
    texts = {name: safe_repr(value) for name, value in frame.f_locals.items() if name[:1] not in "@."}
    return Place(frame.f_code.co_filename, frame.f_lineno or 0, frame.f_code.co_name), texts


def _suspended(coroutine: Any) -> list[FrameType]:
    """Frames of a coroutine that waits and of those that it waits for, innermost first."""
    frames: list[FrameType] = []
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None:
            frames.append(frame)
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return frames[::-1]


def _waiting(steps: Sequence[Stop], index: int) -> dict[Position, list[str]]:
    """Calls without an answer at a stop, in words, by branch."""
    opened: dict[Position, int] = {}
    columns = Columns(steps)
    for number, (event, position) in enumerate(zip(columns.events[: index + 1], columns.positions, strict=False)):
        if event in _ASKED:
            opened.setdefault(position, number)
        elif event in _CLOSED:
            opened.pop(position, None)
    waiting: dict[Position, list[str]] = {}
    for position, number in opened.items():
        waiting.setdefault(position[:-1], []).append(steps[number].note)
    return waiting
