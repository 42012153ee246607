"""What was given for a limited time, and who used it after that: credentials, leases, quotes, holds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workbench.analysis.hazards.expiry import Term, expiry_in_text, expiry_of, plain_text, term_of
from workbench.analysis.hazards.places import name_at, parent_of
from workbench.analysis.provenance import Leaf, Link
from workbench.analysis.provenance.index import marks_of
from workbench.analysis.provenance.links import GIVES
from workbench.journal.codec import Redacted
from workbench.journal.redaction import secret_kind
from workbench.journal.redaction.names import hides_containers, is_fact, words_of
from workbench.model import EventType

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["Grant", "Use", "grants_of", "uses_of"]

_NUMBERS: Final = frozenset({"card", "pan", "cc", "cvv", "cvc", "cvv2", "cvc2", "csc", "iban", "ssn"})
"""First words of secrets that are numbers of something, and whose expiry is printed on it."""
_HANDLES: Final = frozenset(
    {"url", "uri", "link", "lease", "ticket", "handle", "cookie", "cert", "certificate", "grant"}
)
"""Last words of names of what opens a door without being called a secret."""
_AROUND: Final = frozenset({"meta", "metadata", "expiry", "validity", "times"})
_GIVERS: Final = tuple(GIVES)


class Grant(NamedTuple):
    """Something that is good for a limited time.

    Attributes:
        row: Row of the event that gave it.
        path: Where it stands, or the end of it, in that event's payload.
        what: Its name.
        expires_ns: When it ends, nanoseconds since the epoch.
        marks: Identities by which a use of it is recognised.
        credential: It opens a door; else it is a promise (a price, a hold).
        own: It says its end itself, as a web token does; else a neighbour says it.
    """

    row: int
    path: str
    what: str
    expires_ns: int
    marks: frozenset[str]
    credential: bool
    own: bool = False


class Use(NamedTuple):
    """One use of a grant.

    Attributes:
        grant: What was used.
        row: Row of the intent that used it: of the first attempt, a later one, or the undo.
        label: Name and position of the step or child.
        link: How the use is known.
    """

    grant: Grant
    row: int
    label: str
    link: Link


def grants_of(case: Case) -> tuple[Grant, ...]:
    """Everything in the log of a run that is good for a limited time, in log order."""
    found: list[Grant] = []
    for row in case.rows_of(*_GIVERS):
        found += _of_row(case.leaves(row), row, case.time_ns(row))
    return tuple(found)


def _of_row(leaves: Sequence[Leaf], row: int, time_ns: int) -> Iterator[Grant]:
    for leaf in leaves:
        term = term_of(name_at(leaf.path))
        if term is not None:
            expires_ns = expiry_of(term, leaf.value, time_ns)
            if expires_ns is not None:
                yield from _beside(
                    leaves, leaf, term, Grant(row, leaf.path, "", expires_ns, frozenset(), credential=True)
                )
        elif isinstance(leaf.value, str) and (own := _own(leaf.value)) is not None:
            name = name_at(leaf.path)
            name = own[1] if name in {"", "result", "value"} else name
            yield Grant(row, leaf.path, name, own[0], frozenset(marks_of(leaf.value)), credential=True, own=True)


def _own(value: str) -> tuple[int, str] | None:
    text = plain_text(value)
    return expiry_in_text(value) if isinstance(value, Redacted) or "eyJ" in text or "?" in text else None


def _beside(leaves: Sequence[Leaf], said: Leaf, term: Term, grant: Grant) -> Iterator[Grant]:
    """What the neighbours of a moment or duration are that it speaks of."""
    parent = parent_of(said.path)
    if name_at(parent).lower() in _AROUND:
        parent = parent_of(parent)
    if name_at(parent).lower() == "headers":  # `Expires` there is about a cache
        return
    around = [leaf for leaf in leaves if leaf.path.startswith(parent) and leaf is not said]
    held = [leaf for leaf in around if _is_credential(leaf) and _speaks_of(term, leaf)]
    for leaf in held:
        yield grant._replace(path=leaf.path, what=name_at(leaf.path) or "token", marks=frozenset(marks_of(leaf.value)))
    if not held:
        named = "_".join(term.of) or name_at(parent) or "value"
        marks = [mark for leaf in around if term_of(name_at(leaf.path)) is None for mark in marks_of(leaf.value)]
        yield grant._replace(what=named, marks=frozenset(marks), credential=False)


def _is_credential(leaf: Leaf) -> bool:
    """Whether a value opens a door, by its name, by that of what holds it, or because it was hidden."""
    if not isinstance(leaf.value, (str, bytes)) or not leaf.value:
        return False
    name = name_at(leaf.path)
    words = words_of(name)
    if words[:1] and words[0] in _NUMBERS:
        return False
    if isinstance(leaf.value, Redacted):
        return leaf.value.kind.partition("_")[0] not in _NUMBERS
    if is_fact(name) or term_of(name) is not None:
        return False
    if secret_kind(name) is not None or (words[-1:] and words[-1] in _HANDLES) or words[:1] == ("lease",):
        return True
    above = secret_kind(name_at(parent_of(leaf.path)))
    return above is not None and hides_containers(above)


def _speaks_of(term: Term, leaf: Leaf) -> bool:
    """`expires_in` is about the access token, `refresh_expires_in` about the other one (RFC 6749 section 5.1)."""
    words = {*words_of(name_at(leaf.path)), *words_of(name_at(parent_of(leaf.path)))}
    if "refresh" in words and "refresh" not in term.of:
        return False
    return words.issuperset(term.of)


def uses_of(case: Case, grants: Sequence[Grant]) -> Iterator[Use]:
    """Every use of these grants by a step or a child, in log order of the first attempt.

    A value that was given twice is used as it was given last.
    """
    givers = _by_mark(grants)
    types = case.history.columns.type
    for link in case.links:
        known = givers.get(link.mark)
        if known is None or types[link.to_row] not in {EventType.StepStarted, EventType.ChildStarted}:
            continue
        before = bisect_left(known, link.to_row, key=_row_of)
        if not before:
            continue
        grant = known[before - 1]
        step = case.steps.get(case.history.position(link.to_row))
        if step is None:
            yield Use(grant, link.to_row, case.history.declaration(link.to_row).name, link)
            continue
        rows = [attempt.row for attempt in step.attempts if attempt.row >= link.to_row]
        rows += [row for row in step.undo if types[row] == EventType.CompensationStarted]
        yield from (Use(grant, row, step.label, link) for row in rows)


def _by_mark(grants: Sequence[Grant]) -> Mapping[str, list[Grant]]:
    """By identity, in log order; what a credential says itself goes before what its neighbours say."""
    last: dict[tuple[str, int], Grant] = {}
    for grant in sorted(grants, key=lambda grant: grant.own):
        last.update({(mark, grant.row): grant for mark in grant.marks})
    found: dict[str, list[Grant]] = {}
    for (mark, _), grant in sorted(last.items(), key=_by_row):
        found.setdefault(mark, []).append(grant)
    return found


def _by_row(item: tuple[tuple[str, int], Any]) -> int:
    return item[0][1]


def _row_of(grant: Grant) -> int:
    return grant.row
