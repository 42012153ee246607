"""Small numbers for strings that recur: run ids, names with their declarations, error classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.model import UNNAMED, Declaration

__all__ = ["Tables"]

_LOST = {"run": "run?{}", "tag": "error?{}"}


class Tables:
    """The numbers in use in one recording. Number 0 of names and tags is "none"."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[Any, int]] = {"run": {}, "name": {}, "tag": {}}
        self._next = {"run": 0, "name": 1, "tag": 1}
        self.sources: set[str] = set()

    def number(self, table: str, key: Any) -> int | None:
        """The number of `key`, or `None` when it has none yet."""
        return self._numbers[table].get(key)

    def free(self, table: str) -> int:
        """The next number that was never used."""
        return self._next[table]

    def define(self, table: str, number: int, key: Any) -> None:
        """`key` has this number from now on."""
        self._numbers[table].setdefault(key, number)
        self._next[table] = max(self._next[table], number + 1)

    def entries(self) -> Iterator[tuple[str, int, Any]]:
        """All definitions as `(table, number, key)`."""
        for table, numbers in self._numbers.items():
            for key, number in numbers.items():
                yield table, number, key

    def number_of_runs(self) -> int:
        """How many run ids are defined."""
        return len(self._numbers["run"])

    def runs(self, used: int) -> list[str]:
        """Run ids by number, at least up to number `used`; a lost definition shows as `run?N`."""
        return self._texts("run", used)

    def tags(self, used: int) -> list[str]:
        """Error class names by number; number 0 is `""`."""
        return ["", *self._texts("tag", used)[1:]]

    def names(self, used: int) -> list[Declaration]:
        """Declarations by number; number 0 is nameless, a lost definition shows as `step?N`."""
        names = [Declaration(name=f"step?{number}") for number in range(max(used + 1, self._next["name"]))]
        for key, number in self._numbers["name"].items():
            names[number] = key
        names[0] = UNNAMED
        return names

    def _texts(self, table: str, used: int) -> list[str]:
        texts = [_LOST[table].format(number) for number in range(max(used + 1, self._next[table]))]
        for key, number in self._numbers[table].items():
            texts[number] = key
        return texts
