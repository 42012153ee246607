"""The desks of the server: one for each open recording, the last few of them, each asked like the desk of a widget.

One question at a time is answered beside one heavy one, in threads: the server itself never waits.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, Final, TypeVar

from workbench._errors import NotAllowedError, UsageError
from workbench.debugger.answer import Answer
from workbench.debugger.desk import ACTING, HEAVY, Desk
from workbench.debugger.following import stamp_of
from workbench.debugger.framing import framed
from workbench.recording import Recording
from workbench.server.opening import opened, server_paths
from workbench.server.place import Place, Root

__all__ = ["Desks"]

T = TypeVar("T")

_MOST: Final = 8
_MOST_BYTES: Final = 512 << 20
"""Of all files that are open besides the last one: what was read of a file takes about as much as the file."""
_IDLE_SECONDS: Final = 1_800.0
_FOLLOWED_SECONDS: Final = 30.0
"""Who follows a file asks every few seconds. What it has seen stays as it is until it asks again."""
_THREADS: Final = 4
_HEAVY_THREADS: Final = 3
_REFUSED: Final = ACTING | {"plan_each", "replay", "watch"}
"""What runs code of workflows, or acts: refused before a file is opened for it."""


class Desks:
    """Answers questions about recordings inside of the root.

    Args:
        root: The folder that is served.
        now: A clock of seconds that only goes forward.
    """

    def __init__(self, root: Root, now: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._now = now
        self._seats: OrderedDict[str, _Seat] = OrderedDict()
        self._quick = ThreadPoolExecutor(_THREADS, "workbench-server")
        self._heavy = ThreadPoolExecutor(_HEAVY_THREADS, "workbench-server-heavy")

    async def ask(self, path: Any, question: Any) -> bytes:
        """Ask about one recording.

        Args:
            path: Where it lies, as the server calls it.
            question: The question.

        Returns:
            The framed answer.

        Raises:
            NotAllowedError: The question is not for a server, or the file is not.
            UsageError: It is no question, or the path no path.
            LogNotFoundError: There is no such recording.
            WorkbenchError: It cannot be answered.
            FaultError: A fault in Workbench.
        """
        asked = _asked(question)
        if asked in _REFUSED:
            raise NotAllowedError(
                f"{asked!r} runs code or acts, and the server only reads",
                hint="start a kernel: open the recording in a notebook, wb.Debugger(wb.open(path))",
            )
        place = await self.work(lambda: self._root.file(path))
        seat = self._seat_at(place)
        turn, threads = (seat.heavy, self._heavy) if asked in HEAVY else (seat.quick, self._quick)
        async with turn:
            return await self._in(threads, lambda: framed(self._answer(seat, path, question)))

    async def work(self, work: Callable[[], T]) -> T:
        """Do something that touches the disk in a thread."""
        return await self._in(self._quick, work)

    async def heavy_work(self, work: Callable[[], T]) -> T:
        """Do something that takes long in a thread."""
        return await self._in(self._heavy, work)

    @property
    def open_paths(self) -> list[str]:
        """The recordings that are open, the one asked last at the end."""
        return [seat.path for seat in self._seats.values()]

    async def _in(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    def _seat_at(self, place: Place) -> _Seat:
        """The seat at a file, with others let go that were not asked for long; called on the event loop only."""
        now, key = self._now(), str(place.file)
        seat = self._seats.setdefault(key, _Seat(place))
        seat.asked, seat.size = now, place.size
        self._seats.move_to_end(key)
        for other in [key for key, seat in self._seats.items() if now - seat.asked > _IDLE_SECONDS]:
            del self._seats[other]
        while len(self._seats) > 1 and (len(self._seats) > _MOST or self._size > _MOST_BYTES):
            self._seats.popitem(last=False)
        return seat

    @property
    def _size(self) -> int:
        """Bytes of the open files but the last one."""
        return sum(seat.size for seat in list(self._seats.values())[:-1])

    def _answer(self, seat: _Seat, path: Any, question: Any) -> Answer:
        place = self._root.file(path)  # as it is now: others were answered before
        follows = _asked(question) == "follow"
        desk = seat.desk(self._root, place, self._now(), follows=follows)
        try:
            with server_paths(place):
                answer = desk.answer(question)
        except RecursionError:
            raise UsageError("the question is nested too deeply") from None
        if follows:
            self._root.again(place)  # it was read once more
        return answer


def _asked(question: Any) -> str:
    """What is asked; `""` for no question: the desk says what is wrong with it."""
    asked = question.get("ask") if type(question) is dict else None
    return asked if type(asked) is str else ""


class _Seat:
    """One open file, and whose turn it is.

    Attributes:
        path: As the server calls it.
        quick: Held while a quick question is answered.
        heavy: Held while a heavy one is.
        asked: When it was asked last.
        size: Bytes of the file then.
    """

    def __init__(self, place: Place) -> None:
        self.path = place.path
        self.quick, self.heavy = asyncio.Lock(), asyncio.Lock()
        self.asked, self.size = 0.0, 0
        self._opening = Lock()
        self._desk: Desk | None = None
        self._seen = place
        self._followed = -_FOLLOWED_SECONDS

    def desk(self, root: Root, place: Place, now: float, *, follows: bool) -> Desk:
        """The desk; of a file that has changed another one, except for who follows it and takes changes in by that."""
        with self._opening:
            same = self._seen.file == place.file
            if self._desk is None or not same or not (follows or self._is_current(place, now)):
                self._desk = None  # where opening fails, nothing old is shown in its place
                self._desk = _opened(root, place)
                self._seen = place
            if follows:
                self._followed, self._seen = now, place
            return self._desk

    def _is_current(self, place: Place, now: float) -> bool:
        """Whether it is as it was seen, or has only grown while somebody follows it."""
        grew = self._seen.identity == place.identity and self._seen.size <= place.size
        return self._seen.stamp == place.stamp or (grew and now - self._followed < _FOLLOWED_SECONDS)


def _opened(root: Root, place: Place) -> Desk:
    stamp = stamp_of(place.file)
    desk = Desk(Recording([opened(root, place)]), may_run_code=False, may_act=False)
    if stamp is not None:
        desk.session.stamps[place.file] = stamp  # what changes after this is news to a follower
    return desk
