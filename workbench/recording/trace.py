"""A trace as a person holds it: the stops as a frame, and words that say what can be done next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from workbench.model import History, Source, visible
from workbench.replay import Trace as BareTrace

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Trace"]

_COLUMNS = ("index", "seq", "event", "position", "name", "file", "line", "function", "changed", "source")


class Trace(BareTrace):
    """A trace with its stops as a DataFrame. See `workbench.replay.Trace`."""

    sources: Mapping[str, Source] = MappingProxyType({})
    """Recorded source files by name."""

    @classmethod
    def of(cls, trace: BareTrace, history: History) -> Self:
        """The same trace, for people.

        Args:
            trace: What `replay` gave.
            history: Its history; holds the recorded sources.
        """
        shown = cls(**{field.name: getattr(trace, field.name) for field in fields(BareTrace)})
        shown.sources = {source.file: source for source in history.sources.values()}
        return shown

    def excerpt(self, around: int = 3) -> list[str]:
        """Numbered source lines around the stop at the cursor, as recorded; empty where the recording has none."""
        stop = self.stop
        source = self.sources.get(stop.file)
        if source is None or not stop.line:
            return []
        lines = source.text.splitlines()
        shown = range(max(1, stop.line - around), min(len(lines), stop.line + around) + 1)
        return [f"{'▶' if number == stop.line else ' '} {number:4} {lines[number - 1]}" for number in shown]

    @property
    def stops(self) -> pd.DataFrame:
        """One row per stop.

        Columns: `index` (int64), `seq` (Int64, missing beyond the log), `event` (category), `position` (str),
        `name` (str), `file` (str), `line` (Int64, 1-based, missing where no user code runs), `function` (str),
        `changed` (object: tuple of names of locals), `source` (category: where the answer came from, empty for
        questions).
        """
        import pandas as pd

        rows = [
            (
                stop.index, stop.seq or None, stop.event, ".".join(map(str, stop.position)), stop.name,
                stop.file, stop.line or None, stop.function, stop.changed, str(stop.source),
            )
            for stop in self.steps
        ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=list(_COLUMNS))
        types = {"index": "int64", "seq": "Int64", "event": "category", "line": "Int64", "source": "category"}
        return frame.astype(types | dict.fromkeys(("position", "name", "file", "function"), "str"))

    def __repr__(self) -> str:
        """The stop at the cursor, the outcome, and what can be done next."""
        lines = [f"Trace of {self.run_id}: {len(self)} stops, isolation: {self.isolation}"]
        if self.steps:
            lines += [f"at {self.stop}", *self.excerpt(), *repr(self.stop).splitlines()[1:]]
        lines.append(str(self.outcome))
        lines.append("  next: .step() .back() .goto(i) .stop.locals .stops")
        return visible("\n".join(lines))
