"""A what-if: a run, some code, and what we pretend. Immutable; every change makes a new branch."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from workbench._errors import UsageError
from workbench.machine import Edit, Raises, Returns, Target, read_run
from workbench.model import History, parse_position, visible
from workbench.recording.trace import Trace
from workbench.replay import Needs, Outcome, replay

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Branch"]


class Branch:
    """What would have happened.

    Args:
        history: The log.
        run_id: The run.
        code: Its workflow, or another version of it.
        edits: What is pretended so far.
        parent: The branch that this one was made from.

    Example:
        >>> run.what_if().raises("charge_card", TimeoutError()).replay().outcome
    """

    def __init__(
        self,
        history: History,
        run_id: str,
        code: Callable[..., Any],
        edits: tuple[Edit, ...] = (),
        parent: Branch | None = None,
    ) -> None:
        self.history = history
        self.run_id = run_id
        self.code = code
        self.edits = edits
        self.parent = parent

    # --- pretending -----------------------------------------------------------------------------------------

    def returns(self, step: str, value: Any, *, occurrence: int = 0, position: str = "") -> Self:
        """Pretend that a call returned `value`.

        Args:
            step: Name of the step, signal or child.
            value: Its result; plain data is turned into the step's return type.
            occurrence: The how-manieth call of that name, from 1. By default the one that the run made; when it
                made several, all of them, and those that the branch makes besides.
            position: Which call, by position.

        Raises:
            UsageError: The recording has no such call, and names the nearest one.
        """
        return self._with(Returns(self._target(step, occurrence, position), value))

    def raises(self, step: str, error: BaseException, *, occurrence: int = 0, position: str = "") -> Self:
        """Pretend that a call raised `error`. See `returns`."""
        return self._with(Raises(self._target(step, occurrence, position), error))

    def answer(self, value: Any = None, *, raises: BaseException | None = None) -> Self:
        """Supply what the frontier asks for, and go on.

        Raises:
            UsageError: The branch has not stopped at a frontier.
        """
        needs = self.outcome
        if not isinstance(needs, Needs) or needs.call is None:
            raise UsageError(f"branch of {self.run_id} needs no answer: {needs.word}", hint="see branch.outcome")
        target = Target(needs.name, position=needs.position)
        edit: Edit = Returns(target, value, supplied=True) if raises is None else Raises(target, raises, supplied=True)
        return self._with(edit)

    def _with(self, edit: Edit) -> Self:
        return type(self)(self.history, self.run_id, self.code, (*self.edits, edit), self)

    def _target(self, name: str, occurrence: int, position: str) -> Target:
        known = Counter(slot.name for slot in read_run(self.history, self.run_id).slots.values() if slot.name)
        if known[name] == 1 and not position:
            occurrence = occurrence or 1
        if name not in known and not position:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"this run called {', '.join(sorted(known)) or 'nothing'}"
            raise UsageError(f"run {self.run_id!r} made no call named {name!r}", hint=hint)
        return Target(name, occurrence, parse_position(position))

    # --- looking --------------------------------------------------------------------------------------------

    def replay(self) -> Self:
        """Replay now; looking at `outcome` or `trace` does it too."""
        _ = self.trace
        return self

    @cached_property
    def trace(self) -> Trace:
        """Every stop of this branch."""
        return Trace.of(replay(self.code, self.history, self.edits, run_id=self.run_id), self.history)

    @property
    def outcome(self) -> Outcome:
        """How it ended: `Completed`, `Failed`, `Needs` or `Diverged`."""
        return self.trace.outcome

    @property
    def stops(self) -> pd.DataFrame:
        """The trace's stops as a frame."""
        return self.trace.stops

    def __repr__(self) -> str:
        """Edits, outcome, and what can be done next."""
        lines = [f"Branch of {self.run_id}"]
        lines += [f"  pretend: {edit}" for edit in self.edits] or ["  nothing is pretended yet"]
        if "trace" in self.__dict__:
            lines.append(str(self.outcome))
            lines += [f"  no call met the edit: {edit}" for edit in self.trace.unused]
            lines.append("  next: .trace .stops, wb.diff(run, branch), .returns(…) .raises(…)")
        else:
            lines.append("  next: .returns(step, value) .raises(step, error), then .replay()")
        return visible("\n".join(lines))
