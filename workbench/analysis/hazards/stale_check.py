"""Hazard 4: what was checked is no longer so when it is acted upon."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.checks import Checked, checks_of, crossed, other_writer
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.analysis.hazards.wording import ago, listed

__all__ = ["STALE_CHECK"]


def _detect(case: Case) -> Iterator[Evidence]:
    alone = case.rows[-1] - case.rows[0] + 1 == len(case.rows) and not case.siblings
    if alone and not case.pauses and not case.recoveries:
        return
    for checked in checks_of(case):
        found = _stale(case, checked)
        if found is not None:
            yield found


def _stale(case: Case, checked: Checked) -> Evidence | None:
    """The first attempt of the act that something lies before."""
    check, act = checked.check, checked.act
    for attempt in act.attempts or ():
        resumed = crossed(case.recoveries, check.row, attempt.row)
        paused = crossed(case.pauses, check.row, attempt.row)
        writer = "" if resumed or paused else other_writer(case, checked, attempt.row)
        if not (resumed or paused or writer):
            continue
        age = ago(case.time_ns(check.row), case.time_ns(attempt.row))
        how = f"run {writer} acted on it in between" if writer else "the run was resumed in between" if resumed else (
            "the run stood still in between"
        )  # fmt: skip
        about = listed(sorted(one.removeprefix("word:") for one in checked.ids)) or check.resource
        text = f"{act.label} acted on {about} by what {check.step.label} had read {age} before: {how}"
        sure = 0.9 if check.resource and act.declaration.resource else 0.7
        return Evidence(
            case.seqs(attempt.row, check.row), text, (check.step.label, act.label), sure,
            Severity.DANGER if writer else None,
        )  # fmt: skip
    return None


STALE_CHECK = Hazard(
    id="stale-check",
    number=4,
    title="Stale check, then act",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A read was recorded, time passed or others wrote, and the act relied on the recorded value: replay never asks "
        "again. Two resumed orders both saw one piece in stock, and both shipped it."
    ),
    fix="""\
Let the write itself check, so that nothing can come in between, or read again in the same step:

    @wb.step(kind="write", resource="stock")
    def reserve(sku, quantity, etag):
        return api.post(f"/stock/{sku}/reservations", {"quantity": quantity}, headers={"If-Match": etag})
""",
    false_alarm_if="nobody else changes this, or the write refuses when what it finds is not what was read.",
    detect=_detect,
    source="Azure Architecture Center, saga pattern: reread values; RFC 9110 section 13 (If-Match)",
)
