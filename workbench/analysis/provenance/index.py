"""The values that a run has seen so far, and a quick answer to which of them a later value is, or holds."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from workbench.analysis.provenance.values import (
    SECRET,
    SHORTEST,
    Leaf,
    clue_of,
    is_word,
    marks_within,
)
from workbench.journal.codec import Redacted

__all__ = ["Hit", "Producer", "Seen", "marks_of"]

_MOST_PRODUCERS: Final = 8
_MOST_HITS: Final = 8
_MOST_LENGTHS: Final = 32
_MOST_COMPARED: Final = 100_000_000
"""Characters of candidates that are compared in a run; ordinary runs stay far below, a hostile one ends here."""
_LONGEST_SCANNED: Final = 16_384
_TOKENS: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]|[^A-Za-z0-9\s]")
"""Where a value may begin inside a text: at a word, or at a sign."""
_NO_TEXT: Final = ("redacted:", "digest:")
_PART: Final = 0.7
"""Weight of a value that is only a part of a later text."""


class Producer(NamedTuple):
    """One place where a value came up.

    Attributes:
        row: Row of the event.
        path: Path in its payload.
        position: Position of the call that gave it; `()` for the run itself.
    """

    row: int
    path: str
    position: tuple[int, ...]


class Hit(NamedTuple):
    """A value that was seen before.

    Attributes:
        mark: Its identity.
        confidence: How sure it is that this is no coincidence, 0 to 1, wherever it came from.
        whole: It is the whole of the later value, and not a part of a text.
    """

    mark: str
    confidence: float
    whole: bool


@dataclass
class Seen:
    """Values by identity.

    Attributes:
        first: Where each first came up.
        later: Where it came up last, up to eight times.
        budget: Characters that may still be compared to find values inside texts.
    """

    first: dict[str, Producer] = field(default_factory=dict)
    later: dict[str, deque[Producer]] = field(default_factory=dict)
    _lengths: dict[str, list[int]] = field(default_factory=dict)
    budget: int = _MOST_COMPARED

    def add(self, leaf: Leaf, row: int, position: tuple[int, ...]) -> None:
        """A value came up."""
        for mark in marks_of(leaf.value):
            producer = Producer(row, leaf.path, position)
            if mark not in self.first:
                self.first[mark] = producer
                self._index(mark)
            else:
                self.later.setdefault(mark, deque(maxlen=_MOST_PRODUCERS)).append(producer)

    def producers(self, mark: str) -> list[Producer]:
        """Where a value came up, in order: the first place and the last few."""
        return [self.first[mark], *self.later.get(mark, ())]

    def forget(self, rows: set[int]) -> None:
        """What came up in these rows is not handed to the code any more."""
        for mark in list(self.first):
            kept = [producer for producer in self.producers(mark) if producer.row not in rows]
            self.later.pop(mark, None)
            if not kept:
                del self.first[mark]
                continue
            self.first[mark] = kept[0]
            if len(kept) > 1:
                self.later[mark] = deque(kept[1:], maxlen=_MOST_PRODUCERS)

    def hits(self, value: Any) -> Iterator[Hit]:
        """The values seen before that this one is, or holds."""
        if isinstance(value, Redacted):
            marks = dict.fromkeys(marks_of(value)[:_MOST_HITS])
            yield from (Hit(mark, SECRET, whole=len(marks) == 1) for mark in marks if mark in self.first)
            return
        clue = clue_of(value)
        if clue is not None and clue.mark in self.first:
            yield Hit(clue.mark, clue.weight, whole=True)
        elif isinstance(value, str) and len(value) > SHORTEST:
            secrets = dict.fromkeys(marks_within(value)[:_MOST_HITS])
            yield from (Hit(mark, SECRET, whole=False) for mark in secrets if mark in self.first)
            yield from (Hit(mark, _PART, whole=False) for mark in self._clear_parts(value[:_LONGEST_SCANNED]))

    def _clear_parts(self, text: str) -> list[str]:
        """Values that stand in a text between characters that are neither letters nor digits, longest first."""
        found: dict[str, None] = {}
        end = 0
        for token in _TOKENS.finditer(text):
            start = token.start()
            if start < end:
                continue
            mark = self._at(text, start)
            if mark is not None:
                found[mark], end = None, start + len(mark)
                if len(found) == _MOST_HITS:
                    break
        return list(found)

    def _at(self, text: str, start: int) -> str | None:
        for length in self._lengths.get(text[start : start + SHORTEST], ()):
            self.budget -= length
            if self.budget < 0:
                return None
            end = start + length
            mark = text[start:end]
            if mark in self.first and len(mark) == length and not text[end : end + 1].isalnum():
                return mark
        return None

    def _index(self, mark: str) -> None:
        """Texts that can be recognised inside others are found by their first characters, then by their length."""
        if len(mark) < SHORTEST or is_word(mark) or mark.startswith(_NO_TEXT):
            return
        lengths = self._lengths.setdefault(mark[:SHORTEST], [])
        if len(mark) not in lengths and len(lengths) < _MOST_LENGTHS:
            lengths.append(len(mark))
            lengths.sort(reverse=True)


def marks_of(value: Any) -> tuple[str, ...]:
    """Identities under which a value is known: one at most, or those of the secrets inside a text."""
    if isinstance(value, str) and (secrets := marks_within(value)):
        return secrets
    clue = clue_of(value)
    return (clue.mark,) if clue is not None else ()
