"""Hazards 21 and 22: payloads and histories that outgrow what engines and networks carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.analysis.hazards.case import Case
from workbench.analysis.hazards.hazard import Evidence, Hazard, Severity, Sight
from workbench.model import EventType

__all__ = ["OVERSIZE_PAYLOAD", "UNBOUNDED_HISTORY"]

_KIB: Final = 1024
_WARN: Final = 256 * _KIB
_ERROR: Final = 2 * _KIB * _KIB
_RUN: Final = 10 * _KIB * _KIB
"""Temporal warns of a payload above 256 KiB and refuses one above 2 MiB; ten MiB in a run are slow to replay."""
_MANY_EVENTS: Final = 10_240
_MOST_EVENTS: Final = 51_200
_MOST_BYTES: Final = 50 * _KIB * _KIB
"""Temporal warns at 10,240 events and ends a run at 51,200 events or 50 MB."""
_NOTED: Final = 20


def _oversize(case: Case) -> Iterator[Evidence]:
    sizes = case.sizes
    large = sorted((row for row, size in sizes.items() if size > _WARN), key=sizes.__getitem__, reverse=True)
    for row in large[:_NOTED]:
        name = case.history.declaration(row).name or "the run"
        limit = _ERROR if sizes[row] > _ERROR else _WARN
        event = EventType(case.history.columns.type[row]).name
        text = f"{event} of {name} holds {_shown(sizes[row])}, above {_shown(limit)}"
        yield Evidence(case.seqs(row), text, (name,), 1.0, Severity.DANGER if limit == _ERROR else None)
    total = sum(sizes.values())
    if total > _RUN:
        text = f"the payloads of the run add up to {_shown(total)}, above {_shown(_RUN)}"
        yield Evidence(case.seqs(case.rows[0], *large[:_NOTED]), text)


def _shown(size: int) -> str:
    return f"{size / _KIB / _KIB:,.1f} MiB" if size >= _KIB * _KIB else f"{size / _KIB:,.0f} KiB"


def _unbounded(case: Case) -> Iterator[Evidence]:
    events = len(case.rows)
    if events > _MANY_EVENTS:
        limit = _MOST_EVENTS if events > _MOST_EVENTS else _MANY_EVENTS
        text = f"the run has {events:,} events, above {limit:,}"
        known = Severity.DANGER if events > _MOST_EVENTS else None
        yield Evidence(case.seqs(case.rows[-1], case.rows[0]), text, (), 1.0, known)
        return
    total = sum(case.sizes.values())
    if total > _MOST_BYTES:
        text = f"the history of the run holds {_shown(total)}, above {_shown(_MOST_BYTES)}"
        yield Evidence(case.seqs(case.rows[-1], case.rows[0]), text, (), 1.0, Severity.DANGER)


OVERSIZE_PAYLOAD = Hazard(
    id="oversize-payload",
    number=21,
    title="Oversize payload",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "Results are stored and sent with every replay. A document of forty megabytes as a step's result makes the "
        "log slow to open, and other engines refuse it in the middle of a run."
    ),
    fix="""\
Store the document outside and return where it is, with a hash of it:

    @wb.step(kind="idempotent")
    def render(order) -> dict:
        blob = store.put(f"invoices/{order}.pdf", make_pdf(order))
        return {"where": blob.url, "sha256": blob.sha256}
""",
    false_alarm_if="the run is short, is never replayed by another engine, and its log stays on one disk.",
    detect=_oversize,
    source="docs.temporal.io, limits (blob size 256 KiB and 2 MiB)",
)

UNBOUNDED_HISTORY = Hazard(
    id="unbounded-history",
    number=22,
    title="Unbounded history",
    severity=Severity.WARNING,
    sight=Sight.LOG,
    explanation=(
        "A run that polls every second, or never ends, has a history that only grows; each resume replays all of it, "
        "and engines stop a run at a limit."
    ),
    fix="""\
Poll inside one step, give work to child runs, or end the run and begin the next one with what is still needed:

    @wb.step(kind="read")
    def wait_until_paid(order):            # one event, however long it polls
        ...
""",
    false_alarm_if="the run is about to end.",
    detect=_unbounded,
    source="docs.temporal.io, limits (10,240 and 51,200 events, 50 MB); vercel/workflow#2472",
)
