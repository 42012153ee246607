"""What workflow code does with the answer of a step: whether it looks at it before it goes on."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from workbench.analysis.hazards.error_shape import says_how_it_went
from workbench.analysis.lint import Visit
from workbench.analysis.lint.sources import node_of, parents_of
from workbench.program import Step

__all__ = ["is_looked_at", "is_used", "steps_of_code", "swallows"]

_CHECKS: Final = frozenset({"assert", "check", "ensure", "expect", "raise", "require", "validate", "verify"})
_BROAD: Final = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
_Parents = Mapping[ast.AST, ast.AST]


def steps_of_code(visits: Sequence[Visit]) -> dict[str, Step[..., Any]]:
    """The steps that a workflow names, by their names in the log."""
    return {
        found.declaration.name: found
        for visited in visits
        for node in ast.walk(visited.node)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(found := visited.names.live(node), Step)
    }


def is_looked_at(visits: Sequence[Visit], name: str) -> bool:
    """Whether the code decides something by the answer of a step, wherever it calls it.

    Args:
        visits: The functions of a workflow.
        name: Name of the step.
    """
    found = [_decides(call, visited, parents_of(visited.module)) for visited, call in _calls(visits, name)]
    return bool(found) and all(found)


def is_used(visits: Sequence[Visit], name: str) -> bool:
    """Whether anything is done with the answer of a step."""
    return any(not isinstance(parents_of(visited.module).get(call), ast.Expr) for visited, call in _calls(visits, name))


def _calls(visits: Sequence[Visit], name: str) -> Iterator[tuple[Visit, ast.AST]]:
    """Calls of a step, with the `await` around them."""
    for visited in visits:
        for node in ast.walk(visited.node):
            found = visited.names.live(node.func) if isinstance(node, ast.Call) else None
            if isinstance(found, Step) and found.declaration.name == name:
                parent = parents_of(visited.module).get(node)
                yield visited, parent if isinstance(parent, ast.Await) else node


def _decides(answer: ast.AST, visited: Visit, parents: _Parents) -> bool:
    """Whether a condition looks at this value, or at a name that holds it, in a way that shows a failure."""
    parent = parents.get(answer)
    if isinstance(parent, ast.NamedExpr):
        return _is_tested(parent, parents) or _name_decides(parent.target.id, visited, parents)
    if isinstance(parent, ast.Assign):
        return any(_target_decides(target, visited, parents) for target in parent.targets)
    if isinstance(parent, ast.AnnAssign):
        return _target_decides(parent.target, visited, parents)
    return _is_tested(answer, parents)


def _target_decides(target: ast.AST, visited: Visit, parents: _Parents) -> bool:
    if isinstance(target, ast.Name):
        return _name_decides(target.id, visited, parents)
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
    return any(
        isinstance(part, ast.Name) and says_how_it_went(part.id) and _name_decides(part.id, visited, parents)
        for part in parts
    )


def _name_decides(name: str, visited: Visit, parents: _Parents) -> bool:
    loads = (node for node in ast.walk(visited.node) if isinstance(node, ast.Name) and node.id == name)
    return any(isinstance(node.ctx, ast.Load) and _is_tested(node, parents) for node in loads)


def _is_tested(node: ast.AST, parents: _Parents) -> bool:
    """Whether a value stands in a condition: itself, or a field of it that says how the call went."""
    top, field = _field(node, parents)
    if field and not says_how_it_went(field):
        return False
    parent = parents.get(top)
    while isinstance(parent, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.NamedExpr | ast.Await):
        top, parent = parent, parents.get(parent)
    if isinstance(parent, ast.Call):
        return top is not parent.func and _checks(parent)
    if isinstance(parent, ast.Match):
        return parent.subject is top
    return isinstance(parent, ast.If | ast.While | ast.IfExp | ast.Assert) and parent.test is top


def _field(node: ast.AST, parents: _Parents) -> tuple[ast.AST, str]:
    """The outermost of `answer["status"]`, `answer.get("error")`, `answer.response.ok`, and its last name."""
    field = ""
    parent = parents.get(node)
    while True:
        if isinstance(parent, ast.Attribute):
            node, field = parent, parent.attr if parent.attr != "get" else field
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            node, field = parent, _constant(parent.slice) or field
        elif isinstance(parent, ast.Call) and parent.func is node and isinstance(node, ast.Attribute):
            node, field = parent, (_constant(parent.args[0]) if parent.args else "") or field
        else:
            return node, field
        parent = parents.get(node)


def _constant(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _checks(call: ast.Call) -> bool:
    """Whether it hands the value to what raises: `raise_for_status(answer)`, `isinstance(answer, Failure)`."""
    name = ast.unparse(call.func).rpartition(".")[2]
    return name in {"isinstance", "bool"} or not _CHECKS.isdisjoint(name.strip("_").lower().split("_"))


# --- the body of a step ------------------------------------------------------------------------------------------


def swallows(step: Step[..., Any]) -> str:
    """Where the body of a step turns every error into `None`: `file:line`; `""` for nowhere."""
    parsed = node_of(step.function)
    if parsed is None:
        return ""
    for node in ast.walk(parsed[0]):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and _gives_nothing(node):
            return f"{step.function.__code__.co_filename.rpartition('/')[2]}:{node.lineno}"
    return ""


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or ast.unparse(kind) in _BROAD for kind in caught)


def _gives_nothing(handler: ast.ExceptHandler) -> bool:
    inside = [node for part in handler.body for node in ast.walk(part)]
    nothing = any(
        isinstance(node, ast.Return) and isinstance(node.value, ast.Constant | None) and _is_none(node.value)
        for node in inside
    )
    return nothing and not any(isinstance(node, ast.Raise) for node in inside)


def _is_none(value: ast.Constant | None) -> bool:
    return value is None or value.value is None
