"""A notebook cell whose workflow calls are recorded: `checkout(order)` becomes a run, everything else stays itself."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NamedTuple

from workbench._errors import UsageError
from workbench.program import Workflow
from workbench.recorder import Recorder

__all__ = ["Ready", "ready"]

_RECORDED = "__workbench_recorded__"
"""Name of the function that looks at what a cell calls."""


class Ready(NamedTuple):
    """A cell, ready to be run.

    Attributes:
        body: Its statements but the last expression.
        last: Its last expression; `None` where it ends with a statement.
    """

    body: ast.Module
    last: ast.Expression | None

    def run(self, compiled: Callable[[Any, str], Any], names: dict[str, Any], recorder: Recorder, **which: Any) -> Any:
        """Run it; what its last expression gives.

        Args:
            compiled: Compiles a tree for `exec` or `eval`.
            names: The notebook's.
            recorder: Records each call of a workflow.
            which: `id` and `business_key` of its first run.
        """
        names[_RECORDED] = _recorded_by(recorder, which)
        try:
            exec(compiled(self.body, "exec"), names)  # noqa: S102 - the cell is the user's own code
            if self.last is None:
                return None
            return eval(compiled(self.last, "eval"), names)  # noqa: S307 - as above
        finally:
            names.pop(_RECORDED, None)


def ready(source: str) -> Ready:
    """Prepare a cell.

    Args:
        source: Its Python text.

    Raises:
        SyntaxError: It is no Python.
        UsageError: It waits at its top level.
    """
    tree = _Recorded().visit(ast.parse(source))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    expression = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
    return Ready(ast.fix_missing_locations(tree), None if expression is None else ast.fix_missing_locations(expression))


class _Recorded(ast.NodeTransformer):
    """Looks at what is called, where the cell itself calls: inside functions and classes nothing changes."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`f(x)` becomes `recorded(f)(x)`: a function such as `locals` is still called from here."""
        self.generic_visit(node)
        node.func = ast.copy_location(ast.Call(ast.Name(_RECORDED, ast.Load()), [node.func], []), node.func)
        return node

    def visit_Await(self, node: ast.Await) -> ast.AST:
        raise UsageError(
            f"line {node.lineno} of the cell waits", hint="call an async workflow without await: it runs to its end"
        )

    def _left_alone(self, node: ast.AST) -> ast.AST:
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _left_alone  # noqa: N815 - names of ast


def _recorded_by(recorder: Recorder, which: dict[str, Any]) -> Callable[[Any], Any]:
    left = dict(which)

    def recorded(called: Any) -> Any:
        if not isinstance(called, Workflow):
            return called

        def run(*args: Any, **kwargs: Any) -> Any:
            mine, known = dict(left), {**kwargs}
            left.clear()  # they are of one run
            return recorder.run(called, *args, **mine, **known)

        return run

    return recorded
