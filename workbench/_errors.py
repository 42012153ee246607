"""Every exception that Workbench raises on purpose.

Standard library only, at the bottom of the dependency chain: any room may raise, the two front ends
(`workbench.cli`, later the server) catch `WorkbenchError` once and translate it by one table.

A message says what happened, where, and what to do next. Facts that a program wants are attributes, never
only text. `LogError` and `PayloadError` speak of the recording's bytes, `RunError` of a run's state,
`ReplayError` of code against a history, `UsageError` of the call that was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "ActedDuringReplayError",
    "CodeNotFoundError",
    "DivergenceError",
    "EmptyLogError",
    "InDoubtError",
    "LogBusyError",
    "LogDegradedError",
    "LogError",
    "LogNotFoundError",
    "MissingDependencyError",
    "NeedsSecretError",
    "NewerVersionError",
    "NotALogError",
    "NotAllowedError",
    "PayloadError",
    "PayloadTooLargeError",
    "ReplayError",
    "RottenLogError",
    "RunBusyError",
    "RunError",
    "RunGivenUpError",
    "RunNotFoundError",
    "SecretFoundError",
    "StepTimeoutError",
    "TooLargeError",
    "TornLogError",
    "UndecodableError",
    "UnrecordableError",
    "UnsafeError",
    "UsageError",
    "WorkbenchError",
]


class WorkbenchError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: What happened and where.
        hint: What to do next; printed after the message.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        """Message and hint in one text."""
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message


class UsageError(WorkbenchError):
    """The call itself cannot be right (unknown name, contradicting arguments, wrong place)."""


class TooLargeError(UsageError):
    """What was given is larger than is taken here."""


class MissingDependencyError(WorkbenchError):
    """An optional package is needed for this, and it is not installed."""


class NotAllowedError(WorkbenchError):
    """Whoever opened the recording here does not let this be done from here."""


# --- the recording's bytes ----------------------------------------------------------------------------------


class LogError(WorkbenchError):
    """A log file cannot be read or written as asked.

    Attributes:
        path: The file, where there is one.
        offset: Byte offset of the trouble, or `None`.
    """

    def __init__(
        self, message: str, *, path: Path | str | None = None, offset: int | None = None, hint: str = ""
    ) -> None:
        self.path = path
        self.offset = offset
        super().__init__(message, hint=hint)


class LogNotFoundError(LogError):
    """Nothing is there under this name (absent is not broken)."""


class EmptyLogError(LogError):
    """The file has no byte, or not even one whole file header."""


class NotALogError(LogError):
    """The file does not begin as any known recording does."""


class NewerVersionError(LogError):
    """The file says that it was written in a newer format version than this package reads."""


class TornLogError(LogError):
    """`strict` only: the last write was cut off; nothing that was acknowledged is missing."""


class RottenLogError(LogError):
    """`strict` only: bytes inside the file are damaged; events are missing from the middle."""


class LogBusyError(LogError):
    """Another live process holds the writer lock of this log."""


class LogDegradedError(LogError):
    """The disk refused a write or a sync; effects that do not repeat are no longer issued."""


# --- values in the recording ---------------------------------------------------------------------------------


class PayloadError(WorkbenchError):
    """A value cannot be recorded or read back.

    Attributes:
        where: JSON-path-like place of the value, for example `$.args[0].customer`.
    """

    def __init__(self, message: str, *, where: str = "$", hint: str = "") -> None:
        self.where = where
        super().__init__(message, hint=hint)


class UnrecordableError(PayloadError):
    """A value of this type cannot be written to a log."""


class PayloadTooLargeError(UnrecordableError):
    """The value is larger than a log may hold in one event."""


class UndecodableError(PayloadError):
    """Recorded bytes are no payload, or do not fit the type that the caller wants."""


class NeedsSecretError(PayloadError):
    """The code used a redacted value that cannot be opened here.

    Attributes:
        fingerprint: Keyed fingerprint of the secret, as shown in the log.
    """

    def __init__(self, message: str, *, fingerprint: str = "", where: str = "$", hint: str = "") -> None:
        self.fingerprint = fingerprint
        super().__init__(message, where=where, hint=hint)


class SecretFoundError(PayloadError):
    """Something that is about to be shared holds secrets in clear; it was not written.

    Attributes:
        found: What was found and where (`workbench.journal.redaction.Secret`), never the secrets themselves.
    """

    def __init__(self, message: str, *, found: Sequence[object] = (), where: str = "$", hint: str = "") -> None:
        self.found = tuple(found)
        super().__init__(message, where=where, hint=hint)


# --- the state of a run ----------------------------------------------------------------------------------------


class RunError(WorkbenchError):
    """The run cannot do this now.

    Attributes:
        run_id: The run.
    """

    def __init__(self, message: str, *, run_id: str = "", hint: str = "") -> None:
        self.run_id = run_id
        super().__init__(message, hint=hint)


class RunNotFoundError(RunError):
    """No run of this id in the recording."""


class RunBusyError(RunError):
    """A live writer is executing this run already."""


class RunGivenUpError(RunError):
    """Somebody decided to compensate the run, or to begin it again as another one: it goes forward no more."""


class InDoubtError(RunError):
    """A step that must not repeat has an intent in the log and no outcome.

    Attributes:
        position: Text of the step's position.
        step: Name of the step.
    """

    def __init__(self, message: str, *, run_id: str = "", position: str = "", step: str = "", hint: str = "") -> None:
        self.position = position
        self.step = step
        super().__init__(message, run_id=run_id, hint=hint)


class UnsafeError(RunError):
    """The verdict on this action is not SAFE, and the caller did not accept all that speaks against it.

    Attributes:
        objections: Ids of what is not accepted; `accept=[…]` takes them.
    """

    def __init__(self, message: str, *, run_id: str = "", objections: tuple[str, ...] = (), hint: str = "") -> None:
        self.objections = objections
        super().__init__(message, run_id=run_id, hint=hint)


class StepTimeoutError(RunError):
    """A step did not answer within its `timeout_seconds`; whether it acted is not known."""


# --- code against history --------------------------------------------------------------------------------------


class ReplayError(WorkbenchError):
    """Replay cannot go on."""


class DivergenceError(ReplayError):
    """The code asks for something else than the log holds at that position.

    Attributes:
        position: Text of the position.
        recorded: What the log holds there.
        asked: What the code asked for.
    """

    def __init__(
        self, message: str, *, position: str = "", recorded: str = "", asked: str = "", hint: str = ""
    ) -> None:
        self.position = position
        self.recorded = recorded
        self.asked = asked
        super().__init__(message, hint=hint)


class CodeNotFoundError(ReplayError):
    """The recorded workflow's code cannot be imported here."""


class ActedDuringReplayError(BaseException):
    """Replayed code tried to touch the world outside a step; it was stopped.

    Derives from `BaseException` so that an `except Exception` in workflow code cannot hide it. Move the call
    into a step: `@wb.step(kind=…)`.

    Attributes:
        event: The audit event that was stopped, for example `socket.connect`.
    """

    def __init__(self, event: str, detail: str = "") -> None:
        self.event = event
        self.detail = detail
        super().__init__(
            f"workflow code tried {event}({detail}) while being replayed; replay never acts.\n"
            "  → put the call into a function marked @wb.step and call that"
        )

    def __reduce__(self) -> tuple[type[ActedDuringReplayError], tuple[str, str]]:
        """From another process it comes as it was: `BaseException` would make it anew from its message."""
        return type(self), (self.event, self.detail)
