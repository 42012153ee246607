"""Sentences without secrets: logs of other engines, and logs written by hand, hold them in clear.

The rules are those by which recording redacts and those by which a report is refused; no key is needed, since nothing
is named.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from workbench.analysis.hazards.places import name_at, parent_of
from workbench.analysis.provenance import Leaf
from workbench.journal.codec import Redacted
from workbench.journal.redaction import Keyring, secret_kind
from workbench.journal.redaction.names import hides_containers, is_fact
from workbench.journal.redaction.sharing import SHARED_PATTERNS
from workbench.journal.redaction.texts import TextRules

__all__ = ["Unkeyed", "discreet", "discreet_name", "kind_by_name", "secrets_of", "without"]

_NOBODY: Final = uuid.UUID(int=0)
_UNNAMED: Final = "0" * 12
_SHORTEST: Final = 4
_TELLING: Final = 8
"""So many first characters of a secret are recognised where a sentence cuts it off."""
_LONGEST: Final = 100_000


class Unkeyed(Keyring):
    """Names no secret: only whether there is one is asked, and looking must leave no key file behind."""

    def __init__(self) -> None:
        super().__init__(_NOBODY, create=False)

    def fingerprint(self, secret: bytes | str) -> str:
        """The same for all."""
        del secret
        return _UNNAMED


class _Rules(TextRules):
    """The rules of recording, which remember what they took out."""

    def __init__(self) -> None:
        super().__init__(Unkeyed(), {}, seal=False, patterns=SHARED_PATTERNS)
        self.taken: list[str] = []

    def _mark(self, kind: str, secret: str, facts: dict[str, Any], kinds: list[str]) -> str:
        self.taken.append(secret)
        return super()._mark(kind, secret, facts, kinds)


class _OfThread(threading.local):
    """Rules remember what they found: each thread has its own."""

    def __init__(self) -> None:
        self.rules = _Rules()


_HELD: Final = _OfThread()


def discreet(text: str) -> str:
    """A text with a marker in the place of each secret that its shape, or the name before it, gives away.

    Args:
        text: Any text, whole: of a secret that was cut off, the shape may be gone.
    """
    return _shown(_HELD.rules.plain(text))


@lru_cache(4096)
def discreet_name(name: str) -> str:
    """As `discreet`, for names that come again and again."""
    return discreet(name)


def without(text: str, secrets: Iterable[str]) -> str:
    """A text without these, and without their beginnings, where it cuts them off.

    Args:
        text: Any text.
        secrets: What must not stand in it.
    """
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, _HIDDEN)
        elif len(secret) > _TELLING and secret[:_TELLING] in text:
            text = re.sub(re.escape(secret[:_TELLING]) + r"[^\s'\"`…]*", _HIDDEN, text)
    return discreet(text)


_HIDDEN: Final = "⟨redacted⟩"


def _shown(text: str) -> str:
    return text.replace(f":{_UNNAMED}⟩", "⟩") if _UNNAMED in text else text


def secrets_of(found: Iterable[Leaf]) -> Iterator[str]:
    """What is secret among the values of a payload: by its name, or inside a text by its shape."""
    rules = _HELD.rules
    for leaf in found:
        value = leaf.value
        if isinstance(value, Redacted) or not isinstance(value, (str, int)) or isinstance(value, bool):
            continue
        text = str(value)[:_LONGEST]
        if len(text) >= _SHORTEST and kind_by_name(leaf.path):
            yield text
        elif rules.suspicious(text):
            rules.taken.clear()
            rules.plain(text)
            yield from rules.taken


@lru_cache(8192)
def kind_by_name(path: str) -> str:
    """The kind of secret that stands under the last name of a path, or below it; `""` for none."""
    name = name_at(path)
    if path == "$.key":
        return ""
    own = secret_kind(name) if name else None
    if own is not None:
        return own
    above = secret_kind(name_at(parent_of(path)))
    return above if above is not None and hides_containers(above) and not is_fact(name) else ""
