"""`lint(code)`: what in a workflow will sooner or later make it diverge, found without running it."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.analysis.cause import Cause, remedy_of
from workbench.analysis.lint.checker import check_function
from workbench.analysis.lint.names import Names, changed_globals
from workbench.analysis.lint.rules import Rule
from workbench.analysis.lint.sources import node_of
from workbench.model import visible
from workbench.program import Step, Workflow

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Remark", "Remarks", "lint", "remarks_frame"]

_DEEPEST = 6
"""How far calls into functions of the same package are followed."""
_IGNORE = re.compile(r"#\s*wb:\s*ignore\[([A-Z0-9,\s]+)\]\s*(\S.*)?$")
_DRIVING = tuple(f"workbench.{room}" for room in ("program", "replay", "recorder", "machine", "journal", "model"))
"""What a workflow is driven by is no part of it."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


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
    """Check a workflow, and the functions of its package that it calls and that are no steps.

    Nothing is run. A finding is suppressed by `# wb: ignore[WB101] why` on its line; the reason is needed.

    Args:
        code: The workflow, or any function.

    Returns:
        Remarks by file and line, with a `frame`; none where the source is not to be had (a REPL).
    """
    linecache.checkcache()  # a module that was edited and reloaded in this session
    start = code.function if isinstance(code, Workflow) else inspect.unwrap(code)
    package = start.__module__.partition(".")[0]
    waiting: list[tuple[Callable[..., Any], int]] = [(start, 0)]
    seen: set[Any] = set()
    found: set[Remark] = set()
    while waiting:
        function, depth = waiting.pop()
        if function.__code__ in seen:
            continue
        seen.add(function.__code__)
        parsed = node_of(function)
        if parsed is None:
            continue
        node, module = parsed
        names = Names(function, node, module)
        found |= set(_findings(function, node, names, module))
        if depth < _DEEPEST:
            waiting += [(called, depth + 1) for called in _called(node, names, package)]
    return Remarks(sorted(found, key=lambda finding: (finding.file, finding.line, finding.column, finding.rule)))


def remarks_frame(findings: Sequence[Remark]) -> pd.DataFrame:
    """One row per finding.

    Columns: `rule cause file function message remedy` (str), `line column` (int64, 1-based).
    """
    import pandas as pd

    frame = pd.DataFrame([finding._asdict() for finding in findings], columns=list(Remark._fields))
    return frame.astype(dict.fromkeys(("rule", "cause", "file", "function", "message", "remedy"), "str")).astype(
        {"line": "int64", "column": "int64"}
    )


def _called(node: ast.AST, names: Names, package: str) -> Iterator[Callable[..., Any]]:
    """Plain functions of the same package that are named here: called, or handed to something that calls them."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name | ast.Attribute):
            found = names.live(inner)
            if isinstance(found, Step | Workflow) or not inspect.isfunction(found):
                continue
            if found.__module__.partition(".")[0] == package and not found.__module__.startswith(_DRIVING):
                yield found


def _findings(function: Callable[..., Any], node: _Function, names: Names, module: ast.Module) -> Iterator[Remark]:
    file = function.__code__.co_filename
    for rule, place, name in check_function(node, names, changed_globals(module)):
        line, column = getattr(place, "lineno", node.lineno), getattr(place, "col_offset", 0) + 1
        if not _ignored(rule, linecache.getline(file, line, function.__globals__)):
            message = rule.title.format(name=name)
            yield Remark(rule.id, rule.cause, file, line, column, node.name, message, remedy_of(rule.cause))


def _ignored(rule: Rule, line: str) -> bool:
    found = _IGNORE.search(line.rstrip())
    return found is not None and bool(found[2]) and rule.id in {word.strip() for word in found[1].split(",")}
