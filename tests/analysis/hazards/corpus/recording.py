"""What the corpus is made of: recordings, each told by one small function that says which hazard it has or has not.

    @positive(1)
    def token_outlived_by_an_approval(story: Story) -> Look:
        ...

The corpus was written from the catalogue of hazards and before the detectors were looked at: it measures them.
A recording that has not the hazard it is filed under may well have another one: the measure is per hazard.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.story import NS, Story
from workbench.engines import dbos, temporal
from workbench.journal import Report
from workbench.journal.redaction import Keyring, Redactor
from workbench.model import History

__all__ = ["ENTRIES", "Entry", "Look", "Recording", "negative", "positive"]

_RECORDING = uuid.UUID(int=0x1CED)
_UNSAID = {"native": frozenset(), "temporal": temporal.UNSAID, "dbos": dbos.UNSAID}


@dataclass(frozen=True)
class Recording:
    """One run as a detector is shown it.

    Attributes:
        name: Number of the hazard and name of the recording: `"04 seat sold twice"`.
        history: The log.
        run_id: The run.
        report: How the log was found; `None` for other engines.
        now_ns: The moment of looking.
        code: The workflow at hand.
        siblings: Other runs of the same business key.
    """

    name: str
    history: History
    run_id: str
    report: Report | None
    now_ns: int
    code: Callable[..., Any] | None = None
    siblings: tuple[tuple[History, str], ...] = ()


class Look(NamedTuple):
    """How a story is looked at, where it is not in the usual way.

    Attributes:
        later_seconds: How long after its last event.
        run_id: Which run; the first one by default.
        report: How the log was found; whole, and nobody writing, by default.
        others: Other logs with runs of the same business key.
    """

    later_seconds: float = 60
    run_id: str = ""
    report: Report | None = None
    others: tuple[tuple[Story, str], ...] = ()


Telling = Callable[[Story], Look | None]


class Entry(NamedTuple):
    """One recording of the corpus, not made yet.

    Attributes:
        hazard: Number of the hazard.
        found: Whether the recording has it.
        name: What it is about.
        make: Makes it, with files in a folder of its own.
    """

    hazard: int
    found: bool
    name: str
    make: Callable[[Path], Recording]


ENTRIES: list[Entry] = []
"""Every recording, in the order of the modules; filled when they are imported."""


def positive(hazard: int, *, engine: str = "native", hidden: bool = False) -> Callable[[Telling], Telling]:
    """The story has this hazard.

    Args:
        hazard: Its number.
        engine: Whose history it is.
        hidden: Secrets are taken out as the recorder takes them out.
    """
    return _filed(hazard, engine, found=True, hidden=hidden)


def negative(hazard: int, *, engine: str = "native", hidden: bool = False) -> Callable[[Telling], Telling]:
    """The story looks as if it had this hazard, and has not; arguments as of `positive`."""
    return _filed(hazard, engine, found=False, hidden=hidden)


def _filed(hazard: int, engine: str, *, found: bool, hidden: bool) -> Callable[[Telling], Telling]:
    def file(tell: Telling) -> Telling:
        name = f"{hazard:02} {tell.__name__.replace('_', ' ')}"

        def make(folder: Path) -> Recording:
            story = Story(engine=engine, unsaid=_UNSAID[engine])
            look = tell(story) or Look()
            if hidden:
                _hide(story, folder)
            return _seen(name, story, look)

        ENTRIES.append(Entry(hazard, found, name, make))
        return tell

    return file


def _hide(story: Story, folder: Path) -> None:
    redact = Redactor(Keyring(_RECORDING, folder), environ={})
    story.bodies[:] = map(redact, story.bodies)


def _seen(name: str, story: Story, look: Look) -> Recording:
    history = story.history()
    run_id = look.run_id or story.runs[0]
    report = look.report or (story.report() if story.engine == "native" else None)
    within = tuple((history, other) for other in _related(story, run_id))
    elsewhere = tuple((other.history(), its) for other, its in look.others)
    now_ns = story.now_ns + story.ahead_ns + int(look.later_seconds * NS)
    return Recording(name, history, run_id, report, now_ns, siblings=within + elsewhere)


def _related(story: Story, run_id: str) -> list[str]:
    """Other runs of the log with the same business key."""
    keys = {
        story.runs[run]: body["business_key"]
        for run, body in zip(story.columns.run, story.bodies, strict=True)
        if body.get("business_key")
    }
    key = keys.get(run_id)
    return [other for other, its in keys.items() if key and its == key and other != run_id]
