"""The ground truth: what the simulated services really did, one JSON line per effect.

The ledger is written by the side that acts, never by the side that records, so comparing the two shows what a
log may claim and what it may not. Contract: an entry is one `os.write` on a file opened for appending, synced
before the service answers; an effect without a whole line did not happen. The services rebuild their state from
these lines alone, hence a torn last line (a write cut off by a crash) is no effect and is only reported, while a
broken line in the middle means that the truth is lost, which is an error.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from workbench._errors import LogBusyError, LogDegradedError, LogError, LogNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Ledger", "LedgerEntry", "LedgerReading", "RottenLedgerError", "charged_cents", "digest", "extensions"]


class RottenLedgerError(LogError):
    """A whole line of the ledger is not the entry that belongs there.

    Attributes:
        line: Number of the line, counted from 1.
    """

    def __init__(self, message: str, *, path: Path | str, line: int, offset: int | None = None) -> None:
        self.line = line
        super().__init__(
            f"{path}, line {line}: {message}",
            path=path,
            offset=offset,
            hint="the ground truth is damaged; start the shop in an empty folder",
        )


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One effect that a service performed.

    Attributes:
        seq: Number of the entry, from 1 without gaps; also its line number.
        time_ns: The service's clock, nanoseconds since the epoch.
        service: `token`, `stock`, `payment`, `subscription`, `mail` or `flag`.
        action: What happened, in the past tense (`charged`, `refunded`).
        key: What the service recognises a repetition by; empty where it cannot, so that a repetition acts again.
        facts: What the service needs to rebuild its state. Never a credential.
    """

    seq: int
    time_ns: int
    service: str
    action: str
    key: str
    facts: dict[str, object]

    def text(self, name: str) -> str:
        """The fact of this name, which is a text or empty where it is absent."""
        return str(self.facts.get(name, ""))

    def whole(self, name: str) -> int:
        """The fact of this name, which is a whole number.

        Raises:
            TypeError: It is not; the shop wrote this file, so the file was edited.
        """
        value = self.facts.get(name)
        if type(value) is not int:
            message = f"entry {self.seq} ({self.service}, {self.action}): {name} is {value!r}, not a whole number"
            raise TypeError(message)
        return value

    def to_json(self) -> dict[str, object]:
        """The object that one line of the file holds."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Build an entry from the object of one line.

        Raises:
            ValueError: The value has other fields or other types than an entry has.
        """
        if not isinstance(value, dict) or set(value) != set(_FIELD_TYPES):
            message = f"an entry has the fields {', '.join(_FIELD_TYPES)}"
            raise ValueError(message)
        for name, kind in _FIELD_TYPES.items():
            if type(value[name]) is not kind:
                message = f"{name} must be {kind.__name__}, it is {value[name]!r}"
                raise ValueError(message)
        return cls(**value)


_FIELD_TYPES: dict[str, type] = {"seq": int, "time_ns": int, "service": str, "action": str, "key": str, "facts": dict}


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """What was found in a ledger file.

    Attributes:
        entries: The whole entries, in order.
        torn_bytes: Length of a last line without its line end; 0 when the file ends as it should.
    """

    entries: list[LedgerEntry]
    torn_bytes: int


class Ledger:
    """The writing side of a ledger file; one live writer per file.

    Args:
        path: The file; created if absent, continued if present.
        now_ns: The clock that stamps entries, nanoseconds since the epoch.

    Attributes:
        path: The file.
        torn_bytes: Length of the torn last line that was found on opening. It is cut off then, because a line
            written after it would turn a tolerated tail into a broken middle.

    Raises:
        LogBusyError: Another process writes this ledger.
        RottenLedgerError: The file is damaged in the middle.
    """

    def __init__(self, path: Path | str, *, now_ns: Callable[[], int] = time.time_ns) -> None:
        self.path = Path(path)
        self._now_ns = now_ns
        self._lock = threading.Lock()
        self._failure = ""
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._claim()
            found = self.scan(self.path)
            if found.torn_bytes:
                os.ftruncate(self._file, os.fstat(self._file).st_size - found.torn_bytes)
            _sync_folder(self.path.parent)
        except BaseException:
            os.close(self._file)
            raise
        self.torn_bytes = found.torn_bytes
        self._seq = len(found.entries)

    def _claim(self) -> None:
        """Take the writer lock, which the kernel gives back when the process dies."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{self.path}: another shop is writing this ledger"
            raise LogBusyError(message, path=self.path, hint="stop it, or use another folder") from None

    @property
    def count(self) -> int:
        """How many entries the file holds."""
        return self._seq

    def append(
        self, service: str, action: str, key: str, facts: Mapping[str, object], *, sync: bool = True, at_ns: int = 0
    ) -> LedgerEntry:
        """Write one entry; when this returns, the effect has happened.

        Args:
            service: Who acts.
            action: What happened, in the past tense.
            key: What a repetition is recognised by, or empty.
            facts: JSON values that rebuild the state.
            sync: Wait until the disk has it; off only for what is no effect on the world.
            at_ns: When it happened, where that was before now.

        Returns:
            The entry as written.

        Raises:
            LogDegradedError: The disk refused; from then on every append is refused, since after a failed sync
                nobody knows what the disk holds.
        """
        with self._lock:
            if self._failure:
                raise LogDegradedError(self._failure, path=self.path, hint="restart the shop")
            entry = LedgerEntry(self._seq + 1, at_ns or self._now_ns(), service, action, key, dict(facts))
            line = json.dumps(entry.to_json(), separators=(",", ":"), allow_nan=False).encode() + b"\n"
            try:
                written = os.write(self._file, line)
                if sync and written == len(line):
                    os.fdatasync(self._file)
            except OSError as error:
                self._failure = f"{self.path}: the ledger refused a write: {error}"
                raise LogDegradedError(self._failure, path=self.path, hint="restart the shop") from error
            if written != len(line):
                self._failure = f"{self.path}: the ledger took {written} of {len(line)} bytes"
                raise LogDegradedError(self._failure, path=self.path, hint="make room on the disk")
            self._seq = entry.seq
            return entry

    def close(self) -> None:
        """Let go of the file; waits for a write that is under way. A second call does nothing."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
                self._failure = f"{self.path}: the ledger is closed"

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close."""
        self.close()

    @staticmethod
    def scan(path: Path | str) -> LedgerReading:
        """Read a ledger and say how it ends; never changes the file.

        Raises:
            LogNotFoundError: There is no such file.
            RottenLedgerError: A whole line is no entry, or not the one that follows.
        """
        try:
            content = Path(path).read_bytes()
        except FileNotFoundError:
            message = f"{path}: there is no ledger"
            raise LogNotFoundError(message, path=path, hint="the shop writes ledger.jsonl into its folder") from None
        *lines, tail = content.split(b"\n")
        entries: list[LedgerEntry] = []
        offset = 0
        for number, line in enumerate(lines, start=1):
            try:
                entry = LedgerEntry.from_json(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise RottenLedgerError(str(error), path=path, line=number, offset=offset) from error
            if entry.seq != number:
                message = f"entry {entry.seq} stands where entry {number} belongs"
                raise RottenLedgerError(message, path=path, line=number, offset=offset)
            entries.append(entry)
            offset += len(line) + 1
        return LedgerReading(entries, len(tail))

    @staticmethod
    def read(path: Path | str) -> list[LedgerEntry]:
        """The whole entries of a ledger; `scan` also tells of a torn last line."""
        return Ledger.scan(path).entries


def charged_cents(entries: Iterable[LedgerEntry], order: str) -> int:
    """What this order has cost the customer in the end: all charges less all refunds and credits."""
    signs = {"charged": 1, "refunded": -1, "credited": -1}
    return sum(
        signs[entry.action] * entry.whole("amount_cents")
        for entry in entries
        if entry.service == "payment" and entry.action in signs and entry.text("order") == order
    )


def extensions(entries: Iterable[LedgerEntry], customer: str) -> list[LedgerEntry]:
    """Each time this customer's subscription really changed, in order."""
    return [
        entry
        for entry in entries
        if entry.service == "subscription" and entry.action == "extended" and entry.text("customer") == customer
    ]


def digest(path: Path | str) -> str:
    """SHA-256 of the file's bytes in hex; equal before and after means that nobody acted in between."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the file's name durable too; a synced file without a directory entry is lost all the same."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
