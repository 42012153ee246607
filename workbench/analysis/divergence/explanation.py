"""The explanation of a divergence, for people: cause, evidence, lines, remedy."""

from __future__ import annotations

import html
import linecache
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.analysis.cause import Cause
from workbench.analysis.cells import html_table
from workbench.analysis.divergence.account import account_frame, call_words
from workbench.analysis.divergence.inquiry import Inquiry
from workbench.analysis.divergence.reason import Reason, Sure
from workbench.analysis.divergence.reasons import reasons_of
from workbench.analysis.divergence.structure import asked_row, left_row
from workbench.machine import Call
from workbench.model import EventType, History, Position, position_text, visible
from workbench.replay.lending import Lent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explanation", "First", "explain"]


_SHOWN = ("what", "seq", "recorded", "asked")
"""What fits beside each other in a notebook; `account` has the rest."""


class First(NamedTuple):
    """The first difference.

    Attributes:
        calls_before: How many calls the code made before it.
        seq: Number of the event that the log holds there: of the next call that it recorded, or of the run's end;
            0 where it holds nothing more.
        recorded: That event in words.
        recorded_position: Position of the recorded call; `()` for none.
        asked: What the code asked for instead, in words.
        position: Where it asked; `()` when it asked for nothing more.
    """

    calls_before: int
    seq: int
    recorded: str
    recorded_position: Position
    asked: str
    position: Position


class Explanation:
    """Why code no longer follows a log. What costs an experiment is found out when it is first asked for.

    Args:
        inquiry: The evidence.
    """

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self.run_id = inquiry.run_id

    @property
    def diverged(self) -> bool:
        """Whether the code leaves the log, as replay says."""
        return self._inquiry.diverged

    @property
    def given(self) -> list[tuple[int, Call]]:
        """Row of each recorded answer that the code was given, and the very call for which it was recorded."""
        asked = self._inquiry.exploration.asked
        found = [(one.slot.answer, one.call) for one in asked if one.slot is not None and one.lent is Lent.EXACT]
        return [(row, call) for row, call in found if row >= 0]

    # --- what -----------------------------------------------------------------------------------------------

    @cached_property
    def account(self) -> pd.DataFrame:
        """Log and code side by side, aligned; columns see `workbench.analysis.divergence.account_frame`."""
        return account_frame(self._inquiry.rows, self._inquiry.exploration)

    @cached_property
    def first(self) -> First | None:
        """The first difference; `None` when the code fits."""
        exploration = self._inquiry.exploration
        if not self.diverged:
            return None
        asked, left = asked_row(self._inquiry.rows, exploration), left_row(self._inquiry.rows, exploration)
        row = exploration.left_at if exploration.left_at is not None else -1
        history = self._inquiry.history
        recorded = "nothing more"
        if left is not None and left.slot is not None:
            recorded = call_words(left.slot.verb, left.slot.name, left.recorded_arguments)
        elif row >= 0:
            recorded = EventType(history.columns.type[row]).name
        call = asked.asked.call if asked is not None and asked.asked is not None else None
        arguments = asked.asked.arguments if asked is not None and asked.asked is not None else None
        return First(
            calls_before=exploration.asked_before,
            seq=history.columns.seq[row] if row >= 0 else 0,
            recorded=recorded,
            recorded_position=left.slot.position if left is not None and left.slot is not None else (),
            asked=call_words(call.verb, call.name, arguments) if call is not None else "nothing more",
            position=call.position if call is not None else (),
        )

    # --- why ------------------------------------------------------------------------------------------------

    @cached_property
    def causes(self) -> tuple[Reason, ...]:
        """Every reason with its evidence, the surest first; none when the code fits."""
        return tuple(reasons_of(self._inquiry)) if self.diverged else ()

    @property
    def cause(self) -> Cause | None:
        """The first of `causes` in one word; `None` when the code fits."""
        return self.causes[0].cause if self.causes else None

    @property
    def sure(self) -> Sure | None:
        """How sure the cause is."""
        return self.causes[0].sure if self.causes else None

    @property
    def remedy(self) -> str:
        """What to do, with the line; `""` when the code fits."""
        return self.causes[0].remedy if self.causes else ""

    # --- where ----------------------------------------------------------------------------------------------

    @property
    def line_recorded(self) -> str:
        """`file:line` where the recorded code made the call that did not come; `""` for unknown."""
        place = self._inquiry.recorded_place
        return f"{place.file}:{place.line}" if place.line else ""

    @property
    def line_now(self) -> str:
        """`file:line` where the code asked for something else, or the line that is to blame."""
        stack = self._inquiry.present_stack
        if stack and stack[0].line:
            return f"{stack[0].file}:{stack[0].line}"
        best = next((reason for reason in self.causes if reason.line), None)
        return f"{best.file}:{best.line}" if best is not None else ""

    @cached_property
    def code_difference(self) -> str:
        """The change of the source that explains it, as a unified diff; `""` where nothing that ran has changed."""
        changes = self._inquiry.changes
        blamed = {reason.line: reason.file for reason in self.causes if reason.line}
        chosen = [c for c in changes if any(c.file == file and c.line == line for line, file in blamed.items())]
        return (chosen or changes)[0].unified() if changes else ""

    @property
    def same_code(self) -> bool:
        """Whether the log holds the source of all that ran, and none of it has changed."""
        known = {new.file for _, new in self._inquiry.versions.pairs}
        others = {code.co_filename for code in self._inquiry.ran} - known
        return bool(known) and not self._inquiry.changes and not any(map(linecache.getlines, others))  # generated: none

    # --- for people -----------------------------------------------------------------------------------------

    def __str__(self) -> str:
        """The whole explanation."""
        first = self.first
        if first is None:
            return f"run {self.run_id}: the code follows the log"
        where = position_text(first.position or first.recorded_position) or "the end"
        lines = [
            f"run {self.run_id} diverges at {where}: {self.cause} ({self.sure})",
            f"  the log holds  {first.recorded}"
            + (f" (event {first.seq})" if first.seq else "")
            + _at(self.line_recorded),
            f"  the code asks  {first.asked}" + _at(self.line_now),
            f"  because        {self.causes[0].why}",
        ]
        lines += [f"  or else        {reason}" for reason in self.causes[1:] if not reason.by_account]
        lines += [f"    {line}" for line in self.code_difference.splitlines()]
        if self.sure is Sure.LIKELY and self._inquiry.changes and not self._inquiry.trust_log:
            lines.append("  → trust_log=True tries the code without this change, and so executes source of the log")
        lines.append(f"  → {self.remedy}")
        return visible("\n".join(lines))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head, *rest = str(self).splitlines()
        text = html.escape("\n".join(rest), quote=True)
        table = html_table(self.account[[*_SHOWN]], rows=50)
        return f"<p><b>{html.escape(head, quote=True)}</b></p><pre>{text}</pre>{table}"


def explain(code: Callable[..., Any], history: History, run_id: str, *, trust_log: bool = False) -> Explanation:
    """Why code no longer follows a log, and what to do.

    The code runs against the log, past the first difference, without acting; experiments run it again with one
    thing changed at a time. For that the names of the workflow's module are exchanged for some milliseconds: do not
    run the same workflow live in another thread meanwhile.

    Args:
        code: The workflow: the recorded one, or another version of it.
        history: The log.
        run_id: The run.
        trust_log: Also try the recorded code, and the present one without each change, which proves what mattered.
            That executes source out of the log: only for a log whose origin you trust.

    Raises:
        RunNotFoundError: The history does not hold the run, or not its beginning.
    """
    linecache.checkcache()  # a module that was edited and reloaded in this session
    return Explanation(Inquiry(code, history, run_id, trust_log=trust_log))


def _at(line: str) -> str:
    return f"   at {line.rpartition('/')[2]}" if line else ""
