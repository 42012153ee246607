"""What is seen of a trace, as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.model import position_text, visible
from workbench.replay import Change, Columns, Pass, Sighting, Standing
from workbench.views import html_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SideBySide", "changes_frame", "passes_frame", "sightings_frame", "stops_frame"]


def stops_frame(columns: Columns) -> pd.DataFrame:
    """See `Trace.stops`."""
    import pandas as pd

    first = [places[0] if places else ("", 0, "") for places in columns.places]
    changed = pd.Series(columns.changes, dtype=object)
    return pd.DataFrame({
        "index": pd.Series(range(len(changed)), dtype="int64"),
        "seq": _numbers(columns.seqs),
        "event": pd.Categorical(columns.events),
        "position": _texts(map(position_text, columns.positions)),
        "name": _texts(columns.names),
        "file": _texts(file for file, _, _ in first),
        "line": _numbers(line for _, line, _ in first),
        "function": _texts(function for _, _, function in first),
        "changed": changed,
        "source": pd.Categorical([str(source) for source in columns.sources]),
        "time": pd.Series(pd.to_datetime(columns.times, unit="ns", utc=True)).astype("datetime64[ns, UTC]"),
    })  # fmt: skip


def sightings_frame(columns: Columns, sightings: Sequence[Sighting]) -> pd.DataFrame:
    """See `Trace.watch`."""
    import pandas as pd

    places, at = columns.places, [each.at for each in sightings]
    return pd.DataFrame({
        **_stops(columns, at, lambda index: places[index][0].line),
        "value": pd.Series([each.value for each in sightings], dtype=object),
        "changed": pd.Series([each.changed for each in sightings], dtype=bool),
        "error": _texts(each.error for each in sightings),
        "expression": pd.Categorical([each.expression for each in sightings]),
    })  # fmt: skip


def changes_frame(columns: Columns, changes: Sequence[Change]) -> pd.DataFrame:
    """See `Trace.history_of`."""
    import pandas as pd

    seqs = columns.seqs
    return pd.DataFrame({
        "index": pd.Series([each.at for each in changes], dtype="int64"),
        "seq": _numbers(seqs[each.at] for each in changes),
        "line": _numbers(each.line for each in changes),
        "function": _texts(each.function for each in changes),
        "before": pd.Series([each.before for each in changes], dtype=object),
        "after": pd.Series([each.after for each in changes], dtype=object),
    })  # fmt: skip


def passes_frame(passes: Sequence[Pass], index_of: Callable[[int], int]) -> pd.DataFrame:
    """See `Trace.logpoints`.

    Args:
        passes: What was said.
        index_of: The stop of the trace for the number of an event stop.
    """
    import pandas as pd

    return pd.DataFrame({
        "after": pd.Series([index_of(each.event) for each in passes], dtype="int64"),
        "file": _texts(each.file for each in passes),
        "line": _numbers(each.line for each in passes),
        "function": _texts(each.function for each in passes),
        "text": pd.Series([each.text for each in passes], dtype=object),
        "error": _texts(each.error for each in passes),
    })  # fmt: skip


def _stops(columns: Columns, at: Sequence[int], line_of: Callable[[int], int]) -> dict[str, Any]:
    import pandas as pd

    places, seqs, events = columns.places, columns.seqs, columns.events
    return {
        "index": pd.Series(at, dtype="int64"),
        "seq": _numbers(seqs[index] for index in at),
        "event": pd.Categorical([events[index] for index in at]),
        "file": _texts(places[index][0].file for index in at),
        "line": _numbers(line_of(index) for index in at),
    }


def _texts(values: Iterable[str]) -> pd.Series[str]:
    import pandas as pd

    return pd.Series(list(values), dtype="str")


def _numbers(values: Iterable[int]) -> pd.Series[int]:
    import pandas as pd

    return pd.Series([value or None for value in values], dtype="Int64")


class SideBySide:
    """Where every live branch stands at one stop.

    Args:
        index: The stop.
        standings: The branches.

    Example:
        >>> trace.branches().frame
    """

    def __init__(self, index: int, standings: Sequence[Standing]) -> None:
        self.index = index
        self.standings = standings

    @property
    def frame(self) -> pd.DataFrame:
        """One row per live branch.

        Columns: `branch` (str: its position, empty for the workflow function itself), `file` (str), `line` (Int64),
        `function` (str), `waits_for` (str: the calls that it made and that are not answered; empty when it waits
        for other branches), `locals` (object: dict of bounded texts), `current` (bool: the stop is its).
        """
        import pandas as pd

        rows = self.standings
        return pd.DataFrame({
            "branch": _texts(position_text(each.branch) for each in rows),
            "file": _texts(each.place.file for each in rows),
            "line": _numbers(each.place.line for each in rows),
            "function": _texts(each.place.function for each in rows),
            "waits_for": _texts(", ".join(each.waits_for) for each in rows),
            "locals": pd.Series([dict(each.locals) for each in rows], dtype=object),
            "current": pd.Series([each.current for each in rows], dtype=bool),
        })  # fmt: skip

    def __len__(self) -> int:
        """How many branches are alive."""
        return len(self.standings)

    def __repr__(self) -> str:
        """The branches beside each other, as text."""
        cells = [[visible(line) for line in _lines(each)] for each in self.standings]
        widths = [min(max(map(len, cell)), _WIDEST) for cell in cells]
        height = max(map(len, cells), default=0)
        rows = [
            "  ".join(
                _fitted(cell[row] if row < len(cell) else "", width) for cell, width in zip(cells, widths, strict=True)
            )
            for row in range(height)
        ]
        title = f"{len(self)} live {'branch' if len(self) == 1 else 'branches'} at stop {self.index}"
        return "\n".join([title, *(row.rstrip() for row in rows), "  next: .frame"])

    def _repr_html_(self) -> str:
        cells = "".join(
            f'<td style="vertical-align:top;text-align:left"><pre>{html_text(chr(10).join(_lines(each)))}</pre></td>'
            for each in self.standings
        )
        return f"<table><tr>{cells}</tr></table>"


_WIDEST = 40


def _lines(each: Standing) -> list[str]:
    mark, name = "▶ " if each.current else "  ", position_text(each.branch) or "workflow"
    place = f"{each.place.file.rpartition('/')[2]}:{each.place.line} {each.place.function}" if each.place.line else "-"
    waits = [f"waits for {call}" for call in each.waits_for] or ["waits for other branches"]
    return [f"{mark}{name}", place, *([] if each.current else waits), *(f"{k} = {v}" for k, v in each.locals.items())]


def _fitted(text: str, width: int) -> str:
    return (text if len(text) <= width else f"{text[: width - 1]}…").ljust(width)
