"""Temporal's workflow histories, as JSON or protobuf, read without its SDK.

What a history cannot show is said (`History.unsaid`, and `assumed` beside each step): an activity is *scheduled*, its
beginning is written only when it ends; earlier attempts are known by their number and their last error; activities
have no kinds; which signals the code has taken is not written down.
"""

from __future__ import annotations

from pathlib import Path

from workbench._errors import LogError, LogNotFoundError
from workbench.engines.loaded import Loaded
from workbench.engines.rows import Body, Rows
from workbench.engines.temporal.bodies import body_of
from workbench.engines.temporal.document import tellings_of
from workbench.engines.temporal.translate import translate
from workbench.engines.temporal.wire import looks_like_history
from workbench.journal import OpenMode
from workbench.model import Unsaid, uncollected

__all__ = ["SUFFIXES", "SYSTEM", "load", "sniff"]

SYSTEM = "temporal"
"""Name of the engine in frames."""

SUFFIXES = (".json", ".bin")
"""How its files end; a folder may hold other files of these endings, so their first bytes decide."""

UNSAID = frozenset({Unsaid.WORKER, Unsaid.CODE, Unsaid.CONSUMPTION, Unsaid.ATTEMPTS, Unsaid.LOCAL_STEPS})

_WORDS = (b'"eventType"', b'"eventId"', b'EventAttributes"')
_BLANK = b"\xef\xbb\xbf \t\r\n"


def sniff(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the shape that all engines share
    """Whether a file holds a history, by its first bytes.

    Args:
        path: The file.
        head: Its first bytes.
    """
    if head.lstrip(_BLANK)[:1] in {b"{", b"["}:
        return any(word in head for word in _WORDS)
    return looks_like_history(head)


def load(path: Path, mode: OpenMode | str = OpenMode.PREFIX) -> Loaded:  # noqa: ARG001 - JSON is whole or is none
    """Read every history in a file.

    Args:
        path: The file.
        mode: Makes no difference: a document that ends in the middle is an error in every mode.

    Raises:
        LogNotFoundError: No such file.
        EmptyLogError: It holds no event.
        TornLogError: It ends in the middle.
        NotALogError: It is no history.
        LogError: It cannot be read.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise LogNotFoundError(f"no history at {path}", path=path, hint="check the name") from None
    except OSError as error:
        raise LogError(f"cannot read {path}: {error.strerror}", path=path) from error
    rows = Rows()
    contexts, told = [], []
    with uncollected():
        for telling in tellings_of(raw, path):
            context, events = translate(rows, telling, path.stem)
            contexts.append(context)
            told += events

    def payload(row: int) -> Body:
        kind, event = told[row]
        return body_of(kind, event, contexts[history.columns.run[row]])

    history = rows.history(payload, SYSTEM, str(path), UNSAID)
    return Loaded(history, None, path)
