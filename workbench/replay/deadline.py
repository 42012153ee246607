"""Stop code that goes on for ever without asking for anything: a loop that only another clock would end, a mistake.

Replay counts calls, and code that makes none is stopped by nobody. A thread of its own looks at the time and raises
`OverdueError` in the thread that runs the code, again and again until that ends. A call into C that does not return
(`time.sleep`) is beyond its reach: for that, check with a process pool.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

__all__ = ["RUN_SECONDS", "OverdueError", "within"]

R = TypeVar("R")

RUN_SECONDS = 30.0
"""Longest time that the code of one run may take in replay; a hundred thousand steps take one or two seconds."""
_AGAIN_SECONDS = 0.5
_TURNS = 1000
"""Python looks for such errors at each turn of a loop."""


class OverdueError(BaseException):
    """Raised within code that goes on for too long; no `Exception`, so that `except Exception` does not hide it."""


def within(seconds: float, work: Callable[[], R]) -> R:
    """Do some work in this thread, and stop it when it takes longer.

    Args:
        seconds: How long it may take.
        work: What to do.

    Raises:
        OverdueError: It took longer, whatever it made of being stopped.
    """
    over: list[bool] = []
    struck: list[bool] = []
    done, deciding, mine = threading.Event(), threading.Lock(), threading.get_ident()

    def watch() -> None:
        pause = seconds
        while not done.wait(pause):
            with deciding:
                if over:
                    return
                struck.append(True)
                _raise_in(mine, OverdueError)
            pause = _AGAIN_SECONDS

    def end() -> None:
        over.append(True)
        with deciding:  # one that was decided on is sent before this is entered, and no other after it
            done.set()
        for _ in range(_TURNS if struck else 0):  # one that is still on its way arrives here
            pass

    try:
        threading.Thread(target=watch, name="workbench-deadline", daemon=True).start()
        result = work()
    finally:
        # An error may come between any two instructions, here too; the next one comes half a second later, so of two
        # attempts to end one is undisturbed.
        try:
            end()
        except OverdueError:
            end()
    if struck:
        raise OverdueError
    return result


def _raise_in(thread: int, error: type[BaseException]) -> None:
    import ctypes  # only here: replay in a production process does without

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
