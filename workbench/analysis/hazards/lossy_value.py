"""Also flagged: a value that is not whole is handed back to the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.expiry import plain_text
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.provenance import Leaf
from workbench.analysis.provenance.links import GIVES
from workbench.journal.codec import MARKER, Redacted
from workbench.model import EventType

__all__ = ["LOSSY_VALUE"]

_STUBS: Final = re.compile(
    r"^\W{0,4}(?:redacted|filtered|masked|removed|hidden|secret|scrubbed|omitted|truncated)\b.{0,60}$|^\*{3,}$|^x{8,}$"
    r"|(?:\[|<|\(|…|\.{3})\s*(?:truncated|redacted|omitted|clipped|cut off)\b.{0,60}$|\btruncated by .{1,40}$"
    r"|\.{3} ?\(?\+?\d+ (?:more )?(?:bytes|chars|characters)\b.{0,20}$",
    re.IGNORECASE,
)
"""What logs and loggers put where something was taken out."""
_TAIL: Final = 200
_WORDS: Final = frozenset({"hidden", "secret", "removed", "omitted", "filtered", "masked"})
"""These stand alone in ordinary data, too: without brackets or stars they say nothing."""


def _detect(case: Case) -> Iterator[Evidence]:
    lossy: dict[int, Leaf] = {}
    for row in case.rows_of(*GIVES):
        for leaf in case.leaves(row):
            if isinstance(leaf.value, str) and _is_lossy(leaf.value):
                lossy.setdefault(row, leaf)
    if not lossy:
        return
    used = {link.from_row: link.to_row for link in reversed(case.links) if link.from_row in lossy}
    for row, leaf in lossy.items():
        resumed = next((at for at in case.recoveries if at > row), -1)
        if resumed < 0 and not case.is_open:
            user = used.get(row)
            if user is None or isinstance(leaf.value, Redacted):
                continue
        yield _evidence(case, row, leaf, resumed, used.get(row, -1))


def _is_lossy(value: str) -> bool:
    """Whether something is missing that nobody can put back: a placeholder, a cut, or a secret that was not sealed."""
    if isinstance(value, Redacted):
        return value.sealed is None
    text = plain_text(value)
    if MARKER.search(text) if "⟨redacted:" in text else False:
        return True
    tail = text[-_TAIL:].strip()
    return _STUBS.search(tail) is not None and tail.lower() not in _WORDS


def _evidence(case: Case, row: int, leaf: Leaf, resumed: int, user: int) -> Evidence:
    name = case.history.declaration(row).name or "the run"
    what = (
        "a secret that was not kept"
        if isinstance(leaf.value, Redacted)
        else "a placeholder for something that was taken out"
    )
    if resumed >= 0:
        how = "and the run was resumed with it"
    else:
        how = "and a resume would be handed that" if case.is_open else "and it was used as if it were whole"
    text = f"`{leaf.path}` of {name} is {what}, {how}"
    steps = (name,) if case.history.columns.type[row] != EventType.RunStarted else ()
    sure = 0.9 if user >= 0 or resumed >= 0 else 0.7
    return Evidence(case.seqs(row, user, resumed), text, steps, sure)


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
