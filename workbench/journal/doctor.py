"""What state a log is in, what that means, and what to do next: what `workbench doctor` prints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench._errors import (
    EmptyLogError,
    LogError,
    LogNotFoundError,
    NewerVersionError,
    NotALogError,
    RottenLogError,
)
from workbench.journal.reader import open_log
from workbench.journal.report import GapReason, OpenMode, Report

__all__ = ["Condition", "Examination", "examine"]


class Condition(StrEnum):
    """The one word for a log's state; the worst that applies."""

    ABSENT = "absent"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    FOREIGN = "foreign"
    NEWER = "newer"
    ROTTEN = "rotten"
    DEGRADED = "degraded"
    ALIVE = "alive"
    TORN = "torn"
    UNCLOSED = "unclosed"
    SOUND = "sound"


_OF_ERROR: tuple[tuple[type[LogError], Condition], ...] = (
    (LogNotFoundError, Condition.ABSENT),
    (EmptyLogError, Condition.EMPTY),
    (NotALogError, Condition.FOREIGN),
    (NewerVersionError, Condition.NEWER),
    (RottenLogError, Condition.ROTTEN),
    (LogError, Condition.UNREADABLE),
)


@dataclass(frozen=True, slots=True)
class Examination:
    """The doctor's answer.

    Attributes:
        condition: The state in one word.
        found: What is there.
        missing: What is not there, or cannot be read; empty when nothing is known to be missing.
        meaning: What that means for the runs in it.
        advice: What to do next.
        report: The details, where the file could be read at all.
    """

    condition: Condition
    found: str
    missing: tuple[str, ...]
    meaning: str
    advice: str
    report: Report | None = None

    def lines(self) -> list[str]:
        """The answer as lines of text."""
        return [
            f"condition: {self.condition}",
            *(f"found:     {line}" for line in self.found.splitlines()),
            *(f"missing:   {line}" for line in self.missing),
            f"meaning:   {self.meaning}",
            f"next:      {self.advice}",
        ]


def examine(path: str | Path) -> Examination:
    """Look at a log without changing it. Never raises for what is wrong with the file: that is its answer."""
    try:
        report = open_log(path, OpenMode.SALVAGE).report
    except LogError as error:
        condition = next(condition for kind, condition in _OF_ERROR if isinstance(error, kind))
        return Examination(condition, error.message, (), _MEANING[condition], error.hint or _ADVICE[condition])
    condition = _condition(report)
    return Examination(condition, str(report), _missing(report), _MEANING[condition], _ADVICE[condition], report)


def _condition(report: Report) -> Condition:
    if report.rotten:
        return Condition.ROTTEN
    if report.dropped or report.sync_failed:
        return Condition.DEGRADED
    if report.writer_alive:
        return Condition.ALIVE
    if report.gaps and report.gaps[-1].offset + report.gaps[-1].length == report.size:
        return Condition.TORN
    return Condition.SOUND if report.closed else Condition.UNCLOSED


_LOSS = {
    GapReason.TORN: "the last write of a process was cut off; it was never acknowledged",
    GapReason.ROTTEN: "bytes have changed since they were written; the events in them are lost",
    GapReason.MISSING: "frames were taken out here",
    GapReason.FOREIGN: "a piece of another recording stands here",
    GapReason.FORGED: "a frame with a valid checksum and an impossible content",
}
_SHOWN = 20


def _missing(report: Report) -> tuple[str, ...]:
    lines = [f"offset {gap.offset:,}, {gap.length:,} bytes: {_LOSS[gap.reason]}" for gap in report.gaps[:_SHOWN]]
    if len(report.gaps) > _SHOWN:
        lines.append(f"{len(report.gaps) - _SHOWN:,} more stretches")
    if report.dropped:
        lines.append(f"{report.dropped} event(s) that the disk refused; whoever recorded them was told")
    if report.sync_failed:
        lines.append(f"proof that what follows seq {report.synced_seq} is on the disk")
    if report.same_boot is False and not report.closed and report.last_seq > report.synced_seq:
        lines.append(
            f"perhaps events of the last moments before the machine stopped (synced up to seq {report.synced_seq})"
        )
    return tuple(lines)


_MEANING = {
    Condition.ABSENT: "there is no such recording; absent is not broken",
    Condition.UNREADABLE: "the operating system does not give the file out",
    Condition.EMPTY: "a writer died before its first event; no run is in it",
    Condition.FOREIGN: "this is no recording of Workbench",
    Condition.NEWER: "a newer version wrote it; this one would misread it",
    Condition.ROTTEN: "events may be missing from the middle: a step that looks not started may have run",
    Condition.DEGRADED: "the disk refused something; what is in the log is right, and it says what is not",
    Condition.ALIVE: "a live process is writing; this is a view up to now",
    Condition.TORN: "the process died while writing; nothing that was acknowledged is missing",
    Condition.UNCLOSED: "the process ended without closing; nothing that was acknowledged is missing",
    Condition.SOUND: "complete, closed in good order",
}
_ADVICE = {
    Condition.ABSENT: "check the name; `workbench demo` makes one",
    Condition.UNREADABLE: "check that it is a file and that you may read it",
    Condition.EMPTY: "delete it, or choose another name",
    Condition.FOREIGN: "open it with the engine that wrote it: `workbench.open` knows several",
    Condition.NEWER: "pip install -U durable-workbench",
    Condition.ROTTEN: "restore a copy; without one, read around the damage with mode='salvage' and settle by hand",
    Condition.DEGRADED: "free space or change the disk, then resume (after a failed sync: into a new log)",
    Condition.ALIVE: "wait for it to end before you resume its runs",
    Condition.TORN: "resume: the next writer goes on behind the torn bytes",
    Condition.UNCLOSED: "resume the interrupted runs",
    Condition.SOUND: "nothing",
}
