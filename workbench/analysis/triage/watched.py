"""What the reading of a run depends on: the payload fields that were looked at, found out by watching.

Two runs of one shape differ in payloads and times. If the fields that were looked at while the first was read are the
same in the second, reading the second would look at the same fields and come to the same facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from workbench._errors import PayloadError
from workbench.model import Payloads

__all__ = ["Look", "WatchedPayloads"]


class Look(NamedTuple):
    """One look at a payload.

    Attributes:
        row: Whose.
        name: The field; `None` when somebody looked at all of them, or could not read the payload. `""` stands for
            the mere look whether it can be read.
    """

    row: int
    name: str | None


class WatchedPayloads:
    """Payloads that remember, while they are watched, who looks at what.

    Args:
        payloads: Where they are read.
    """

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._looks: dict[Look, None] | None = None
        self._fresh: dict[int, dict[str, Any]] = {}

    def __call__(self, row: int) -> Any:
        """The body in this row."""
        looks = self._looks
        if looks is None:
            return self._fresh[row] if row in self._fresh else self._payloads(row)
        try:
            body = self._payloads(row)
        except PayloadError:
            looks[Look(row, None)] = None
            raise
        looks[Look(row, "" if type(body) is dict else None)] = None
        return _Watched(body, lambda name: looks.setdefault(Look(row, name))) if type(body) is dict else body

    def watch(self, reading: Callable[[], Any]) -> tuple[Any, list[Look]]:
        """What a reading gives, and what it looked at on the way."""
        looks = self._looks = {}
        try:
            return reading(), list(looks)
        finally:
            self._looks = None

    def next_run(self) -> None:
        """What was read of the last run is not needed any more."""
        self._fresh = {}

    def plain(self, row: int) -> dict[str, Any] | None:
        """The body in this row, unwatched, and kept for the run; `None` for one that cannot be read or is no map."""
        known = self._fresh.get(row)
        if known is not None:
            return known
        try:
            body = self._payloads(row)
        except PayloadError:
            return None
        if type(body) is not dict:
            return None
        self._fresh[row] = body
        return body


class _Watched(dict[str, Any]):
    """A body that says which of its fields are looked at; whoever goes through all of them looks at the whole."""

    def __init__(self, body: dict[str, Any], look: Callable[[str | None], None]) -> None:
        super().__init__(body)
        self._look = look

    def get(self, name: str, default: Any = None) -> Any:
        self._look(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self._look(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._look(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self._look(None)
        return super().__iter__()

    def keys(self) -> Any:
        self._look(None)
        return super().keys()

    def values(self) -> Any:
        self._look(None)
        return super().values()

    def items(self) -> Any:
        self._look(None)
        return super().items()

    def __len__(self) -> int:
        self._look(None)
        return super().__len__()

    def __eq__(self, other: object) -> bool:
        self._look(None)
        return super().__eq__(other)

    __hash__ = None  # as of any dict
