"""A change of the source, read: what it did to calls, conditions, ways out and arrangement."""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from workbench.analysis.cause import Cause
from workbench.analysis.divergence.versions import Hunk

__all__ = ["Change", "changes_of"]

_SIDE_BY_SIDE = frozenset({"gather", "create_task", "ensure_future", "TaskGroup", "as_completed", "wait", "defer"})
_WAYS_OUT = (ast.Return, ast.Raise, ast.Break)
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.If)
_SAME_CALL = frozenset({Cause.ARGUMENT_CHANGED, Cause.TYPE_CHANGED, Cause.TIMER_CHANGED, Cause.SIGNAL_CHANGED})
"""The recorded call is made, with other arguments."""


@dataclass(frozen=True)
class Change:
    """Hunks that belong together: one, or those between which lines moved.

    Attributes:
        hunks: The hunks, in the order of the file.
    """

    hunks: tuple[Hunk, ...]

    @property
    def file(self) -> str:
        """The present file."""
        return self.hunks[0].new.file

    @property
    def line(self) -> int:
        """First changed line of the present source."""
        return self.hunks[0].new_lines.start

    def holds(self, file: str, line: int) -> bool:
        """Whether a present line is one of the changed ones."""
        return file == self.file and any(line in hunk.new_lines for hunk in self.hunks)

    def distance(self, recorded_line: int, present_line: int) -> int:
        """See `Hunk.distance`."""
        return min(hunk.distance(recorded_line, present_line) for hunk in self.hunks)

    def unified(self) -> str:
        """As a unified diff."""
        first, *others = (hunk.unified() for hunk in self.hunks)
        return "\n".join([first, *(text.split("\n", 2)[2] for text in others)])

    def reverted(self) -> str:
        """The present text without this change."""
        lines = self.hunks[0].new.text.splitlines()
        for hunk in sorted(self.hunks, key=lambda hunk: hunk.new_lines.start, reverse=True):
            lines[hunk.new_lines.start - 1 : hunk.new_lines.stop - 1] = hunk.removed
        return "\n".join(lines) + "\n"

    # --- what it did ----------------------------------------------------------------------------------------

    @cached_property
    def _sides(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        old: list[ast.stmt] = []
        new: list[ast.stmt] = []
        for hunk in self.hunks:
            before, after = hunk.statements()
            old += before
            new += after
        return old, new

    @cached_property
    def calls(self) -> tuple[Counter[str], Counter[str]]:
        """Names that are called in the changed statements, before and after."""
        old, new = self._sides
        return Counter(_called(old)), Counter(_called(new))

    @property
    def of_patches(self) -> bool:
        """Whether a `wb.patched` came, went or got another name."""
        old, new = self._sides
        return Counter(_patches(old)) != Counter(_patches(new))

    @property
    def of_arrangement(self) -> bool:
        """Whether it touches what is made side by side."""
        old, new = self.calls
        return not _SIDE_BY_SIDE.isdisjoint({*old, *new})

    @cached_property
    def of_the_words(self) -> bool:
        """Whether other names or texts stand there than before, not only other numbers."""
        old, new = self._sides
        return Counter(_words(old)) != Counter(_words(new))

    @property
    def of_a_continue(self) -> bool:
        """Whether a `continue` came or went: a loop leaves out other turns."""
        old, new = (sum(isinstance(node, ast.Continue) for node in side) for side in self._sides)
        return old != new

    @property
    def of_a_condition(self) -> bool:
        """Whether the condition of an `if`, `while`, `case` or conditional expression is another."""
        return self._tests_differ(lambda test: test)

    def _tests_differ(self, what_counts: Callable[[ast.AST], ast.AST]) -> bool:
        old, new = ([what_counts(test) for test in _tests(side)] for side in self._sides)
        if not old or not new or len(old) != len(new):
            return bool(old) and bool(new)
        return any(
            ast.dump(one) != ast.dump(other) and not self._renamed(one, other)
            for one, other in zip(old, new, strict=True)
        )

    @property
    def decides_a_condition(self) -> bool:
        """Whether it gives another value to a variable that stands in a condition."""
        _, new = self._sides
        given = {
            target.id for node in new if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        read = {
            name.id for hunk in self.hunks for test in _tests(ast.walk(hunk.new.tree))
            for name in ast.walk(test) if isinstance(name, ast.Name)
        }  # fmt: skip
        return bool(given & read)

    def _renamed(self, old: ast.AST, new: ast.AST) -> bool:
        """Whether the two differ in nothing but a variable that got another name everywhere."""
        names = [[node.id for node in ast.walk(side) if isinstance(node, ast.Name)] for side in (old, new)]
        text = ast.unparse(old)
        for before, after in zip(*names, strict=False):
            text = re.sub(rf"\b{before}\b", after, text)
        gone = {*names[0]} - {*names[1]}
        left = {node.id for hunk in self.hunks for node in ast.walk(hunk.new.tree) if isinstance(node, ast.Name)}
        return text == ast.unparse(new) and not gone & left

    @property
    def ways_out(self) -> int:
        """How many `return`, `raise`, `break`, `continue` came (positive) or went (negative)."""
        old, new = self._sides
        return sum(isinstance(node, _WAYS_OUT) for node in new) - sum(isinstance(node, _WAYS_OUT) for node in old)

    def cause(self, structural: Cause) -> Cause:
        """What the change is, given how the account differs."""
        if self.of_patches:
            return Cause.PATCH
        if structural in _SAME_CALL:
            return Cause.BRANCH_FLIPPED if self._tests_differ(_without_arguments) else structural
        if structural in {Cause.STEP_REORDERED, Cause.CONCURRENCY} and not self.of_a_condition:
            return Cause.CONCURRENCY if self.of_arrangement else structural
        return self._of_the_way(structural)

    def _of_the_way(self, structural: Cause) -> Cause:
        """Which way the code takes, or which calls stand on it."""
        old, new = self.calls
        if self.of_a_condition or self.of_a_continue or (self.decides_a_condition and old == new):
            return Cause.BRANCH_FLIPPED
        if structural is Cause.STEP_RENAMED and all(self._sides) and not self.of_the_words:
            return Cause.BRANCH_FLIPPED  # no name changed: a number decides which call comes
        if self.ways_out > 0 and (structural in {Cause.ENDED_EARLY, Cause.STEP_REMOVED} or not new - old):
            return Cause.ENDED_EARLY
        goes_on = structural in {Cause.STEP_INSERTED, Cause.STEP_RENAMED} and not new - old
        if self.ways_out < 0 and (goes_on or structural is Cause.GOES_ON):
            return Cause.GOES_ON
        return self._by_calls(structural)

    def _by_calls(self, structural: Cause) -> Cause:
        old, new = self.calls
        came, went = new - old, old - new
        if structural in {Cause.GOES_ON, Cause.STEP_RENAMED, Cause.STEP_REMOVED} and came and not went:
            return Cause.STEP_INSERTED
        if structural in {Cause.ENDED_EARLY, Cause.STEP_RENAMED, Cause.STEP_INSERTED} and went and not came:
            return Cause.STEP_REMOVED
        return structural


def changes_of(hunks: Sequence[Hunk]) -> list[Change]:
    """Each hunk a change, but those between which the same lines moved together."""
    left = [*hunks]
    found: list[Change] = []
    while left:
        hunk = left.pop(0)
        other = next((other for other in left if _moved(hunk, other)), None)
        if other is not None:
            left.remove(other)
        found.append(Change((hunk,) if other is None else (hunk, other)))
    return found


def _moved(one: Hunk, other: Hunk) -> bool:
    """Whether lines that left one hunk came in the other, with nothing else."""
    if one.new.file != other.new.file:
        return False
    came = Counter(line.strip() for line in (*one.added, *other.added))
    went = Counter(line.strip() for line in (*one.removed, *other.removed))
    return came == went


def _called(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for node in _inside(statements):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node.func.id
        elif isinstance(node, ast.Name) and node.id == "TaskGroup":
            yield node.id


def _patches(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for node in _inside(statements):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "patched":
            yield ast.dump(node)


def _tests(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in statements if not isinstance(statements, list) else _inside(statements):
        if isinstance(node, ast.If | ast.While | ast.IfExp):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs
        elif isinstance(node, ast.Match):
            for case in node.cases:
                yield case.pattern
                yield from [case.guard] if case.guard is not None else []


class _Bare(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.Call:
        return ast.Call(node.func, [], [])


def _without_arguments(test: ast.AST) -> ast.AST:
    """A condition without what its calls are given: `wb.signal("a")` and `wb.signal("b")` are two calls, one way."""
    bare: ast.AST = _Bare().visit(copy.deepcopy(test))
    return bare


def _words(statements: Iterable[ast.stmt]) -> Iterator[str]:
    for node in _inside(statements):
        found = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
        if isinstance(found, str):
            yield found
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _inside(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of statements; of those with a body, the head only."""
    for statement in statements:
        waiting: list[ast.AST] = [statement]
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, _LOOPS):
                waiting += [node.test] if isinstance(node, ast.If | ast.While) else [node.target, node.iter]
            elif isinstance(node, ast.With | ast.AsyncWith):
                waiting += node.items
            elif not isinstance(node, ast.Try | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                waiting += ast.iter_child_nodes(node)
