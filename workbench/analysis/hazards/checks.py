"""Which read guards which later act: the pairs behind a stale check."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workbench.analysis.hazards.addresses import holds
from workbench.analysis.hazards.attempts import StepRows
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.places import name_at
from workbench.analysis.hazards.resources import ids_of, looks, reads
from workbench.journal.redaction.names import folded, words_of
from workbench.model import EventType

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["Check", "Checked", "checks_of", "crossed", "other_writer", "touches"]

_CONDITIONS: Final = frozenset({
    "etag", "ifmatch", "ifnonematch", "ifunmodifiedsince", "ifgenerationmatch", "xgoogifgenerationmatch",
    "expectedversion", "expectedrevision", "version", "revision", "rowversion", "lockversion", "generation", "cas",
    "casunique", "fencingtoken", "condition", "conditionexpression", "expected", "expectedvalue", "expectedetag",
    "ifversion", "ifrevision", "compare", "versionid", "resourceversion", "expectedstock", "expectedstate",
    "expectedstatus", "sequencenumber", "ifnotexists", "ifabsent", "nx",
})  # fmt: skip
"""Names under which a write says what it expects to find, or that it expects nothing (RFC 9110 section 13)."""
_MOST_ROWS: Final = 2_000
_CALLS: Final = frozenset({EventType.StepStarted, EventType.StepRecorded})
Key = tuple[str, str]


class Check(NamedTuple):
    """One read.

    Attributes:
        step: The step that looked.
        row: Row of its answer.
        ids: What it looked at.
    """

    step: StepRows
    row: int
    ids: frozenset[str]

    @property
    def resource(self) -> str:
        """The resource that it declares; `""` for none."""
        return self.step.declaration.resource


class Checked(NamedTuple):
    """A read and the act that it guards.

    Attributes:
        check: The read.
        act: The step that acts.
        ids: What both are about; empty where only the declared resource says so.
    """

    check: Check
    act: StepRows
    ids: frozenset[str]


@dataclass
class _Known:
    """The last read of each thing."""

    reads: dict[Key, Check] = field(default_factory=dict)

    def add(self, check: Check) -> None:
        for key in self._keys(check.resource, check.ids):
            self.reads[key] = check

    def take(self, act: StepRows, ids: frozenset[str]) -> Check | None:
        """The read that guards an act; what was acted on has then been acted on."""
        resource = act.declaration.resource
        found = [known for key in self._keys(resource, ids, acting=True) if (known := self.reads.get(key)) is not None]
        fitting = [known for known in found if _common(act, ids, known) is not None]
        for known in fitting:
            for key in self._keys(known.resource, known.ids):
                self.reads.pop(key, None)
        return max(fitting, key=lambda known: known.row, default=None)

    @staticmethod
    def _keys(resource: str, ids: frozenset[str], *, acting: bool = False) -> Iterator[Key]:
        if resource:
            yield from ((resource, one) for one in ids)
            if not ids or acting:
                yield resource, ""
        yield from (("", one) for one in ids)


def touches(resource: str, ids: frozenset[str], other: str, others: frozenset[str]) -> frozenset[str] | None:
    """What two calls have in common: their ids; empty where only the resource says so; `None` for nothing."""
    shared = ids & others
    if resource and other:
        if resource != other:
            one_is_part = holds(resource, other) or holds(other, resource)
            return (shared or None) if one_is_part else None
        return shared or (frozenset() if not ids or not others else None)
    return frozenset(one for one in shared if not one.startswith("word:")) or None


def _common(act: StepRows, ids: frozenset[str], check: Check) -> frozenset[str] | None:
    """As `touches`; where neither declares a resource, `check_seat(12)` and `book_seat(12)` name it."""
    found = touches(act.declaration.resource, ids, check.resource, check.ids)
    if found is not None or act.declaration.resource or check.resource:
        return found
    named = _nouns(act.declaration.name) & _nouns(check.step.declaration.name)
    return (ids & check.ids) or None if named else None


def _nouns(name: str) -> frozenset[str]:
    return frozenset(words_of(name.rpartition(".")[2])[1:])


def checks_of(case: Case) -> Iterator[Checked]:
    """Each act of a run with the last read before it of the same thing, in log order."""
    steps = sorted(case.steps.values(), key=lambda step: step.first)
    if not any(reads(step.declaration) for step in steps):
        return
    known = _Known()
    answers = ((step.answer, step) for step in steps if reads(step.declaration) and step.answer >= 0)
    waiting = iter(sorted(answers, key=itemgetter(0)))
    upcoming = next(waiting, None)
    for act in (step for step in steps if not looks(step.declaration) and step.first >= 0):
        while upcoming is not None and upcoming[0] < act.first:
            known.add(Check(upcoming[1], upcoming[0], ids_of(case, upcoming[1].first)))
            upcoming = next(waiting, None)
        if not known.reads:
            continue
        ids = ids_of(case, act.first)
        check = known.take(act, ids)
        if check is not None and not _conditional(case, check, act):
            yield Checked(check, act, _common(act, ids, check) or frozenset())


def _conditional(case: Case, check: Check, act: StepRows) -> bool:
    """Whether the write says what it expects to find, so that the other side refuses a stale one."""
    given = [leaf for leaf in case.leaves(act.first) if leaf.path.startswith(("$.args", "$.kwargs"))]
    if any(folded(name_at(leaf.path)) in _CONDITIONS and _is_said(leaf.value) for leaf in given):
        return True
    seen = [leaf.value for leaf in case.leaves(check.row) if folded(name_at(leaf.path)) in _CONDITIONS]
    return bool(seen) and any(_same(leaf.value, value) for leaf in given for value in seen)


def _is_said(value: Any) -> bool:
    """An expectation that was left empty or switched off is none; version 0 is one."""
    return value is not None and value is not False and value != ""


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return plain_text(left) == plain_text(right)
    return type(left) is type(right) and isinstance(left, int) and left == right


def crossed(rows: Sequence[int], after: int, until: int) -> bool:
    """Whether one of these rows lies behind `after` and not behind `until`."""
    return bisect_right(rows, after) < bisect_right(rows, until)


def other_writer(case: Case, checked: Checked, until: int) -> str:
    """Another run that acted on the same thing between a read and a row; `""` for none."""
    check = checked.check
    history, columns = case.history, case.history.columns
    own = columns.run[case.rows[0]]
    for row in range(check.row + 1, min(until, check.row + _MOST_ROWS)):
        if columns.run[row] == own or columns.type[row] not in _CALLS or looks(history.declaration(row)):
            continue
        declared = history.declaration(row)
        if touches(check.resource, check.ids, declared.resource, ids_of(case, row)) is not None:
            return history.runs[columns.run[row]]
    first_ns, last_ns = case.time_ns(check.row), case.time_ns(until)
    for other in case.siblings:
        if other.history is case.history:
            continue
        for step in islice(other.steps.values(), _MOST_ROWS):
            inside = step.first >= 0 and first_ns < other.time_ns(step.first) < last_ns
            if inside and not looks(step.declaration):
                ids = ids_of(other, step.first)
                if touches(check.resource, check.ids, step.declaration.resource, ids) is not None:
                    return other.run_id
    return ""
