"""What a step reads or changes: the ids in its arguments, under the resource that was declared."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from workbench.analysis.hazards.addresses import address_of_one, resource_above
from workbench.analysis.hazards.expiry import instant_of, plain_text
from workbench.analysis.hazards.places import name_at
from workbench.journal.codec import Redacted
from workbench.journal.redaction.names import words_of
from workbench.model import Declaration, Kind

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["id_in", "ids_of", "looks", "reads"]

_IDS: Final = re.compile(r"(?=.*\d)(?=.*[^\W\d])[\w./:@#+-]+|[\w-]+[/:@#-][\w./:@#-]+")
_WORD: Final = re.compile(r"[\w-]{2,}")
_NO_IDS: Final = re.compile(
    r"[A-Z]{3}|true|false|none|null|yes|no|utf-?8|asc|desc|get|post|put|delete|\w+/\w+", re.IGNORECASE
)
"""Currencies, flags, methods, media types."""
_ID_NAMES: Final = frozenset({("id",), ("sku",), ("number",), ("key",), ("uuid",)})
_SMALL: Final = 1000
_LARGEST: Final = 1 << 128
_LONGEST: Final = 120
"""Smaller integers are counts; longer texts are no ids."""
_NO_ID_NAMES: Final = frozenset({
    "currency", "status", "state", "type", "kind", "mode", "method", "reason", "subject", "message", "text", "body",
    "title", "description", "note", "comment", "amount", "price", "quantity", "count", "total", "date", "time",
    "locale",    "language", "country", "unit", "format", "version", "etag", "token", "trace", "nonce",
})  # fmt: skip
_LOOKING: Final = frozenset({
    "get", "read", "fetch", "check", "find", "lookup", "look", "query", "list", "load", "is", "has", "count", "peek",
    "inspect", "verify", "validate", "search", "describe", "show", "see", "poll", "head",
})  # fmt: skip


def ids_of(case: Case, row: int) -> frozenset[str]:
    """Values in the arguments of a call that name something: `sku-7`, `acct/12`, a UUID.

    Plain words and small numbers, which may mean anything, begin with `word:`. Whoever acts on a part of what has an
    address acts on that, too: `/rooms/12` of `/rooms/12/bookings`.

    Args:
        case: The run.
        row: Row of the intent.
    """
    found = set()
    for leaf in case.leaves(row):
        name = words_of(name_at(leaf.path))
        if leaf.path.startswith(("$.args", "$.kwargs")) and _NO_ID_NAMES.isdisjoint(name):
            address = plain_text(leaf.value).strip() if isinstance(leaf.value, str) else ""
            found.add(address_of_one(address) or _id_of(leaf.value, name))
            if "/" in address and not looks(case.history.declaration(row)):
                found.add(resource_above(address))
    return frozenset(found - {""})


def _id_of(value: Any, name: tuple[str, ...]) -> str:
    """The id that a value is; `""` for none."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Redacted):
        return f"redacted:{value.fingerprint}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST:
        return str(value) if value >= _SMALL or name[-1:] == ("id",) else f"word:{value}"
    text = plain_text(value).strip()
    return id_in(text, name[-1:] in _ID_NAMES) if text and len(text) <= _LONGEST else ""


@lru_cache(4096)
def id_in(text: str, named: bool) -> str:  # noqa: FBT001 - positional for the cache
    """The id that a text is; `""` for none. A run names its order in every call: it is found out once.

    Args:
        text: At most 120 characters, without space around.
        named: Whether its name says that it is one.
    """
    if _NO_IDS.fullmatch(text) or instant_of(text) is not None:
        return ""
    return text if _IDS.fullmatch(text) or named else f"word:{text}" if _WORD.fullmatch(text) else ""


@lru_cache(4096)
def looks(declaration: Declaration) -> bool:
    """Whether a step only looks: declared, or by its name where nobody declared anything."""
    if not declaration.kind_assumed:
        return not declaration.kind.acts
    return words_of(declaration.name.rpartition(".")[2])[:1] != () and words_of(declaration.name)[0] in _LOOKING


def reads(declaration: Declaration) -> bool:
    """Whether a step asks the world: what is computed from arguments alone (`pure`) looks at nothing."""
    return looks(declaration) and (declaration.kind_assumed or declaration.kind is not Kind.PURE)
