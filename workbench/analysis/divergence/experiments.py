"""What changes what the code asks? One thing is changed at a time, all others stand still."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from types import FrameType, FunctionType
from typing import Any, NamedTuple

from workbench.analysis.cause import Cause
from workbench.analysis.divergence.account import call_words
from workbench.analysis.divergence.ambient import AmbientWatch, Read
from workbench.analysis.divergence.pretending import Ambient, kept, pretended
from workbench.analysis.parsing import parse
from workbench.machine import RunRecord
from workbench.program import Workflow
from workbench.recorder.clock import SYSTEM_CLOCK
from workbench.replay import safe_repr
from workbench.replay.explore import Exploration, explore
from workbench.replay.seeded import Signature, explored_with_seeds, signature

__all__ = ["Experiments", "Proof"]

_NS = 1_000_000_000
_DAY = 86_400.0
_FITS = ("fits",)
_COMMON = ("", "0", "1", "true", "other")
"""Values that settings often have."""
_SHORT = 20
_CHANCES = 10
_TRIAL_SECONDS = 2.0
"""An experiment that takes longer waits for something that stands still."""
_ALIKE = 3
"""So many replays that begin alike must ask the same before what one of them leaves behind is to blame."""
_SEEDS = (1, 2)
_MORE_SEEDS = (3, 4, 5, 6)


class Proof(NamedTuple):
    """What an experiment showed.

    Attributes:
        shown: Whether the change decides what is asked at the first difference; `None` where it cannot be tried.
        words: What was changed, and what came of it.
    """

    shown: bool | None
    words: str = ""


class _Shown(NamedTuple):
    words: str
    ambient: Ambient
    signature: Signature
    said: str


class Experiments:
    """Experiments with one run and one code.

    Args:
        workflow: The code.
        record: The run.
        modules: Globals of the user's modules that ran.
        functions: The user's functions that are known, for their default arguments.
        is_user: Whether a frame is the user's.
        with_arguments: Whether the first difference is one of arguments, so that other arguments count.
    """

    def __init__(
        self,
        workflow: Workflow[..., Any],
        record: RunRecord,
        modules: Sequence[dict[str, Any]],
        functions: Sequence[FunctionType],
        *,
        is_user: Callable[[FrameType], bool],
        with_arguments: bool,
    ) -> None:
        self._workflow = workflow
        self._record = record
        self._modules = modules
        self._functions = functions
        self._is_user = is_user
        self._with_arguments = with_arguments
        self._now = SYSTEM_CLOCK.now_ns() / _NS
        self._still = Ambient(self._now)

    def of(self, cause: Cause, reads: Sequence[Read], names: Iterable[str] = ()) -> Proof:
        """Whether what a cause stands for decides what is asked at the first difference.

        Args:
            cause: What to change.
            reads: The reads that were seen.
            names: For global state, the variables to change.
        """
        if cause is Cause.HASH_ORDER:
            return self._seeds()
        if cause is Cause.GLOBAL_STATE:
            return self._globals(names)
        proof = self._compared(self._variants(cause, reads))
        is_cleared = self._exchanged(cause) and cause is not Cause.ENVIRONMENT  # any text may be the one that counts
        return proof if proof.shown or is_cleared else Proof(shown=None)

    def _exchanged(self, cause: Cause) -> bool:
        """Whether the code really reads the stand-in: what it imports inside a function, for one, it does not."""
        watch = AmbientWatch(self._is_user)
        with kept(self._modules, self._functions), pretended(self._modules, self._still):
            explore(self._workflow, self._record.history, self._record.run_id, watch=watch, seconds=_TRIAL_SECONDS)
        return all(read.cause is not cause for read in watch.reads)

    def fits(self, workflow: Workflow[..., Any]) -> bool:
        """Whether another version of the code follows the log in the present surroundings."""
        return self._explored(workflow, None).left_at is None

    def left_at(self, workflow: Workflow[..., Any]) -> int | None:
        """Row at which another version leaves the log; `None` where it does not."""
        return self._explored(workflow, None).left_at

    # --- variants -------------------------------------------------------------------------------------------

    def _variants(self, cause: Cause, reads: Sequence[Read]) -> Iterator[tuple[str, Ambient]]:
        if cause is Cause.CLOCK:
            began = self._record.history.columns.time_ns[self._record.started] / _NS
            for seconds in (self._now, began, began + _DAY / 2, self._now + 1, self._now + 200.5 * _DAY, _DAY / 3):
                yield f"the clock at {_moment(seconds)}", self._still.changed(seconds=seconds)
        elif cause is Cause.RANDOM:
            for seed in range(_CHANCES):
                yield f"random seed {seed}", self._still.changed(seed=seed)
        elif cause is Cause.UUID:
            for seed in range(4):
                yield f"ids of seed {seed}", self._still.changed(ids=seed)
        elif cause is Cause.ENVIRONMENT:
            yield "the environment as it is", self._still
            for key in dict.fromkeys(read.key for read in reads if read.key):
                for value in dict.fromkeys((None, *_COMMON, *self._texts())):
                    words = f"{key} unset" if value is None else f"{key}={value!r}"
                    yield words, self._still.changed(environ={key: value})

    def _texts(self) -> Iterator[str]:
        """Short texts that stand in the code: what it compares a setting with is among them."""
        found = [text for function in self._functions for text in function.__code__.co_consts if isinstance(text, str)]
        yield from [text for text in found if len(text) <= _SHORT][:_CHANCES]

    def _compared(self, variants: Iterable[tuple[str, Ambient]]) -> Proof:
        first: _Shown | None = None
        other: _Shown | None = None
        for words, ambient in variants:
            shown = self._shown(words, ambient)
            if shown is None:
                continue
            first = first or shown
            if shown.signature == _FITS:
                return self._if_repeated([shown], f"with {words} the code fits the log")
            if other is None and shown.signature != first.signature:
                other = shown
        if first is None or other is None:
            return Proof(shown=False)
        words = f"with {first.words} the code {first.said}; with {other.words} it {other.said}"
        return self._if_repeated([first, other], words)

    def _shown(self, words: str, ambient: Ambient) -> _Shown | None:
        found = self._explored(self._workflow, ambient)
        if found.ended == "endless" or (found.ended == "failed" and isinstance(found.error, KeyError)):
            return None  # it waits for a clock that stands still, or lacks a variable: that says nothing about values
        return _Shown(words, ambient, signature(found, with_arguments=self._with_arguments), _said(found))

    def _if_repeated(self, shown: Sequence[_Shown], words: str) -> Proof:
        """A proof only if the same surroundings give the same again: else something that was not exchanged decides."""
        for one in shown:
            again = self._shown(one.words, one.ambient)
            if again is None or again.signature != one.signature:
                return Proof(shown=None)
        return Proof(shown=True, words=words)

    def _globals(self, names: Iterable[str]) -> Proof:
        """Set each variable and changed default back to what the source says."""
        for name in names:
            for holder, value, words in self._initial(name):
                before = holder.get(name)
                if safe_repr(before) == safe_repr(value):
                    continue
                with kept(self._modules, self._functions):
                    holder[name] = value
                    try:
                        found = self._explored(self._workflow, None)
                    finally:
                        holder[name] = before
                if found.left_at is None:
                    return Proof(shown=True, words=f"{words} {safe_repr(before)} now; with {value!r} the code fits")
        return self._defaults() or self._twice()

    def _initial(self, name: str) -> Iterator[tuple[dict[str, Any], Any, str]]:
        for module in self._modules:
            if name in module:
                file = str(module.get("__file__", ""))
                known = _literals("".join(linecache.getlines(file, module)))
                if name in known:
                    yield module, known[name], f"{name} is"

    def _defaults(self) -> Proof | None:
        """Empty the containers that are default arguments: that is what they were at first."""
        for function in self._functions:
            for value in getattr(function, "__defaults__", None) or ():
                if isinstance(value, list | dict | set) and value:
                    shown = safe_repr(value)
                    with kept(self._modules, self._functions):
                        value.clear()
                        found = self._explored(self._workflow, None)
                    if found.left_at is None:
                        words = f"a default argument of {function.__name__} holds {shown}; empty, the code fits"
                        return Proof(shown=True, words=words)
        return None

    def _twice(self) -> Proof:
        """What a replay leaves behind changes the next one, while replays that all begin alike ask the same."""
        alike = {self._signature() for _ in range(_ALIKE)}
        with kept(self._modules, self._functions):
            after = [self._signature(undone=False) for _ in range(2)][1]
        if len(alike) > 1 or after in alike:
            return Proof(shown=False if after in alike else None)
        return Proof(shown=True, words="a replay leaves something behind that changes what the next one asks")

    def _signature(self, *, undone: bool = True) -> Signature:
        with kept(self._modules, self._functions) if undone else nullcontext():
            found = explore(self._workflow, self._record.history, self._record.run_id, seconds=_TRIAL_SECONDS)
        return signature(found, with_arguments=self._with_arguments)

    def _seeds(self) -> Proof:
        found: list[Any] = []
        for seeds in (_SEEDS, _MORE_SEEDS):
            found += explored_with_seeds(
                self._workflow, self._record.history.origin, self._record.run_id, seeds,
                with_arguments=self._with_arguments,
            )  # fmt: skip
            if not found:
                return Proof(shown=None)
            if len(set(found)) > 1:
                return Proof(
                    shown=True, words="processes with other hash seeds ask other things at the first difference"
                )
        return Proof(shown=False)

    def _explored(self, workflow: Workflow[..., Any], ambient: Ambient | None) -> Exploration:
        modules = [*self._modules]
        own = workflow.function.__globals__
        if all(own is not module for module in modules):
            modules.append(own)
        other = pretended(modules, ambient) if ambient is not None else nullcontext()
        with kept(modules, self._functions), other:
            return explore(workflow, self._record.history, self._record.run_id, seconds=_TRIAL_SECONDS)


def _literals(text: str) -> dict[str, Any]:
    """Values that a module's text gives its variables, where they are plain."""
    found: dict[str, Any] = {}
    try:
        body = parse(text).body
    except SyntaxError:
        return found
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(target, ast.Name) and value is not None:
            try:
                found[target.id] = ast.literal_eval(value)
            except ValueError:
                continue
    return found


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _said(found: Exploration) -> str:
    if found.first is None:
        return "asks nothing more"
    return f"asks {call_words(found.first.call.verb, found.first.call.name, found.first.arguments)}"
