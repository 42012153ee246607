"""The inquiry into one divergence: what was asked, what was read on the way, what changed, what experiments show."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from functools import cached_property
from types import CodeType, FrameType, FunctionType
from typing import Any

from workbench._errors import ActedDuringReplayError, WorkbenchError
from workbench.analysis.cause import AMBIENT, Cause
from workbench.analysis.divergence.account import Row, What, account_of
from workbench.analysis.divergence.ambient import AmbientWatch, Read
from workbench.analysis.divergence.changes import Change, changes_of
from workbench.analysis.divergence.experiments import Experiments
from workbench.analysis.divergence.pretending import kept
from workbench.analysis.divergence.rebuilding import rebuilt
from workbench.analysis.divergence.structure import asked_row, left_row, structural_cause
from workbench.analysis.divergence.versions import Versions
from workbench.analysis.lint import Remark, lint
from workbench.journal.codec import same
from workbench.model import History
from workbench.program import NOT_KNOWN, Place, Workflow, as_workflow
from workbench.replay import Diverged, replay
from workbench.replay.explore import Exploration, explore
from workbench.replay.frames import is_user_code, package_of

__all__ = ["Inquiry"]

_PLAIN = (bool, int, float, str, bytes, tuple, list, dict, set, frozenset, type(None))

_BY_ARGUMENTS = frozenset({
    Cause.ARGUMENT_CHANGED, Cause.TYPE_CHANGED, Cause.TIMER_CHANGED, Cause.CHILD_CHANGED, Cause.STEP_REORDERED,
    Cause.CONCURRENCY,
})  # fmt: skip
"""Differences in which arguments tell one call from another. Where a call was inserted, its arguments do not matter:
they explain nothing about its being there."""


class Inquiry:
    """Everything that is known about one divergence, each fact found out when it is first asked for.

    Args:
        code: The workflow.
        history: The log.
        run_id: The run.
        trust_log: Whether recorded source may be executed.
    """

    def __init__(self, code: Callable[..., Any], history: History, run_id: str, *, trust_log: bool = False) -> None:
        self.trust_log = trust_log
        self.workflow = as_workflow(code)
        self.history = history
        self.run_id = run_id
        self.watch = AmbientWatch(self._is_user)
        own = getattr(self.workflow.function, "__globals__", {})
        functions = [value for value in own.values() if isinstance(value, FunctionType)]
        with kept([own], functions):
            self.exploration: Exploration = explore(code, history, run_id, watch=self.watch)
        self.rows: list[Row] = account_of(self.exploration)
        with kept([own], functions):
            self.diverged = self.exploration.left_at is not None and not self._is_followed(code)

    def _is_followed(self, code: Callable[..., Any]) -> bool:
        """Replay decides, and it is lenient: the same calls may be made one by one or side by side.

        Only then is it asked: code that draws lots would follow by chance the second time.
        """
        if self.exploration.ended == "endless" or any(row.what is not What.SAME for row in self.rows):
            return False
        try:
            outcome = replay(code, self.history, run_id=self.run_id, with_locals=False).outcome
        except (WorkbenchError, ActedDuringReplayError):
            return False
        return not isinstance(outcome, Diverged)

    # --- where ----------------------------------------------------------------------------------------------

    @cached_property
    def structural(self) -> Cause:
        """The cause by the account alone."""
        return structural_cause(self.rows, self.exploration)

    @property
    def recorded_place(self) -> Place:
        """Where the recorded code made the call that did not come."""
        row = left_row(self.rows, self.exploration)
        return row.place if row is not None else NOT_KNOWN

    @property
    def present_stack(self) -> tuple[Place, ...]:
        """Where the code stood when it asked for something else, innermost first."""
        row = asked_row(self.rows, self.exploration)
        return row.asked.stack if row is not None and row.asked is not None else ()

    # --- what ran -------------------------------------------------------------------------------------------

    @property
    def ran(self) -> set[CodeType]:
        """The user's functions that ran."""
        own = getattr(self.workflow.function, "__code__", None)
        return {*self.watch.entered} | ({own} if own is not None else set())

    @cached_property
    def reads(self) -> list[Read]:
        """Ambient reads before the difference."""
        return [read for read in self.watch.reads if read.before <= self.exploration.asked_before]

    @cached_property
    def findings(self) -> list[Remark]:
        """What lint finds in the functions that ran."""
        ran = {(code.co_filename, code.co_name) for code in self.ran}
        return [found for found in lint(self.workflow) if (found.file, found.function) in ran]

    @cached_property
    def modules(self) -> list[dict[str, Any]]:
        """Globals of the user's modules that ran."""
        found = {id(names): names for names in self.watch.entered.values() if isinstance(names, dict)}
        own = getattr(self.workflow.function, "__globals__", {})
        return [*(found | {id(own): own}).values()]

    @cached_property
    def functions(self) -> list[FunctionType]:
        """The user's functions that ran and can be found by their names."""
        known = [value for names in self.modules for value in names.values() if isinstance(value, FunctionType)]
        own = self.workflow.function
        known += [own] if isinstance(own, FunctionType) else []
        return list({id(function): function for function in known if function.__code__ in self.ran}.values())

    def shared_names(self) -> list[str]:
        """Module variables that the functions use and that lint suspects, or that are not what the source says."""
        names = [found.message.split()[0] for found in self.findings if found.cause is Cause.GLOBAL_STATE]
        for module in self.modules:
            used = {name for code in self.ran for name in _names_of(code) if type(module.get(name)) in _PLAIN}
            names += sorted(name for name in used if name in module)
        return list(dict.fromkeys(names))

    # --- what changed ---------------------------------------------------------------------------------------

    @cached_property
    def versions(self) -> Versions:
        """Recorded and present sources."""
        row = self.exploration.left_at if self.exploration.left_at is not None else -1
        row = row if row >= 0 else len(self.history)
        return Versions(self.exploration.record, self.workflow.function, row, self.ran)

    @cached_property
    def changes(self) -> list[Change]:
        """Changes of the source in what ran, nearest to the difference first."""
        names = {code.co_name for code in self.ran} | {row.place.function for row in self.rows if row.place.line}
        recorded = self.recorded_place
        lines = [place.line for place in self.present_stack] or [0]

        def distance(change: Change) -> int:
            return min(change.distance(recorded.line, line) for line in lines)

        return sorted(changes_of(self.versions.hunks(names)), key=distance)

    @cached_property
    def recorded_fits(self) -> bool | None:
        """Whether the recorded code still follows the log here and now; `None` where that cannot be tried."""
        source = self.versions.recorded
        if source is None or not self.versions.known:
            return None
        workflow = self._rebuilt(source.text)
        return None if workflow is None else self.experiments.fits(workflow)

    def without(self, change: Change) -> tuple[bool, int | None]:
        """Whether the code without a change can be tried, and the row where it leaves the log (`None`: nowhere)."""
        own = getattr(getattr(self.workflow.function, "__code__", None), "co_filename", "")
        workflow = self._rebuilt(change.reverted()) if change.file == own else None
        return (False, None) if workflow is None else (True, self.experiments.left_at(workflow))

    def _rebuilt(self, text: str) -> Workflow[..., Any] | None:
        return rebuilt(self.workflow, text, self.ran) if self.trust_log else None

    @cached_property
    def experiments(self) -> Experiments:
        """Experiments with this code."""
        return Experiments(
            self.workflow, self.exploration.record, self.modules, self.functions, is_user=self._is_user,
            with_arguments=self.structural in _BY_ARGUMENTS,
        )  # fmt: skip

    def suspects(self) -> Iterator[Cause]:
        """Ambient causes that were seen or that lint suspects."""
        seen = {read.cause for read in self.reads} | {found.cause for found in self.findings}
        seen |= {Cause.HASH_ORDER} if self.shuffled else set()
        seen |= {Cause.GLOBAL_STATE} if self.shared_names() or any(f.__defaults__ for f in self.functions) else set()
        yield from (cause for cause in Cause if cause in seen & AMBIENT)

    @cached_property
    def shuffled(self) -> bool:
        """Whether unchanged code that reads nothing of its surroundings makes the recorded calls in another order.

        What is left to decide an order is a set, wherever it hides.
        """
        reordered = self.structural is Cause.STEP_REORDERED or self._asks_what_is_recorded_elsewhere()
        return reordered and not self.reads and self.versions.known and not self.changes

    def _asks_what_is_recorded_elsewhere(self) -> bool:
        """Many calls of one name in another order may be aligned as the same calls with other arguments."""
        row = asked_row(self.rows, self.exploration)
        asked = row.asked if row is not None and self.structural is Cause.ARGUMENT_CHANGED else None
        if asked is None:
            return False
        others = [other for other in self.rows if other.slot is not None and other.name == asked.call.name]
        return any(other is not row and same(other.recorded_arguments, asked.arguments) for other in others)

    def line(self, file: str, number: int) -> str:
        """A present line of source."""
        return linecache.getline(file, number).strip()

    def _is_user(self, frame: FrameType) -> bool:
        module = frame.f_globals.get("__name__", "")
        package = package_of(self.workflow.function.__module__)
        return is_user_code(frame.f_code.co_filename, module, package)


def _names_of(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_of(constant)
