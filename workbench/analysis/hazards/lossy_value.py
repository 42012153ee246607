"""Also flagged: a value that is not whole is handed back to the code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.placeholder import is_cut, is_placeholder
from workbench.analysis.hazards.places import name_at, parent_of
from workbench.analysis.provenance import Leaf, Link
from workbench.analysis.provenance.links import GIVES
from workbench.journal.codec import MARKER, Redacted
from workbench.journal.redaction.names import words_of

__all__ = ["LOSSY_VALUE"]

_CUT: Final = re.compile(r"(?:truncated|clipped|abridged|elided|omitted)\w*\W{0,2}$", re.IGNORECASE)
_CUTS: Final = frozenset({"truncated", "clipped", "abridged", "elided", "omitted"})
_VERBS: Final = frozenset({"is", "was", "has", "been", "output", "result", "content", "text", "body", "data", "value"})
_UNITS: Final = frozenset({
    "bytes", "chars", "characters", "lines", "rows", "items", "tokens", "words", "entries", "size", "length", "count",
    "total", "num", "number", "of",
})  # fmt: skip
_REST: Final = frozenset({"next", "continuation", "cursor", "marker", "offset", "continue"})
"""Names of what says where the rest of a list is."""


class _Loss(NamedTuple):
    """A value that is not whole.

    Attributes:
        leaf: What says so: the value itself, or the flag beside it.
        path: Where the value stands.
        what: The same in words.
    """

    leaf: Leaf
    path: str
    what: str


def _detect(case: Case) -> Iterator[Evidence]:
    lossy: dict[int, _Loss] = {}
    for row in case.rows_of(*GIVES):
        for leaf in case.leaves(row):
            loss = _loss(case, row, leaf)
            if loss is not None:
                lossy.setdefault(row, loss)
    links: dict[int, list[Link]] = {row: [] for row in lossy}
    for link in case.links if lossy else ():
        if link.from_row in links:
            links[link.from_row].append(link)
    for row, loss in lossy.items():
        resumed = next((at for at in case.recoveries if at > row), -1)
        user = _use(links[row], loss, resumed)
        had_it = user < 0 or isinstance(loss.leaf.value, Redacted)  # the process that recorded it had it whole
        if resumed >= 0 or case.is_open or not had_it:
            yield _evidence(case, row, loss, resumed, user)


def _loss(case: Case, row: int, leaf: Leaf) -> _Loss | None:
    value = leaf.value
    if isinstance(value, str):
        if not _is_lossy(value, name_at(leaf.path)):
            return None
        secret = "a secret that was not kept"  # noqa: S105 - words for people, no password
        what = secret if isinstance(value, Redacted) else "a placeholder for something that was taken out"
        return _Loss(leaf, leaf.path, what)
    if isinstance(value, int) and value > 0 and _CUT.search(leaf.path) and _says_cut(leaf.path, value):
        around = parent_of(leaf.path)
        if not any(_goes_on(other, around) for other in case.leaves(row)):
            return _Loss(leaf, around, f"cut short, as its `{name_at(leaf.path)}` says")
    return None


def _says_cut(path: str, value: int) -> bool:
    """Whether a flag or a number says that something is missing: `isTruncated`, `omitted_bytes`."""
    words = frozenset(words_of(name_at(path)))
    left = words - _CUTS
    return len(left) < len(words) and (left <= _VERBS or (value is not True and left <= _UNITS))


def _goes_on(leaf: Leaf, around: str) -> bool:
    """Whether a value says where the rest is: a page of a list is whole."""
    return bool(leaf.value) and parent_of(leaf.path) == around and not _REST.isdisjoint(words_of(name_at(leaf.path)))


def _is_lossy(value: str, name: str = "") -> bool:
    """Whether something is missing that nobody can put back: a placeholder, a cut, or a secret that was not sealed."""
    if isinstance(value, Redacted):
        return value.sealed is None
    text = plain_text(value)
    if "⟨redacted:" in text and MARKER.search(text):
        return True
    return is_cut(text) or is_placeholder(text, name)


def _use(links: Iterable[Link], loss: _Loss, resumed: int) -> int:
    """Row of the first call that used it, after the run was resumed if it was; -1 for none."""
    inside = f"{loss.path}.", f"{loss.path}["
    used = (link for link in links if link.from_path == loss.path or link.from_path.startswith(inside))
    return next((link.to_row for link in used if link.to_row > resumed), -1)


def _evidence(case: Case, row: int, loss: _Loss, resumed: int, user: int) -> Evidence:
    name = case.history.declaration(row).name or "the run"
    if resumed >= 0:
        how = "and the run was resumed with it"
    elif user >= 0 and not isinstance(loss.leaf.value, Redacted):
        how = "and it was used as if it were whole"
    else:
        how = "and a resume would be handed that"
    text = f"`{loss.path}` of {name} is {loss.what}, {how}"
    steps = [case.steps.get(case.history.position(at)) for at in (row, user) if at >= 0]
    labels = tuple(dict.fromkeys(step.label for step in steps if step is not None))
    sure = 0.9 if user >= 0 or resumed >= 0 else 0.7
    return Evidence(case.seqs(row, user, resumed), text, labels, sure)


LOSSY_VALUE = Hazard(
    id="lossy-value",
    number=0,
    title="Redacted or truncated value fed back into replay",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "What was cut off or blacked out in the log is handed to the code as if it were the value. The code then "
        "asks for something else, which looks like a change of the code, or acts on a placeholder."
    ),
    fix="""\
Seal what is secret instead of dropping it, keep large values outside with a hash, and stop where a value is not whole:

    pip install durable-workbench[seal]          # secrets are then kept under a key outside the log
    run.retry_from("log_in")              # or get the value again
""",
    false_alarm_if="the code only hands the value on to somebody who does not look at it.",
    detect=_detect,
    source="awslabs/cli-agent-orchestrator#628",
)
