"""Replayed code has one thread.

What it handed to another would run there without a scope: a step would be a plain function, and act. Before Python
3.12 a new thread raises no audit event, and work for a pool that is there already never does. So while a replay runs,
starting a thread and handing work to a pool ask first whether it is the replaying thread that does it; all other
threads go on as ever.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from workbench._errors import ActedDuringReplayError

__all__ = ["one_thread"]

_DOORS: tuple[tuple[type, str], ...] = (
    (threading.Thread, "start"),
    (ThreadPoolExecutor, "submit"),
    (ProcessPoolExecutor, "submit"),
)


class _Replaying(threading.local):
    depth = 0


_replaying = _Replaying()
_mutex = threading.Lock()
_originals: list[Callable[..., Any]] = []
_inside = [0]


@contextmanager
def one_thread() -> Generator[None]:
    """Refuse that the code in this thread hands anything to another one.

    Raises:
        ActedDuringReplayError: From within the offending call.
    """
    with _mutex:
        _inside[0] += 1
        if _inside[0] == 1:
            _originals[:] = [_guard(owner, name) for owner, name in _DOORS]
    _replaying.depth += 1
    try:
        yield
    finally:
        _replaying.depth -= 1
        with _mutex:
            _inside[0] -= 1
            if not _inside[0]:
                for (owner, name), original in zip(_DOORS, _originals, strict=True):
                    setattr(owner, name, original)


def _guard(owner: type, name: str) -> Callable[..., Any]:
    """Put a guard before a method; the method as it was."""
    original: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(original)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _replaying.depth:
            raise ActedDuringReplayError(f"{owner.__name__}.{name}", "another thread or process")
        return original(self, *args, **kwargs)

    setattr(owner, name, guarded)
    return original
