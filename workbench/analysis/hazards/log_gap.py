"""Also flagged: events are missing, or may be."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.journal import GapReason, Report
from workbench.model import EventType

__all__ = ["LOG_GAP"]


def _detect(case: Case) -> Iterator[Evidence]:
    first, last = case.rows[0], case.rows[-1]
    if not case.has(EventType.RunStarted):
        yield Evidence(case.seqs(first), "the beginning of the run is not in the log")
    elif case.history.engine != "native":
        for said in case.facts.missing:
            yield Evidence(case.seqs(first), said)
    report = case.report
    if report is None:
        return
    rotten = [gap for gap in report.gaps if gap.reason is not GapReason.TORN]
    if rotten:
        text = f"the log has {len(rotten)} damaged place(s), first {rotten[0]}: events may be missing from the middle"
        yield Evidence(case.seqs(last), text)
    if report.dropped:
        text = f"the disk refused {report.dropped} event(s)"
        yield Evidence(case.seqs(last, first), text)
    if report.last_seq > report.synced_seq:
        yield from _lost_tail(case, report)


def _lost_tail(case: Case, report: Report) -> Iterator[Evidence]:
    """What followed the last sync may be gone; nothing follows on a run that has completed.

    One that failed or was cancelled may have been undone, or taken back, in the part that is lost.
    """
    first, last = case.rows[0], case.rows[-1]
    at_rest = case.ended >= 0 and case.history.columns.type[case.ended] == EventType.RunCompleted
    if report.sync_failed:
        if not at_rest or case.seq(last) > report.synced_seq:
            text = f"a sync failed: what follows event {report.synced_seq} may not have reached the disk"
            yield Evidence(case.seqs(first, last), text, (), 0.9, Severity.WARNING)
    elif report.same_boot is False and not report.closed and not at_rest:
        text = f"the machine restarted with the log open: what followed event {report.synced_seq} may be lost with it"
        yield Evidence(case.seqs(last), text, (), 0.8, Severity.WARNING)


LOG_GAP = Hazard(
    id="log-gap",
    number=0,
    title="Log gap, durability downgrade",
    severity=Severity.DANGER,
    sight=Sight.LOG,
    explanation=(
        "Events are missing from the log, or were never safely on the disk. What is missing may be an act: a step that "
        "looks as if it had never begun may have happened."
    ),
    fix="""\
Look on the other side before acting, and record durably where it matters:

    workbench doctor shop.wlog                      # what is damaged, where
    wb.Recorder("shop.wlog", durability="strict")   # every event is on the disk before the run goes on
""",
    false_alarm_if="the missing part belongs to other runs.",
    detect=_detect,
    source="semantics of this project, gates G1 and G3; RocksDB, WAL recovery modes",
)
