"""One run of an opened log: what all that a person does with a run has in common."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from workbench._errors import CodeNotFoundError, UsageError
from workbench.analysis import RunFacts, read_facts
from workbench.engines import Loaded, replays
from workbench.model import EventType, History, ns_of
from workbench.recorder import SYSTEM_CLOCK
from workbench.recording.code import code_of_reference

__all__ = ["Code", "OneRun"]

Code = Callable[..., Any]


class OneRun:
    """One run.

    Args:
        loaded: The log that holds it.
        run_id: Its id.
        logs: All logs of the recording.
    """

    def __init__(self, loaded: Loaded, run_id: str, logs: Sequence[Loaded] = ()) -> None:
        self._loaded = loaded
        self._logs = logs
        self._moment_ns: int | None = None
        self.id = run_id

    @property
    def history(self) -> History:
        """The log's events."""
        return self._loaded.history

    @property
    def place(self) -> tuple[Loaded, str]:
        """The log that holds it, and its id there."""
        return self._loaded, self.id

    @cached_property
    def facts(self) -> RunFacts:
        """What the log says of this run, read once."""
        return read_facts(self.history, self.id, self._loaded.report)

    def as_of(self, when: datetime) -> Self:
        """The same run, looked at as if it were then: how old a token is, whether a key still lives, depends on it.

        Only looking is meant, `verdict` and `hazards`: whoever acts does so now, and is judged by what is so now.

        Args:
            when: An aware instant: when the incident was looked at first, or the time of a simulated world.

        Raises:
            UsageError: It has no time zone.
        """
        if when.tzinfo is None:
            raise UsageError(f"{when} names no instant", hint="give it a time zone: when.replace(tzinfo=UTC)")
        other = type(self)(self._loaded, self.id, self._logs)
        other._moment_ns = ns_of(when)  # noqa: SLF001 - of the same class
        return other

    @property
    def _now_ns(self) -> int:
        """The moment at which it is looked at, nanoseconds since the epoch."""
        return SYSTEM_CLOCK.now_ns() if self._moment_ns is None else self._moment_ns

    def _at(self, loaded: Loaded) -> Self:
        """The same run of its log, opened again, and looked at now."""
        return type(self)(loaded, self.id, [loaded if log is self._loaded else log for log in self._logs])

    def _must_replay(self) -> None:
        engine = self.history.engine
        if not replays(engine):
            raise UsageError(
                f"run {self.id} is one of {engine}, and code of other engines cannot be replayed yet: that comes later",
                hint="its history is all here: run.timeline(), run.steps, run.verdict()",
            )

    def recorded_code(self) -> Code:
        """The workflow that was recorded, imported now.

        Raises:
            CodeNotFoundError: It cannot be imported, or is not there.
        """
        return code_of_reference(self._reference())

    def _loaded_code(self) -> Code | None:
        """The recorded code where its module is loaded already: nothing is imported for this."""
        if self._reference().partition(":")[0] not in sys.modules:
            return None
        try:
            return self.recorded_code()
        except CodeNotFoundError:
            return None

    def _reference(self) -> str:
        started = next((row for row in self.history.rows_of(self.id) if self._is_start(row)), None)
        if started is None:
            raise CodeNotFoundError(f"the log does not hold the beginning of run {self.id!r}", hint="pass code=…")
        return str(self.history.payload(started).get("workflow", ""))

    def _is_start(self, row: int) -> bool:
        return self.history.columns.type[row] == EventType.RunStarted
