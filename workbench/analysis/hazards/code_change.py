"""Hazard 15: the run goes on in code that it did not begin in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from workbench.analysis.cause import AMBIENT, Cause
from workbench.analysis.divergence import Explanation
from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.parsing import parse
from workbench.model import EventType

__all__ = ["CODE_CHANGE", "is_change"]

_BY_SOURCE: Final = frozenset({Cause.CONCURRENCY, Cause.TYPE_CHANGED})
"""These come without a change of the workflow, too: a race, a class that changed elsewhere. The source tells."""


def _detect(case: Case) -> Iterator[Evidence]:
    if case.code is None:
        changed = _between_processes(case) if case.recoveries else None
        if changed is not None and not case.has(EventType.PatchChecked):
            yield changed
        return
    explanation = case.explanation  # a dry replay that fits clears whatever changed
    if explanation is not None and explanation.first is not None and is_change(explanation):
        first = explanation.first
        text = f"a dry replay asks for {first.asked} where the log holds {first.recorded}: {explanation.cause}"
        seqs = (first.seq,) if first.seq else ()
        yield Evidence(seqs, text, (), 1.0, Severity.DANGER, explanation.line_now)


def is_change(explanation: Explanation) -> bool:
    """Whether another code is the reason why the log is left, and not what no log holds."""
    if explanation.cause in AMBIENT or explanation.same_code:
        return False
    return explanation.cause not in _BY_SOURCE or bool(explanation.code_difference)


def _between_processes(case: Case) -> Evidence | None:
    """The recorded source differs from one process of the run to the next."""
    started = case.record.started
    known = _digest(case, started), started
    for row in case.recoveries:
        digest = _digest(case, row)
        if digest and known[0] and digest != known[0] and _differ(case, known[0], digest):
            text = (
                "the run was resumed in other code than it had begun in: the source of its workflow has another digest"
            )
            return Evidence(case.seqs(row, known[1]), text, (), 0.9)
        known = (digest, row) if digest else known
    return None


def _digest(case: Case, row: int) -> str:
    said = case.body(row).get("source")
    return said if isinstance(said, str) else ""


def _differ(case: Case, left: str, right: str) -> bool:
    """Whether two sources differ in more than comments and layout; where the text is missing, the digests decide."""
    texts = [source.text for digest in (left, right) if (source := case.history.sources.get(digest)) is not None]
    if len(texts) < 2:  # noqa: PLR2004 - both of them
        return True
    return _in_meaning(*texts)


def _in_meaning(left: str, right: str) -> bool:
    try:
        return ast.dump(parse(left)) != ast.dump(parse(right))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # text out of a log may be anything
        return left != right


CODE_CHANGE = Hazard(
    id="code-change",
    number=15,
    title="Code change under a live run",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A deployment does not wait for open runs. When the new code asks for a step that the old one did not know, "
        "or in another order, recorded results go to other calls, or the run stops."
    ),
    fix="""\
Guard the change, so that runs of the old code keep the old path, and replay recorded runs before deploying:

    if wb.patched("fraud-check"):
        check_fraud(order)

    rec.check(code=checkout)
""",
    false_alarm_if="the change does not touch what the workflow asks for.",
    detect=_detect,
    source="DBOS, upgrading workflows; Temporal, versioning",
)
