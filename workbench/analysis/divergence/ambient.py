"""What workflow code read that no log holds: the clock, chance, ids, the environment; seen while it really ran."""

from __future__ import annotations

import builtins
import datetime as dt
import os
import random
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any, NamedTuple

from workbench.analysis.cause import Cause
from workbench.program import Place
from workbench.replay import safe_repr

__all__ = ["AmbientWatch", "Read"]


class Read(NamedTuple):
    """One read of something that no log holds.

    Attributes:
        cause: What was read.
        name: The call, as one would write it.
        key: Name of the variable of the environment; `""` for everything else.
        value: What it gave, as bounded text; `""` where that cannot be seen.
        place: The line of the user's code.
        before: How many calls the code had made by then.
    """

    cause: Cause
    name: str
    key: str
    value: str
    place: Place
    before: int


_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_BUILTIN: dict[Any, tuple[Cause, str]] = {
    **{getattr(time, name): (Cause.CLOCK, f"time.{name}") for name in _CLOCKS},
    **{getattr(time, name): (Cause.CLOCK, f"time.{name}") for name in ("localtime", "gmtime", "ctime", "strftime")},
    **{getattr(dt.datetime, name): (Cause.CLOCK, f"datetime.{name}") for name in ("now", "utcnow", "today")},
    getattr(dt.date, "today"): (Cause.CLOCK, "date.today"),  # noqa: B009 - named, never called: reading the clock is banned
    getattr(random, "random"): (Cause.RANDOM, "random.random"),  # noqa: B009 - as above
    random.getrandbits: (Cause.RANDOM, "random.getrandbits"),
    os.urandom: (Cause.RANDOM, "os.urandom"),
    os.getpid: (Cause.ENVIRONMENT, "os.getpid"),
    os.getcwd: (Cause.ENVIRONMENT, "os.getcwd"),
    builtins.id: (Cause.HASH_ORDER, "id"),
    builtins.hash: (Cause.HASH_ORDER, "hash"),
    open: (Cause.OUTSIDE, "open"),
}
_REPEATABLE = frozenset({*(f"time.{name}" for name in _CLOCKS), "datetime.now", "datetime.utcnow", "datetime.today",
                         "date.today", "os.getpid", "os.getcwd"})  # fmt: skip
"""Reads that can be made once more to show about what they gave."""


def _code(function: Callable[..., Any]) -> CodeType:
    code: CodeType = function.__code__
    return code


_FRESH = _code(random.Random.__init__)
_PYTHON: dict[CodeType, tuple[Cause, str]] = {
    **{
        _code(getattr(random.Random, name)): (Cause.RANDOM, f"random.{name}")
        for name in ("randint", "randrange", "choice", "choices", "shuffle", "sample", "uniform", "gauss", "triangular",
                     "expovariate", "betavariate", "normalvariate", "randbytes")
    },
    _FRESH: (Cause.RANDOM, "random.Random()"),
    **{
        _code(getattr(secrets, name)): (Cause.RANDOM, f"secrets.{name}")
        for name in ("token_hex", "token_bytes", "token_urlsafe", "randbelow")
    },
    **{_code(getattr(uuid, name)): (Cause.UUID, f"uuid.{name}") for name in ("uuid1", "uuid4")},
    _code(os.getenv): (Cause.ENVIRONMENT, "os.getenv"),
    _code(type(os.environ).__getitem__): (Cause.ENVIRONMENT, "os.environ[…]"),
    _code(Mapping.get): (Cause.ENVIRONMENT, "os.environ.get"),
    _code(Mapping.__contains__): (Cause.ENVIRONMENT, "in os.environ"),
}  # fmt: skip


class AmbientWatch:
    """A profile function for `explore`: notes ambient reads in the user's frames, and which functions ran.

    Args:
        is_user: Whether a frame is the user's.
    """

    def __init__(self, is_user: Callable[[FrameType], bool]) -> None:
        self.reads: list[Read] = []
        self.entered: dict[CodeType, Mapping[str, Any]] = {}
        """Globals of each of the user's functions that ran, by its code."""
        self._is_user = is_user
        self._open: dict[int, int] = {}

    def __call__(self, frame: FrameType, event: str, argument: Any, asked: int) -> None:
        """See `sys.setprofile`."""
        if event == "call":
            self._called(frame, asked)
        elif event == "c_call":
            self._called_builtin(frame, argument, asked)
        elif event == "return" and self._open:
            number = self._open.pop(id(frame), None)
            if number is not None:
                self.reads[number] = self.reads[number]._replace(value=safe_repr(argument))

    def _called(self, frame: FrameType, asked: int) -> None:
        code = frame.f_code
        known = _PYTHON.get(code)
        if known is None:
            if code not in self.entered and self._is_user(frame):
                self.entered[code] = frame.f_globals
            return
        caller = frame.f_back
        if caller is None or not self._is_user(caller) or not _is_ambient(frame):
            return
        cause, name = known
        key = str(frame.f_locals.get("key", "")) if cause is Cause.ENVIRONMENT else ""
        if code is not _FRESH:
            self._open[id(frame)] = len(self.reads)
        self.reads.append(Read(cause, name, key, "", _place(caller), asked))

    def _called_builtin(self, frame: FrameType, function: Any, asked: int) -> None:
        known = _BUILTIN.get(function)
        if known is None or not self._is_user(frame):
            return
        cause, name = known
        value = safe_repr(function()) if name in _REPEATABLE else ""
        self.reads.append(Read(cause, name, "", f"about {value}" if value else "", _place(frame), asked))


def _is_ambient(frame: FrameType) -> bool:
    """Whether the receiver is the shared one: a `random.Random(7)` of one's own gives the same every time."""
    if frame.f_code is _FRESH:
        return frame.f_locals.get("x") is None  # without a seed it is another in every process
    if "self" not in frame.f_code.co_varnames[:1]:
        return True
    receiver = frame.f_locals.get("self")
    return receiver is os.environ or receiver is random._inst or isinstance(receiver, random.SystemRandom)  # noqa: SLF001 - the module's shared generator has no other name


def _place(frame: FrameType) -> Place:
    return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
