"""What local variables were at each stop, written down as changes and put together when somebody looks.

A loop of ten thousand rounds changes two of its ten variables a round: a trace keeps those two. What a stop holds
is one link of a chain; each link names the link before it and what became different since.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from workbench.replay.safe_repr import safe_repr

__all__ = ["LastLocals", "Locals", "Seen", "seen_of", "text_in"]

Seen = tuple[Any, ...]
"""One link: the link before (`None` for a whole), then names and texts in turn; the text of a name that went is
`None`. A flat tuple of what cannot change, so that the collector of garbage soon stops looking at it."""

_LINKS: Final = 32
"""After so many changes comes a whole again: no look goes further back."""
_SHARED: Final = 256
"""Texts that are remembered to be written once only."""
_SAME_TEXT: Final = frozenset({
    type(None), bool, int, float, complex, str, bytes, dt.date, dt.timedelta, decimal.Decimal, uuid.UUID,
})  # fmt: skip
"""Types whose values cannot change: the same object has the same text."""
_HIDDEN: Final = "@."
"""How names begin that no code of the user's wrote (`.0` in a comprehension)."""


def seen_of(texts: Mapping[str, str]) -> Seen:
    """A whole."""
    return (None, *(part for pair in texts.items() for part in pair))


def text_in(seen: Seen, name: str) -> str | None:
    """What one variable was; `None` when it was not there."""
    link: Seen | None = seen
    while link is not None:
        names = link[1::2]
        if name in names:
            text: str | None = link[2 * names.index(name) + 2]
            return text
        link = link[0]
    return None


class Locals(Mapping[str, str]):
    """Bounded text of each local variable of a frame, put together when it is first looked at.

    Args:
        seen: The link of the chain.
    """

    __slots__ = ("_seen", "_texts")

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._texts: dict[str, str] | None = None

    def _whole(self) -> dict[str, str]:
        if self._texts is None:
            links: list[Seen] = []
            link: Seen | None = self._seen
            while link is not None:
                links.append(link)
                link = link[0]
            texts: dict[str, Any] = {}
            for change in reversed(links):
                texts.update(zip(change[1::2], change[2::2], strict=True))
            self._texts = {name: text for name, text in texts.items() if text is not None}
        return self._texts

    def __getitem__(self, name: str) -> str:
        return self._whole()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def __repr__(self) -> str:
        return repr(self._whole())

    def __reduce__(self) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
        """A copy, also in another process, is a dict."""
        return dict, (self._whole(),)


class LastLocals:
    """What one function's locals were when it was last looked at.

    Args:
        shared: Texts that were written lately, by any function: an argument reads as the caller's variable does.

    Attributes:
        seen: The newest link.
    """

    __slots__ = ("_before", "_links", "_shared", "_texts", "_values", "seen")

    def __init__(self, shared: dict[str, str] | None = None) -> None:
        self.seen: Seen = (None,)
        self._shared = {} if shared is None else shared
        self._links = 0
        self._texts: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        """Those of `_SAME_TEXT` only, so that nothing large is kept alive that the code has let go of."""
        self._before: dict[str, str | None] = {}
        """Texts at the last event of what became different at lines since."""

    def update(self, found: Mapping[str, Any]) -> tuple[str, ...]:
        """Write what may have changed; the names whose text did."""
        texts, values = self._texts, self._values
        delta: list[Any] = []
        hidden = 0
        for name, value in found.items():
            known = texts.get(name)
            if known is not None and values.get(name, values) is value:
                continue
            if name[:1] in _HIDDEN:
                hidden += 1
                continue
            text = safe_repr(value)
            if type(value) in _SAME_TEXT:
                values[name] = value
            else:
                values.pop(name, None)
            if known != text:
                text = texts[name] = self._shared.setdefault(text, text)
                delta += (name, text)
        changed = tuple(delta[::2])
        if len(texts) != len(found) - hidden:
            delta += self._gone(found)
        if delta:
            self._links = (self._links + 1) % _LINKS
            self.seen = (self.seen, *delta) if self._links else seen_of(texts)
            if len(self._shared) > _SHARED:
                self._shared.clear()
        return changed

    def _gone(self, found: Mapping[str, Any]) -> Iterator[str | None]:
        for name in [name for name in self._texts if name not in found]:
            del self._texts[name]
            self._values.pop(name, None)
            yield name
            yield None

    def update_at_line(self, found: Mapping[str, Any]) -> tuple[str, ...]:
        """As `update`, at a line between two events."""
        before = {**self._texts}
        changed = self.update(found)
        for name in changed:
            self._before.setdefault(name, before.get(name))
        if len(before) + len(changed) != len(self._texts):
            for name in before.keys() - self._texts.keys():
                self._before.setdefault(name, before[name])
        return changed

    def update_at_event(self, found: Mapping[str, Any]) -> tuple[str, ...]:
        """As `update`; the names that changed since the last event, whatever lines saw in between."""
        self.update_at_line(found)
        before, self._before = self._before, {}
        texts = self._texts
        return tuple([name for name in found if name in before and texts.get(name, name) != before[name]])
