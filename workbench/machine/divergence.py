"""The code asks for something else than the log holds: where, what the log holds, what was asked, what to do."""

from __future__ import annotations

from enum import StrEnum

from workbench._errors import DivergenceError
from workbench.machine.call import Call
from workbench.machine.record import RunRecord, Slot
from workbench.model import EventType, Position, position_text

__all__ = ["Divergence", "DivergenceReason"]


class DivergenceReason(StrEnum):
    """How code and log differ at the first difference."""

    RENAMED = "renamed"
    """Another call stands at this position."""
    ARGUMENTS = "arguments"
    """The same call, with other arguments."""
    INSERTED = "inserted"
    """The code makes a call that the log does not hold although the log goes on."""
    REMOVED = "removed"
    """The log goes on with a call that the code never made."""
    REORDERED = "reordered"
    """The log holds another answer first."""


_REMEDIES = {
    DivergenceReason.RENAMED: "a step was inserted, removed, renamed or swapped; guard the change with wb.patched(…)",
    DivergenceReason.ARGUMENTS: "look for a clock, random, environment or global value that does not come through wb.*",
    DivergenceReason.INSERTED: "guard the new call with wb.patched(…) so that old runs keep the old path",
    DivergenceReason.REMOVED: "keep the old call for old runs, guarded with wb.patched(…)",
    DivergenceReason.REORDERED: "calls that run side by side must be made in a fixed order; sort what you iterate over",
}


class Divergence(DivergenceError):  # noqa: N818 - the noun of the product; its base has the suffix
    """The first difference between code and log.

    Attributes:
        reason: How they differ.
        call: What the code asked; `None` when it asked nothing more.
        slot: What the log holds; `None` when it holds nothing here.
        path: The position.
    """

    def __init__(self, reason: DivergenceReason, call: Call | None, slot: Slot | None, record: RunRecord) -> None:
        self.reason = reason
        self.call = call
        self.slot = slot
        self.path: Position = call.position if call is not None else slot.position if slot is not None else ()
        recorded = _recorded(slot, record)
        asked = f"{call.verb} {call.name}".strip() if call is not None else "nothing more"
        where = position_text(self.path) or "the end"
        super().__init__(
            f"diverged at {where}: the log holds {recorded}, the code asked for {asked} ({reason})",
            position=where,
            recorded=recorded,
            asked=asked,
            hint=_REMEDIES[reason],
        )


def _recorded(slot: Slot | None, record: RunRecord) -> str:
    if slot is not None:
        seq = record.history.columns.seq[slot.opened]
        return f"{slot.verb} {slot.name} at {position_text(slot.position)} (event {seq})".replace("  ", " ")
    if record.ended >= 0:
        event = record.history.event(record.ended)
        return f"{EventType(event.type).name} (event {event.seq})"
    return "nothing"
