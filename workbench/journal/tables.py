"""Small numbers for strings that recur: run ids, names with their declarations, error classes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from typing import Any

from workbench.journal.columns import highest
from workbench.model import UNNAMED, Columns, Declaration

__all__ = ["Tables", "number_columns"]

_FIRST = {"run": 0, "name": 1, "tag": 1}
_SLACK = 1024
"""Numbers are dense, so a table is about as long as its definitions; far beyond, somebody made them up."""

_HIGHEST = 1 << 31
_MOST = (1 << 32) - 1


class Tables:
    """The numbers in use in one recording. Number 0 of names and tags is "none"."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[Any, int]] = {table: {} for table in _FIRST}
        self._keys: dict[str, dict[int, Any]] = {table: {} for table in _FIRST}
        self._next = dict(_FIRST)
        self.sources: set[str] = set()

    def number(self, table: str, key: Any) -> int | None:
        """The number of `key`, or `None` when it has none yet."""
        return self._numbers[table].get(key)

    def free(self, table: str) -> int:
        """The next number that was never used."""
        return self._next[table]

    def define(self, table: str, number: int, key: Any) -> None:
        """`key` has this number from now on.

        Raises:
            ValueError: No writer gives out this number, or it means something else already.
        """
        if not _FIRST[table] <= number <= _MOST or self._keys[table].setdefault(number, key) != key:
            raise ValueError(f"{table} {number} cannot be {key!r:.80}")
        self._numbers[table].setdefault(key, number)
        self.reserve(table, number)

    def reserve(self, table: str, number: int) -> None:
        """Never give out this number: an event uses it, its definition may be lost."""
        if number < _HIGHEST:  # beyond, it is made up, and counting on from there would leave the 32 bits
            self._next[table] = max(self._next[table], number + 1)

    def entries(self) -> Iterator[tuple[str, int, Any]]:
        """All definitions as `(table, number, key)`."""
        for table, numbers in self._numbers.items():
            for key, number in list(numbers.items()):
                yield table, number, key

    def number_of_runs(self) -> int:
        """How many run ids are defined."""
        return len(self._numbers["run"])

    def texts(self, table: str, column: array[int]) -> tuple[list[Any], array[int]]:
        """What the numbers of a column stand for.

        Args:
            table: `run`, `name` or `tag`.
            column: A number per event.

        Returns:
            A list by number, and the column; both renumbered where the file's own numbers are so far apart that
            a list by them would take more memory than the file warrants.
        """
        keys = self._keys[table]
        top = highest(column)
        if top <= len(keys) + len(column) + _SLACK:
            size = max(top, max((number for number in keys if number <= top + _SLACK), default=0)) + 1
            return [_text(table, number, keys) for number in range(size)], column
        used = sorted({0, *column})
        place = {number: index for index, number in enumerate(used)}
        dense = array(column.typecode, map(place.__getitem__, column))
        return [_text(table, number, keys) for number in used], dense


_LOST: dict[str, Callable[[int], Any]] = {
    "run": lambda number: f"run?{number}",
    "tag": lambda number: f"error?{number}" if number else "",
    "name": lambda number: Declaration(name=f"step?{number}") if number else UNNAMED,
}


def _text(table: str, number: int, keys: dict[int, Any]) -> Any:
    """A key; a lost definition shows as `run?7`, `step?7`, `error?7`."""
    key = keys.get(number)
    return _LOST[table](number) if key is None else key


def number_columns(columns: Columns) -> dict[str, array[int]]:
    """The columns that hold numbers of a table."""
    return {"run": columns.run, "name": columns.name, "tag": columns.tag}
