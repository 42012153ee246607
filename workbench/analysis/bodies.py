"""Payloads as the analysis reads them: one that cannot be read is remembered and proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench._errors import PayloadError
from workbench.model import History

__all__ = ["Bodies", "assumed_of", "code_of", "message_of", "sentences_of"]


class Bodies:
    """Reads the bodies of one history.

    Attributes:
        history: The history.
        unreadable: Why, by row, for those that could not be read.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.unreadable: dict[int, str] = {}

    def __call__(self, row: int) -> Mapping[str, Any]:
        """The body in this row; an empty mapping when it cannot be read."""
        try:
            body = self.history.payload(row)
        except PayloadError as error:
            self.unreadable[row] = error.message
            return {}
        return body if isinstance(body, Mapping) else {}


def assumed_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """What the reader of another engine's history says it had to assume; our own recordings never do."""
    return sentences_of(body, "assumed")


def sentences_of(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Sentences that the reader of another engine's history puts under a name; our own recordings have none."""
    said = body.get(name)
    return tuple(map(str, said)) if isinstance(said, (list, tuple)) else ()


def code_of(at: Any) -> str:
    """`"flows.py:43"` out of the recorded `[file, line, function]`; `""` where the engine does not say."""
    if not isinstance(at, (list, tuple)) or len(at) < 2 or not at[0]:  # noqa: PLR2004 - file and line
        return ""
    file = str(at[0]).rpartition("/")[2].rpartition("\\")[2]
    return f"{file}:{at[1]}"


def message_of(body: Mapping[str, Any]) -> str:
    """Text of the error in a body, however the engine wrote it; `""` for none."""
    error = body.get("error")
    if error is None:
        return ""
    if isinstance(error, Mapping):
        return str(error.get("message", ""))
    return str(getattr(error, "message", error))
