"""What the commands print: lines, tables, progress. Through rich where it is installed, plainly where not.

Everything printed may come from a log, so it is shown as text: no markup is interpreted, controls are written out.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from workbench.model import visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Output"]

_FEWEST_FOR_PROGRESS = 2
_CELL_LIMIT = 60
_NEVER_WRAPPED = 19
"""Cells up to this width (a date and time) stay on one line; longer ones give way first."""
_WORD = 16
"""Cells up to this width (`argument changed`) stay on one line even where the terminal is too narrow."""


class Output:
    """Standard output and standard error of the command line."""

    @property
    def width(self) -> int:
        """Columns of the terminal; 100 where there is none."""
        return shutil.get_terminal_size((100, 24)).columns

    def line(self, text: object = "") -> None:
        """Print a line, or several."""
        print(visible(str(text)))

    def error(self, text: object) -> None:
        """Print to standard error."""
        print(visible(str(text)), file=sys.stderr)

    def table(self, frame: pd.DataFrame, columns: Sequence[str] = (), *, title: str = "") -> None:
        """Print a frame.

        Args:
            frame: What to print.
            columns: Which columns; all by default.
            title: Line above it.
        """
        names = list(columns or frame.columns)
        shown = frame[names].astype(object).where(frame[names].notna(), None)
        rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False, name=None)]
        try:
            from rich import box
            from rich.console import Console
            from rich.table import Table
            from rich.text import Text
        except ImportError:
            self._plain_table(names, rows, title)
            return
        table = Table(box=box.SIMPLE_HEAD, title=Text(title) if title else None, padding=(0, 1, 0, 0), pad_edge=False)
        floors, width = _floors([*zip(*(names, *rows), strict=True)], self.width)
        for name, floor in zip(names, floors, strict=True):
            table.add_column(Text(name.replace("_", " ")), overflow="fold", min_width=floor)
        for row in rows:
            table.add_row(*map(Text, row))
        Console(width=width, highlight=False).print(table)

    def _plain_table(self, names: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        if title:
            print(title)
        for row in (names, *rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def progress(self, items: Sequence[Any], what: str) -> Iterable[Any]:
        """The items, with a bar on standard error while they are worked through (in a terminal only)."""
        if len(items) < _FEWEST_FOR_PROGRESS or not sys.stderr.isatty():
            return items
        return self._tracked(items, what)

    def _tracked(self, items: Sequence[Any], what: str) -> Iterator[Any]:
        try:
            from rich.console import Console
            from rich.progress import track
        except ImportError:
            yield from items
            return
        yield from track(items, description=what, console=Console(stderr=True), transient=True)


def _floors(columns: Sequence[Sequence[str]], width: int) -> tuple[list[int], int]:
    """The least width of each column and of the table: rather a wrapped date, or a wide table, than a cut text."""
    floors, needed = [0] * len(columns), 0
    for limit in range(_NEVER_WRAPPED, _WORD - 1, -1):
        floors = [min(max(map(len, column)), limit) for column in columns]
        needed = sum(floors) + 2 * len(columns)
        if needed <= width:
            break
    return floors, max(needed, width)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.3f}"
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d %H:%M:%S"))
    if isinstance(value, list | tuple):
        return visible(", ".join(map(str, value)) or "-", limit=4 * _CELL_LIMIT)
    return visible(str(value), limit=4 * _CELL_LIMIT)
