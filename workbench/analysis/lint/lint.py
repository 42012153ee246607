"""`lint(code)`: what in a workflow will sooner or later make it diverge, found without running it."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.analysis.cause import Cause, remedy_of
from workbench.analysis.lint.checker import check_function
from workbench.analysis.lint.homes import Home, home_of
from workbench.analysis.lint.names import Names, plain_function
from workbench.analysis.lint.rules import Rule
from workbench.analysis.lint.sources import node_of
from workbench.model import visible
from workbench.program import Step, Workflow

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Remark", "Remarks", "Visit", "lint", "remarks_frame", "visits"]

_DEEPEST = 6
"""How far calls into functions of the same program are followed."""
_ON_CALL = frozenset({"__init__", "__new__", "__post_init__", "__call__", "__enter__", "__aenter__"})
_IGNORE = re.compile(r"#\s*wb:\s*ignore\[([A-Z0-9,\s]+)\]\s*(\S.*)?$")
_DRIVING = tuple(f"workbench.{room}" for room in ("program", "replay", "recorder", "machine", "journal", "model"))
"""What a workflow is driven by is no part of it."""


class Remark(NamedTuple):
    """One place that endangers replay.

    Attributes:
        rule: Id of the rule.
        cause: The divergence that it leads to.
        file: File name.
        line: 1-based line.
        column: 1-based column.
        function: Name of the function.
        message: What stands there, and why it matters.
        remedy: What to write instead.
    """

    rule: str
    cause: Cause
    file: str
    line: int
    column: int
    function: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """As compilers write it, so that editors can jump there."""
        return f"{self.file}:{self.line}:{self.column}: {self.rule} {self.message}\n  → {self.remedy}"


class _Followed(NamedTuple):
    """A function that a workflow comes to, and the object whose method it is, where that is known."""

    function: Callable[..., Any]
    owner: object = None


class Visit(NamedTuple):
    """A function that a workflow comes to.

    Attributes:
        function: The function.
        node: Its syntax tree.
        module: Tree of its module.
        names: What names mean in it.
    """

    function: Callable[..., Any]
    node: ast.FunctionDef | ast.AsyncFunctionDef
    module: ast.Module
    names: Names


class Remarks(list[Remark]):
    """What was found, as a list that shows itself."""

    @property
    def frame(self) -> pd.DataFrame:
        """One row per finding; see `remarks_frame`."""
        return remarks_frame(self)

    def __repr__(self) -> str:
        """As compilers write it."""
        return visible("\n".join(map(str, self))) or "nothing found"

    def _repr_html_(self) -> str:
        if not self:
            return "<p>nothing found</p>"
        from workbench.analysis.cells import html_of_sentences

        shown = self.frame.assign(file=[finding.file.rpartition("/")[2] for finding in self])
        return html_of_sentences(shown[["rule", "file", "line", "message", "remedy"]])


def lint(code: Callable[..., Any]) -> Remarks:
    """Check a workflow, and the functions of its program that it calls and that are no steps.

    Its program is its package, and the modules in the folder that it was imported from.

    Nothing is run. A finding is suppressed by `# wb: ignore[WB101] why` on its line; the reason is needed.

    Args:
        code: The workflow, or any function.

    Returns:
        Remarks by file and line, with a `frame`; none where the source is not to be had (a REPL).
    """
    found = {remark for visited in visits(code) for remark in _findings(visited)}
    return Remarks(sorted(found, key=lambda finding: (finding.file, finding.line, finding.column, finding.rule)))


def visits(code: Callable[..., Any]) -> Iterator[Visit]:
    """A workflow and the functions of its program that it comes to outside its steps, each once, with their source.

    Args:
        code: The workflow, or any function.
    """
    linecache.checkcache()  # a module that was edited and reloaded in this session
    start = code.function if isinstance(code, Workflow) else code
    home = home_of(getattr(inspect.unwrap(start), "__globals__", {}))
    waiting = [(_Followed(layer), 0) for layer in _layers(start)]
    seen: set[Any] = set()
    while waiting:
        (function, owner), depth = waiting.pop()
        if function.__code__ in seen:
            continue
        seen.add(function.__code__)
        parsed = node_of(function)
        if parsed is None:
            continue
        node, module = parsed
        names = Names(function, node, module, owner=owner)
        yield Visit(function, node, module, names)
        if depth < _DEEPEST:
            waiting += [(called, depth + 1) for called in _called(node, names, home)]


def remarks_frame(findings: Sequence[Remark]) -> pd.DataFrame:
    """One row per finding.

    Columns: `rule cause file function message remedy` (str), `line column` (int64, 1-based).
    """
    import pandas as pd

    frame = pd.DataFrame([finding._asdict() for finding in findings], columns=list(Remark._fields))
    return frame.astype(dict.fromkeys(("rule", "cause", "file", "function", "message", "remedy"), "str")).astype(
        {"line": "int64", "column": "int64"}
    )


def _layers(function: object) -> Iterator[Callable[..., Any]]:
    """A function, and those that its decorators wrap."""
    layer: Any = function
    while inspect.isfunction(plain := plain_function(layer)):
        yield plain
        layer = vars(plain).get("__wrapped__")


def _called(node: ast.AST, names: Names, home: Home) -> Iterator[_Followed]:
    """Plain functions of the same program that are named here: called, or handed to something that calls them."""
    named = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name | ast.Attribute)]
    members = {inner.attr for inner in named if isinstance(inner, ast.Attribute)}
    for inner in named:
        found = names.live(inner)
        if found is None or isinstance(found, Step | Workflow):
            continue
        owner = names.live(inner.value) if isinstance(inner, ast.Attribute) else None
        owner = None if isinstance(owner, type | ModuleType) else owner
        for function in _methods(found, members) if isinstance(found, type) else _layers(found):
            module = function.__globals__
            if home.holds(module) and not str(module.get("__name__", "")).startswith(_DRIVING):
                yield _Followed(function, owner)


def _methods(kind: type, members: set[str]) -> Iterator[Callable[..., Any]]:
    """What a class does when it is called, and those of its methods whose names occur."""
    for base in kind.__mro__:
        for name, found in vars(base).items():
            if name in _ON_CALL or name in members:
                wrapped = found.__func__ if isinstance(found, staticmethod | classmethod) else found
                yield from _layers(wrapped.fget if isinstance(wrapped, property) else wrapped)


def _findings(visited: Visit) -> Iterator[Remark]:
    function, node, module, names = visited
    file = function.__code__.co_filename
    for rule, place, name in check_function(node, names, module):
        line, column = getattr(place, "lineno", node.lineno), getattr(place, "col_offset", 0) + 1
        if not _ignored(rule, linecache.getline(file, line, function.__globals__)):
            message = rule.title.format(name=name)
            yield Remark(rule.id, rule.cause, file, line, column, node.name, message, remedy_of(rule.cause))


def _ignored(rule: Rule, line: str) -> bool:
    found = _IGNORE.search(line.rstrip())
    return found is not None and bool(found[2]) and rule.id in {word.strip() for word in found[1].split(",")}
