"""What was asked of the services, and what is still on its way: two files that outlive the worker who asked.

`requests.jsonl` has a line per request, written when it is over for the one who asked, and one per request that
arrived when nobody waited for it any more. `late.json` has those that are on their way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench.simulate.services import Request

__all__ = ["Asked", "Late", "Told", "Traffic"]


class Told(StrEnum):
    """What the one who asked was told."""

    ANSWER = "answer"
    REFUSAL = "refusal"
    NOTHING = "nothing"
    """No answer came, or the worker died before."""
    NOBODY = "nobody"
    """The request arrived when nobody waited for it any more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as the services saw it.

    Attributes:
        number: The how-manieth it is, from 1.
        time_ns: When it was over.
        service: Who was asked.
        method: HTTP method.
        path: Path without the query.
        execution: Number of the event in the log in which the step that asks was begun; 0 for unknown.
        told: What came back.
        status: HTTP status; 0 where there was no answer.
        entries: Numbers of the ledger's entries that it made.
        answer: Body of the answer, whether or not anybody heard it.
    """

    number: int
    time_ns: int
    service: str
    method: str
    path: str
    execution: int = 0
    told: Told = Told.ANSWER
    status: int = 0
    entries: tuple[int, ...] = ()
    answer: Any = None

    @property
    def acted(self) -> bool:
        """Whether it changed anything."""
        return bool(self.entries)


@dataclass(frozen=True, slots=True)
class Late:
    """A request on its way.

    Attributes:
        due_ns: When it arrives.
        asked: What is known of it.
        request: What will be asked.
    """

    due_ns: int
    asked: Asked
    request: Request


class Traffic:
    """The requests of one world.

    Args:
        folder: Where the two files are.
    """

    def __init__(self, folder: Path) -> None:
        self._lines = folder / "requests.jsonl"
        self._late = folder / "late.json"

    def read(self) -> list[Asked]:
        """All requests so far."""
        if not self._lines.exists():
            return []
        return [_asked(json.loads(line)) for line in self._lines.read_text().splitlines()]

    def write(self, asked: Asked) -> None:
        """One request is over."""
        with self._lines.open("a") as file:
            file.write(json.dumps(asdict(asked)) + "\n")

    def on_its_way(self) -> list[Late]:
        """Requests that have not arrived, the next one first."""
        if not self._late.exists():
            return []
        found = [
            Late(due_ns, _asked(asked), Request(method, tuple(segments), query, headers, body))
            for due_ns, asked, (method, segments, query, headers, body) in json.loads(self._late.read_text())
        ]
        return sorted(found, key=lambda late: late.due_ns)

    def send(self, late: Late) -> None:
        """A request is on its way, whatever becomes of who sent it."""
        self._keep([*self.on_its_way(), late])

    def arrivals(self, now_ns: int) -> Iterator[Late]:
        """Requests that have arrived by now; each is on its way no more."""
        waiting = self.on_its_way()
        while waiting and waiting[0].due_ns <= now_ns:
            late = waiting.pop(0)
            self._keep(waiting)
            yield replace(late, asked=replace(late.asked, told=Told.NOBODY))

    def _keep(self, waiting: list[Late]) -> None:
        content = [
            (one.due_ns, asdict(one.asked), (r.method, r.segments, dict(r.query), dict(r.headers), r.body))
            for one in waiting
            for r in (one.request,)
        ]
        self._late.write_text(json.dumps(content))


def _asked(fields: dict[str, Any]) -> Asked:
    fields["told"], fields["entries"] = Told(fields["told"]), tuple(fields["entries"])
    return Asked(**fields)
