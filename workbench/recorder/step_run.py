"""One step call on its way: its attempts, its key, its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench._errors import UnrecordableError
from workbench.recorder.failure import is_definite

if TYPE_CHECKING:
    from workbench.machine import Call
    from workbench.program import Invocation
    from workbench.recorder.clock import Clock
    from workbench.recorder.journaling import RunJournal

__all__ = ["StepRun"]


class StepRun:
    """A step call that is being executed.

    Args:
        journal: Writes its events.
        clock: Draws the jitter of retries.
        call: The call.
        attempt: Number of the next attempt.
        key: Idempotency key of earlier attempts; by default it is computed from the arguments.
    """

    def __init__(
        self, journal: RunJournal, clock: Clock, call: Call, *, attempt: int = 1, key: str | None = None
    ) -> None:
        self._journal = journal
        self._clock = clock
        self.call = call
        self.invocation: Invocation = call.request
        self.step = self.invocation.step
        self.attempt = attempt
        self.key = self.invocation.key() if key is None else key
        self._cause = 0

    def begin(self) -> None:
        """Log the intent of this attempt."""
        self._cause = self._journal.step_started(self.call, self.attempt, self.key)

    def succeeded(self, result: Any) -> Any:
        """Log the result.

        Raises:
            UnrecordableError: The step acted, and its result cannot be recorded.
        """
        refused = self._journal.step_completed(self.call, self.attempt, self._cause, result)
        if refused is not None:
            raise UnrecordableError(
                f"step {self.step.name} has run, and its result cannot be recorded: {refused.message}",
                where=refused.where,
                hint=refused.hint or "return plain data from steps",
            )
        return result

    def failed(self, error: BaseException) -> float | None:
        """Log the failure; the wait before the next attempt in seconds, or `None` when there is none."""
        definite = is_definite(error, self.step.definite_errors)
        retry, kind = self.step.retry, self.step.declaration.kind
        again = retry.allows(error, self.attempt, kind, definite=definite)
        delay = retry.delay_seconds(self.attempt, self._clock.random()) if again else None
        self._journal.step_failed(self.call, self.attempt, self._cause, error, definite=definite, retry_in=delay)
        if delay is not None:
            self.attempt += 1
        return delay
