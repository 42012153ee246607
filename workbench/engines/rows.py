"""What the readers of other engines' histories share: facts in, columns out, bodies that are decoded when looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from workbench.journal.codec import Record
from workbench.model import NOWHERE, UNNAMED, Columns, Declaration, EventType, History, Kind, Payloads, Position, Unsaid

__all__ = ["Body", "Fact", "Later", "Rows", "called", "shown", "undecoded", "written"]

_MOST_ATTEMPTS = (1 << 16) - 1
_LATEST_NS = (1 << 63) - 1


class Fact(NamedTuple):
    """One event, before it is a row.

    Attributes:
        type: What happened.
        position: Where in the program.
        declaration: Name and kind; see `called` and `shown`.
        attempt: 1-based; 0 for unknown or none.
        error_type: Class name of the error; `""` for none.
        cause: Number of the event that it answers; 0 for none.
    """

    type: EventType
    position: Position = NOWHERE
    declaration: Declaration = UNNAMED
    attempt: int = 0
    error_type: str = ""
    cause: int = 0


def written(text: str) -> str:
    """A name that can be written down: JSON can spell halves of surrogate pairs, and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@lru_cache(4096)
def called(name: str, kind: Kind = Kind.WRITE) -> Declaration:
    """A step of an engine that knows no kinds: it counts as a write unless the engine's own manual says more."""
    return Declaration(written(name), kind)


@lru_cache(4096)
def shown(name: str) -> Declaration:
    """Just a name: of a timer, a signal, a child, a workflow."""
    return Declaration(written(name), Kind.PURE, kind_assumed=False) if name else UNNAMED


class Rows:
    """Collects facts as columns."""

    def __init__(self) -> None:
        self._columns = Columns()
        self._runs: dict[str, int] = {}
        self._again: dict[str, int] = {}
        self._names: dict[Declaration, int] = {UNNAMED: 0}
        self._seen: dict[int, tuple[Declaration, int]] = {}
        self._tags: dict[str, int] = {"": 0}

    def __len__(self) -> int:
        """Number of events so far; the next one gets the number after."""
        return len(self._columns.type)

    def run(self, run_id: str) -> tuple[int, str]:
        """Begin a run.

        Returns:
            Its number and its id, with a suffix where the file has a run of this id already.
        """
        unique = run_id = written(run_id)
        while unique in self._runs:
            self._again[run_id] = again = self._again.get(run_id, 1) + 1
            unique = f"{run_id}#{again}"
        self._runs[unique] = len(self._runs)
        return self._runs[unique], unique

    def add(self, run: int, time_ns: int, fact: Fact) -> int:
        """Keep a fact.

        Args:
            run: Number of its run.
            time_ns: Nanoseconds since the epoch.
            fact: The fact.

        Returns:
            The number of the event.
        """
        columns = self._columns
        type_, position, declaration, attempt, error_type, cause = fact
        columns.time_ns.append(time_ns if 0 <= time_ns <= _LATEST_NS else 0)
        columns.type.append(type_)
        columns.run.append(run)
        columns.name.append(0 if declaration is UNNAMED else self._name(declaration))
        columns.tag.append(self._tags.setdefault(written(error_type), len(self._tags)) if error_type else 0)
        columns.attempt.append(attempt if 0 <= attempt <= _MOST_ATTEMPTS else _MOST_ATTEMPTS if attempt > 0 else 0)
        columns.cause.append(cause)
        if position:
            columns.path.extend(position)
        columns.path_end.append(len(columns.path))
        return len(columns.type)

    def _name(self, declaration: Declaration) -> int:
        """By identity where it is the one from before: comparing declarations takes longer than all the rest."""
        known = self._seen.get(id(declaration))
        if known is None:
            number = self._names.setdefault(declaration, len(self._names))
            known = self._seen[id(declaration)] = declaration, number
        return known[1]

    def history(self, payloads: Payloads, engine: str, origin: str, unsaid: frozenset[Unsaid]) -> History:
        """What was collected; events are numbered from 1."""
        count = len(self)
        self._columns.seq.extend(range(1, count + 1))
        self._columns.mono_ns.frombytes(bytes(count * self._columns.mono_ns.itemsize))
        return History(
            columns=self._columns, runs=list(self._runs), names=list(self._names), tags=list(self._tags),
            payloads=payloads, engine=engine, origin=origin, unsaid=unsaid,
        )  # fmt: skip


class Later(NamedTuple):
    """A value of a body that is made when somebody looks at it.

    Attributes:
        make: Makes it.
        raw: Of what.
    """

    make: Callable[[Any], Any]
    raw: Any


class Body(Mapping[str, Any]):
    """One body. What is `Later` is decoded when it is read, each time anew.

    Args:
        parts: Values by name.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: dict[str, Any]) -> None:
        self._parts = parts

    def __getitem__(self, name: str) -> Any:
        """The value of this name, decoded."""
        value = self._parts[name]
        return value.make(value.raw) if type(value) is Later else value

    def __contains__(self, name: object) -> bool:
        """Whether there is such a name; nothing is decoded."""
        return name in self._parts

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping; most questions are about names that are not there."""
        return self[name] if name in self._parts else default

    def __iter__(self) -> Iterator[str]:
        """Names, in the order of the native bodies."""
        return iter(self._parts)

    def __len__(self) -> int:
        """Number of names."""
        return len(self._parts)

    def __repr__(self) -> str:
        """As a dictionary, decoded."""
        return repr(dict(self))


def undecoded(encoding: str, raw: bytes | str, why: str = "") -> Record:
    """The visible stand-in of a value that cannot be read here: encrypted, compressed, damaged, or of an own codec."""
    reason = {"why": why} if why else {}
    return Record("Undecoded", "", {"encoding": encoding, "size": len(raw), "raw": raw, **reason})
