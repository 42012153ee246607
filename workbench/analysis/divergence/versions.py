"""The recorded source beside the present one: which lines changed in the functions that ran."""

from __future__ import annotations

import ast
import difflib
import linecache
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import CodeType
from typing import Any

from workbench.analysis.parsing import parse
from workbench.machine import RunRecord
from workbench.model import EventType, Source

__all__ = ["Hunk", "Version", "Versions"]

_CONTEXT = 2
_HIDDEN = "⟨redacted:"
_MARK = re.compile("⟨redacted:[^⟩]*⟩")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.Try, ast.ClassDef, *_FUNCTIONS)


@dataclass(frozen=True)
class Version:
    """One text of a source file.

    Attributes:
        file: Its name.
        text: The source.
    """

    file: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """Lines without their ends."""
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree, with a name in the place of a hidden secret; empty where the text is no Python."""
        try:
            return parse(_MARK.sub("hidden", self.text))
        except SyntaxError:
            return ast.Module([], [])

    def function_at(self, line: int) -> str:
        """Name of the innermost function around a line, decorators included; `""` outside of all."""
        found, widest = "", len(self.lines) + 1
        for node in ast.walk(self.tree):
            if isinstance(node, _FUNCTIONS):
                first, last = _span(node)
                if first <= line <= last and last - first < widest:
                    found, widest = node.name, last - first
        return found

    def statements_at(self, lines: range) -> list[ast.stmt]:
        """The statements that stand on these lines; of one with a body, its head."""
        return [
            node for node in ast.walk(self.tree)
            if isinstance(node, ast.stmt) and not lines.start > _head_end(node) and lines.stop > node.lineno
        ]  # fmt: skip


@dataclass(frozen=True)
class Hunk:
    """Lines that changed.

    Attributes:
        old: Recorded source.
        new: Present source.
        old_lines: 1-based lines of the recorded source; empty where lines were added.
        new_lines: The same of the present source.
    """

    old: Version
    new: Version
    old_lines: range
    new_lines: range

    @property
    def removed(self) -> list[str]:
        """The lines that are gone."""
        return self.old.lines[self.old_lines.start - 1 : self.old_lines.stop - 1]

    @property
    def added(self) -> list[str]:
        """The lines that are new."""
        return self.new.lines[self.new_lines.start - 1 : self.new_lines.stop - 1]

    @cached_property
    def functions(self) -> set[str]:
        """Names of the functions in which it lies; `""` for outside of all."""
        found = {self.new.function_at(line) for line in self.new_lines}
        found |= {self.old.function_at(line) for line in self.old_lines}
        return found or {""}

    @property
    def matters(self) -> bool:
        """Whether more than comments, blank lines and hidden secrets changed."""
        words = [line.strip() for line in (*self.removed, *self.added)]
        return any(word and not word.startswith("#") for word in words) and not all(
            _HIDDEN in line for line in self.removed or [""]
        )

    def statements(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """The changed statements of both sides."""
        return self.old.statements_at(self.old_lines), self.new.statements_at(self.new_lines)

    def distance(self, recorded_line: int, present_line: int) -> int:
        """How far the change is from where recorded and present code stand; 0 for there, a bit more for behind."""
        found = [_distance(self.old_lines, recorded_line)] if recorded_line else []
        found += [_distance(self.new_lines, present_line)] if present_line else []
        return min(found, default=0)

    def unified(self) -> str:
        """The change as a unified diff, with two lines around it."""
        old_from, old_to = self.old_lines.start - 1, self.old_lines.stop - 1
        new_from, new_to = self.new_lines.start - 1, self.new_lines.stop - 1
        above = self.new.lines[max(0, new_from - _CONTEXT) : new_from]
        below = self.new.lines[new_to : new_to + _CONTEXT]
        head = f"@@ -{old_from - len(above) + 1},{len(above) + old_to - old_from + len(below)} "
        head += f"+{new_from - len(above) + 1},{len(above) + new_to - new_from + len(below)} @@"
        lines = [f"--- {self.old.file} (recorded)", f"+++ {self.new.file} (now)", head]
        lines += [f" {line}" for line in above] + [f"-{line}" for line in self.removed]
        lines += [f"+{line}" for line in self.added] + [f" {line}" for line in below]
        return "\n".join(lines)


class Versions:
    """Recorded and present sources of the functions that ran.

    Args:
        record: The run.
        code: The workflow's function.
        row: Row of the log whose version is meant: after a recovery the code may have been another.
        ran: The user's functions that ran.
    """

    def __init__(self, record: RunRecord, code: Callable[..., Any], row: int, ran: Iterable[CodeType]) -> None:
        self._record = record
        self.recorded = _recorded_source(record, row)
        own = getattr(getattr(code, "__code__", None), "co_filename", "")
        self._files = list(dict.fromkeys([own, *(one.co_filename for one in ran)]))
        self._called = sorted({one.co_name for one in ran if one.co_filename == own and "." not in one.co_qualname})
        self._own = own
        self._name = getattr(code, "__name__", "")
        reference = str(record.history.payload(record.started).get("workflow", ""))
        self._recorded_name = reference.rpartition(":")[2].rpartition(".")[2]
        self._globals = getattr(code, "__globals__", None)

    @cached_property
    def pairs(self) -> list[tuple[Version, Version]]:
        """Recorded and present version of each file that the log holds."""
        found: list[tuple[Version, Version]] = []
        if self.recorded is not None and self._is_another():
            present = "".join(linecache.getlines(self._own, self._globals))
            sides = (Version(self.recorded.file, self.recorded.text), Version(self._own, present))
            names = [(self._recorded_name, self._name), *((name, name) for name in self._called)]
            bodies = [(_body_of(sides[0], old), _body_of(sides[1], new)) for old, new in dict.fromkeys(names)]
            return [(old, new) for old, new in bodies if old is not None and new is not None]
        for file in self._files:
            source = self.recorded if file == self._own else self._named(file)
            text = "".join(linecache.getlines(file, self._globals if file == self._own else None))
            if source is not None and text:
                found.append((Version(source.file, source.text), Version(file, text)))
        return found

    @property
    def known(self) -> bool:
        """Whether the workflow's own source can be compared at all."""
        return any(new.file == self._own for _, new in self.pairs)

    def hunks(self, functions: set[str]) -> list[Hunk]:
        """Changes in functions of these names, and outside of all functions (constants, decorators, imports)."""
        wanted = functions | {""}
        return [
            hunk for old, new in self.pairs if old.lines != new.lines for hunk in _hunks(old, new)
            if hunk.matters and (hunk.functions & wanted or _changes_a_head(hunk) or isinstance(new, _Body))
        ]  # fmt: skip

    def _is_another(self) -> bool:
        """Whether the code is another function than the recorded one, or lies elsewhere.

        Then only bodies are compared: its own, and those of functions that it called and that both files have.
        """
        assert self.recorded is not None  # noqa: S101 - the caller has looked
        return self._recorded_name not in {"", self._name} or self.recorded.file != self._own

    def _named(self, file: str) -> Source | None:
        return next((source for source in self._record.history.sources.values() if source.file == file), None)


def _recorded_source(record: RunRecord, row: int) -> Source | None:
    """The workflow's source when the event in `row` was written."""
    history = record.history
    begun = [record.started, *(r for r in record.ambient if history.columns.type[r] == EventType.RunRecovered)]
    before = [start for start in begun if start <= row] or begun[-1:]
    for start in reversed(before):
        source = history.sources.get(str(history.payload(start).get("source", "")))
        if source is not None:
            return source
    return None


def _body_of(version: Version, name: str) -> Version | None:
    """A version in which all lines but the body of one function are empty: lines keep their numbers."""
    for node in ast.walk(version.tree):
        if isinstance(node, _FUNCTIONS) and node.name == name:
            kept = range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
            lines = [line if number in kept else "" for number, line in enumerate(version.lines, 1)]
            return _Body(version.file, version.text, tuple(lines))
    return None


@dataclass(frozen=True)
class _Body(Version):
    """A version of which only one function counts.

    Attributes:
        shown: The lines, empty outside of it.
    """

    shown: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> list[str]:
        """Lines, empty outside of the function."""
        return [*self.shown]


def _hunks(old: Version, new: Version) -> Iterator[Hunk]:
    ours, theirs = _counted(old), _counted(new)
    matcher = difflib.SequenceMatcher(
        None, [line for _, line in ours], [line for _, line in theirs], autojunk=False
    )  # fmt: skip
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "equal":
            yield Hunk(old, new, _numbers(ours, old_from, old_to), _numbers(theirs, new_from, new_to))


def _counted(version: Version) -> list[tuple[int, str]]:
    """Lines with their numbers; of a body that stands alone, those that hold something, wherever it is indented."""
    if isinstance(version, _Body):
        return [(number, line.strip()) for number, line in enumerate(version.lines, 1) if line.strip()]
    return [(number, line.rstrip()) for number, line in enumerate(version.lines, 1)]


def _numbers(lines: Sequence[tuple[int, str]], begin: int, end: int) -> range:
    if begin < end:
        return range(lines[begin][0], lines[end - 1][0] + 1)
    first = lines[begin][0] if begin < len(lines) else (lines[-1][0] + 1 if lines else 1)
    return range(first, first)


def _changes_a_head(hunk: Hunk) -> bool:
    """Whether it changes a decorator or the line of a `def`: name and declaration of a step matter, its body not."""
    return any(isinstance(node, _FUNCTIONS) for side in hunk.statements() for node in side)


def _span(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[int, int]:
    first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    return first, node.end_lineno or node.lineno


def _head_end(node: ast.stmt) -> int:
    if isinstance(node, _BLOCKS):
        return max(node.lineno, node.body[0].lineno - 1)
    return node.end_lineno or node.lineno


def _distance(lines: range, line: int) -> int:
    if lines.start <= line < max(lines.stop, lines.start + 1):
        return 0
    return line - lines.stop + 1 if line >= lines.stop else 2 * (lines.start - line)
