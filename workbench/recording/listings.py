"""Recorded source around the calls of a run, with the lines marked at which it called and where the trouble is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.analysis import RunFacts
from workbench.analysis.bodies import Bodies
from workbench.model import EventType, History, Source, position_text
from workbench.recording.exports.telling import name_of_type
from workbench.views import LOOKS
from workbench.views.report import Listing, SourceLine

__all__ = ["listings_of", "sources_of"]

_AROUND = 4
_MOST_NOTES = 4
_BEGINS = frozenset({EventType.RunStarted, EventType.RunRecovered})
_TROUBLE = frozenset({"failed", "in_doubt", "compensation_in_doubt", "compensation_failed"})

Notes = dict[int, list[tuple[str, bool]]]
"""By line: what was called there, and whether that is where the trouble is."""


def listings_of(history: History, facts: RunFacts) -> tuple[Listing, ...]:
    """One listing per recorded file in which the run made calls; none where the log holds no source.

    Args:
        history: The log.
        facts: The run.
    """
    found = _noted(history, facts)
    return tuple(Listing(_title(source), tuple(_lines(source.text, notes))) for source, notes in found)


def sources_of(history: History, facts: RunFacts) -> tuple[Source, ...]:
    """The recorded files that `listings_of` shows parts of."""
    return tuple(source for source, _ in _noted(history, facts))


def _title(source: Source) -> str:
    """File and module: in which folders somebody keeps it is nobody else's business."""
    name = source.file.rpartition("/")[2].rpartition("\\")[2]
    return f"{name} ({source.module})" if source.module else name


def _noted(history: History, facts: RunFacts) -> list[tuple[Source, Notes]]:
    bodies, digest = Bodies(history), ""
    steps = {step.position: step for step in facts.steps}
    found: dict[str, Notes] = {}
    for row in history.rows_of(facts.run_id):
        body = bodies(row)
        if history.columns.type[row] in _BEGINS:
            digest = str(body.get("source") or "")
        source, line = _place(history.sources, digest, body.get("at"))
        if source is None:
            continue
        position = history.position(row)
        step = steps.get(position)
        state = str(step.state) if step is not None else ""
        name = history.declaration(row).name or name_of_type(history.columns.type[row])
        note = f"{name} ({position_text(position)}){f' {LOOKS[state].label}' if state else ''}"
        notes = found.setdefault(source.digest, {}).setdefault(line, [])
        if (note, state in _TROUBLE) not in notes:
            notes.append((note, state in _TROUBLE))
    return [(history.sources[key], notes) for key, notes in found.items()]


def _place(sources: Mapping[str, Source], digest: str, at: Any) -> tuple[Source | None, int]:
    """Source and line of a call: of the version that ran, where the log holds several of a file."""
    if not isinstance(at, list | tuple) or len(at) < 2 or not isinstance(at[1], int):  # noqa: PLR2004 - file and line
        return None, 0
    current = sources.get(digest)
    if current is not None and current.file == at[0]:
        return current, at[1]
    return next((source for source in reversed(list(sources.values())) if source.file == at[0]), None), at[1]


def _lines(text: str, notes: Notes) -> Iterator[SourceLine]:
    lines = text.splitlines()
    near = {line for place in notes for line in range(place - _AROUND, place + _AROUND + 1)}
    for number in sorted(near):
        if not 1 <= number <= len(lines):
            continue
        here = notes.get(number, [])
        mark = "failed" if any(trouble for _, trouble in here) else "call" if here else ""
        yield SourceLine(number, lines[number - 1], mark, _some([note for note, _ in here]))


def _some(notes: Sequence[str]) -> str:
    more = f" and {len(notes) - _MOST_NOTES} more" if len(notes) > _MOST_NOTES else ""
    return ", ".join(notes[:_MOST_NOTES]) + more
