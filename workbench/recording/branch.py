"""A what-if: a run, some code, and what we pretend. Immutable; every change makes a new branch."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, Self

from workbench._errors import UsageError
from workbench.analysis import Explanation, explain, verdict_of
from workbench.machine import (
    INSTANT,
    LONGEST_SECONDS,
    Crashes,
    Delays,
    Drops,
    Edit,
    Input,
    Raises,
    Returns,
    ShiftsClock,
    Signals,
    Target,
    Verb,
)
from workbench.model import History, Position, ns_of, position_text, visible
from workbench.program import as_workflow
from workbench.recording.aim import Aim
from workbench.recording.drawn import DrawnVerdict
from workbench.recording.in_notebooks import html_of_branch
from workbench.recording.sweep import Sweep, sweep
from workbench.recording.trace import Trace
from workbench.replay import Diverged, Needs, Outcome, replay

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from workbench.recording.branches import Branches

__all__ = ["Branch"]

Code = Callable[..., Any]
Step = str | int


class Branch:
    """What would have happened.

    Calls are meant by the name of the step, signal or child (and which one of several: `occurrence` from 1), by
    `position`, or by the number of one of their events: `.returns("charge_card", {...})`, `.returns(17, {...})`.
    What cannot be meant is refused with the nearest thing that can.

    Args:
        history: The log.
        run_id: The run.
        code: Its workflow, or another version of it.
        edits: What is pretended so far.
        parent: The branch that this one was made from.
        name: Under which it is saved; `""` for a branch that is not.
        shelf: Where the branches of this run are kept; `None` for a branch of a bare history.
        others: Other logs, whose runs suggest answers at the frontier.

    Example:
        >>> run.what_if().raises("charge_card", TimeoutError()).delays("reserve", 3600).outcome
    """

    def __init__(  # noqa: PLR0913 - a branch is these things
        self,
        history: History,
        run_id: str,
        code: Code,
        edits: tuple[Edit, ...] = (),
        parent: Branch | None = None,
        *,
        name: str = "",
        shelf: Branches | None = None,
        others: Sequence[History] = (),
    ) -> None:
        self.history = history
        self.run_id = run_id
        self.code = code
        self.edits = edits
        self.parent = parent
        self.name = name
        self.shelf = shelf
        self.others = others

    # --- pretending, about one call -------------------------------------------------------------------------

    def returns(self, step: Step, value: Any, *, occurrence: int = 0, position: str | Position = "") -> Self:
        """Pretend that a call returned `value`.

        Args:
            step: Name of the step, signal or child, or number of an event of the call.
            value: Its result; plain data is turned into the step's return type.
            occurrence: The how-manieth call of that name, from 1. By default the one that the run made; when it
                made several, all of them, and those that the branch makes besides.
            position: Which call, by position; also means timers, clock readings and draws.

        Raises:
            UsageError: The recording has no such call, and names the nearest one.
        """
        target = self._target(step, occurrence, position)
        if isinstance(value, datetime) and value.tzinfo is None and self._is_reading(target):
            raise UsageError("a clock reading is an aware datetime", hint="give it a zone: datetime(…, tzinfo=UTC)")
        return self._with(Returns(target, value))

    def raises(self, step: Step, error: BaseException, *, occurrence: int = 0, position: str | Position = "") -> Self:
        """Pretend that a call raised `error`. See `returns`."""
        given: Any = error
        if not isinstance(given, BaseException):
            what = f"the class {given.__name__}" if isinstance(given, type) else f"{given!r:.80}"
            raise UsageError(f"{what} is no exception", hint="raises('charge_card', TimeoutError('no answer'))")
        return self._with(Raises(self._target(step, occurrence, position), error))

    def delays(self, step: Step, seconds: float, *, occurrence: int = 0, position: str | Position = "") -> Self:
        """Pretend that an answer came `seconds` later; timeouts and other branches go first. See `returns`."""
        if not 0 <= seconds <= LONGEST_SECONDS:
            raise UsageError(f"an answer cannot be {seconds} s late", hint="delays(step, 3600)")
        return self._with(Delays(self._awaited(step, occurrence, position), float(seconds)))

    def drops(self, step: Step, *, occurrence: int = 0, position: str | Position = "") -> Self:
        """Pretend that an answer never came: a lost message. See `returns`."""
        return self._with(Drops(self._awaited(step, occurrence, position)))

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

    # --- pretending, about the world ------------------------------------------------------------------------

    def signals(self, name: str, value: Any = None, *, after: int = 0, at: datetime | None = None) -> Self:
        """Pretend that a signal arrived.

        Args:
            name: Its name; the run must wait for it somewhere.
            value: Its value.
            after: Number of the event right after which it arrives; before the run began by default.
            at: When it arrives, instead: an aware datetime.

        Raises:
            UsageError: Nobody waits for such a signal, or there is no such event.
        """
        if at is not None and (after or at.tzinfo is None):
            raise UsageError("a moment is one event or one aware datetime", hint="signals('go', after=17)")
        at_ns = ns_of(at) if at is not None else self._aim.moment(after).time_ns if after else 0
        return self._with(Signals(self._aim.signal_name(name), value, at_ns))

    def shifts_clock(self, seconds: float, *, after: int = 0) -> Self:
        """Pretend that the clock which the code reads is off.

        Args:
            seconds: What is added to each reading; negative for a clock that is behind.
            after: Number of the event after which it is; from the beginning by default.
        """
        if not -LONGEST_SECONDS <= seconds <= LONGEST_SECONDS:
            raise UsageError(f"a clock cannot be off by {seconds} s", hint="shifts_clock(3600)")
        return self._with(ShiftsClock(float(seconds), self._aim.moment(after).time_ns if after else 0))

    def crashes(
        self,
        step: Step = "",
        when: Literal["before", "during", "after"] = "during",
        *,
        occurrence: int = 0,
        position: str | Position = "",
        event: int = 0,
    ) -> Self:
        """Pretend that the process died: the log ends there, and the branch shows what a recovery would find.

        Args:
            step: The call at which it died. See `returns`.
            when: `before` the call began, `during` it (its outcome is lost: a step is then in doubt), or `after`
                its outcome was logged.
            occurrence: See `returns`.
            position: See `returns`.
            event: Number of the last event that is in the log, instead of a call.

        Raises:
            UsageError: There is no such recorded call or event.
        """
        return self._with(
            Crashes(self._crash_seq(step, when, occurrence, position) if not event else self._aim.moment(event).seq)
        )

    def input(self, *args: Any, **kwargs: Any) -> Self:
        """Pretend that the run was started with other arguments.

        Raises:
            UsageError: They do not fit the workflow.
        """
        try:
            inspect.signature(as_workflow(self.code).function).bind(*args, **kwargs)
        except TypeError as error:
            raise UsageError(f"these arguments do not fit {as_workflow(self.code).name}: {error}") from None
        return self._with(Input(args, kwargs))

    # --- looking --------------------------------------------------------------------------------------------

    def replay(self) -> Self:
        """Replay now; looking at `outcome` or `trace` does it too."""
        _ = self.trace
        return self

    @cached_property
    def trace(self) -> Trace:
        """Every stop of this branch."""
        again = partial(replay, self.code, self.history, self.edits, run_id=self.run_id, others=self.others)
        return Trace.of(again(), self.history, again)

    def explain(self, *, trust_log: bool = False) -> Explanation:
        """Why the code of this branch no longer follows the log, before what is pretended plays a part.

        Args:
            trust_log: See `Run.explain`.
        """
        return explain(self.code, self.history, self.run_id, trust_log=trust_log)

    @property
    def outcome(self) -> Outcome:
        """How it ended: `Completed`, `Failed`, `Needs` or `Diverged`."""
        return self.trace.outcome

    def timeline(self) -> go.Figure:
        """What would have happened, by step, on the clock of this branch."""
        return self.trace.timeline()

    def terminal_timeline(self, *, width: int = 100) -> str:
        """The same as text."""
        return self.trace.terminal_timeline(width=width)

    @property
    def stops(self) -> pd.DataFrame:
        """The trace's stops as a frame."""
        return self.trace.stops

    def verdict(self) -> DrawnVerdict:
        """What could be done with the run if the process had died where `crashes` says.

        Raises:
            UsageError: Nothing crashes in this branch, and the recorded run has a verdict of its own; or something
                else is pretended, too, which no log would hold.
        """
        seqs = [edit.seq for edit in self.edits if isinstance(edit, Crashes)]
        if not seqs:
            raise UsageError("nothing crashes in this branch", hint="branch.crashes('charge_card').verdict()")
        other = next((edit for edit in self.edits if not isinstance(edit, Crashes)), None)
        if other is not None:
            raise UsageError(
                f"a verdict reads the log, which knows nothing of this: {other}",
                hint="leave other edits out: run.what_if().crashes('charge_card').verdict()",
            )
        checked: dict[str, Any] = {"code_check": "clean"}
        if isinstance(self.outcome, Diverged):
            checked = {"code_check": "diverged", "diverged_at": self.outcome.divergence.path}
        return DrawnVerdict.of(verdict_of(self.history.until(min(seqs)), self.run_id, **checked))

    def sweep(
        self,
        step: str | Mapping[str, Sequence[Any]],
        values: Sequence[Any] = (),
        *,
        executor: Executor | None = None,
    ) -> Sweep:
        """Try several answers, each in a branch of its own.

        Args:
            step: A step, or several with their values: every combination is tried.
            values: What the step returns; an exception is raised instead.
            executor: Replays elsewhere: any `concurrent.futures.Executor`.

        Returns:
            A `Sweep`: its `frame` has one row per combination, `figure()` draws it.
        """
        axes = step if isinstance(step, Mapping) else {step: values}
        return sweep(self, {name: list(tried) for name, tried in axes.items()}, executor=executor)

    # --- keeping --------------------------------------------------------------------------------------------

    def save(self, name: str) -> Self:
        """Keep this branch beside the recording under a name: `run.branches[name]` finds it again.

        Raises:
            UsageError: The branch belongs to no file, or the name is empty.
            UnrecordableError: A value of an edit cannot be recorded.
        """
        if self.shelf is None:
            raise UsageError("this branch belongs to no file", hint="begin with run.what_if() of an opened recording")
        before, self.name = self.name, name
        try:
            self.shelf.add(self)
        except BaseException:
            self.name = before
            raise
        return self

    # --- for people -----------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        """Edits, outcome, and what can be done next."""
        lines = [visible(f"Branch {self.name + ' ' if self.name else ''}of {self.run_id}", lines=False)]
        lines += [f"  pretend: {visible(str(edit), lines=False)}" for edit in self.edits]
        lines += [] if self.edits else ["  nothing is pretended yet"]
        if "trace" in self.__dict__:
            lines.append(str(self.outcome))
            lines += [f"  no call met the edit: {visible(str(edit), lines=False)}" for edit in self.trace.unused]
            first = {"needs": ".answer(…) ", "diverged": ".explain() "}.get(self.outcome.word, "")
            lines.append(
                f"  next: {first}.trace .timeline() .stops, wb.diff(run, branch), .returns(…) .raises(…) .save(name)"
            )
        else:
            lines.append("  next: .returns .raises .delays .drops .signals .crashes .shifts_clock .input, .sweep(…)")
            lines.append("        then .outcome")
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        return html_of_branch(self)

    # --- inside ---------------------------------------------------------------------------------------------

    @cached_property
    def _aim(self) -> Aim:
        return Aim(self.history, self.run_id, lambda: self.trace.steps)

    def _target(self, step: Step, occurrence: int, position: str | Position) -> Target:
        return self._aim.target(step, occurrence, position)

    def _awaited(self, step: Step, occurrence: int, position: str | Position) -> Target:
        """Calls whose answer can be late: a clock reading or draw is answered as it is made."""
        target = self._target(step, occurrence, position)
        slot = self._aim.record.slots.get(target.position)
        if slot is not None and slot.verb in INSTANT:
            raise UsageError(
                f"{slot.verb}() at {position_text(target.position)} is answered at once: it cannot be late or lost",
                hint="returns(…) changes one answer, shifts_clock(…) every reading",
            )
        return target

    def _is_reading(self, target: Target) -> bool:
        slot = self._aim.record.slots.get(target.position)
        return slot is not None and slot.verb is Verb.READ_CLOCK

    def _crash_seq(self, step: Step, when: str, occurrence: int, position: str | Position) -> int:
        slot = self._aim.slot(step, occurrence, position)
        seqs = self.history.columns.seq
        if when == "before":
            return seqs[slot.opened] - 1
        if when == "during":
            return seqs[slot.opened]
        if when != "after":
            raise UsageError(f"a process does not die {when!r} a call", hint="before, during or after")
        if slot.answer < 0:
            raise UsageError(f"the log holds no outcome of {slot.name}", hint="crashes(step, 'during')")
        return seqs[slot.answer]

    def _with(self, edit: Edit) -> Self:
        return self._like((*self.edits, edit), self)

    def _like(self, edits: tuple[Edit, ...], parent: Branch | None) -> Self:
        return type(self)(
            self.history, self.run_id, self.code, edits, parent, shelf=self.shelf, others=self.others
        )  # fmt: skip
