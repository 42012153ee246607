"""Which expressions are sets for certain: written out, kept in a variable, or returned by a function of the program."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Hashable
from typing import Any

from workbench.analysis.lint.names import Names
from workbench.analysis.lint.sources import node_of

__all__ = ["set_locals", "set_typed"]

_SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_SET_TYPES = frozenset({"set", "frozenset", "Set", "AbstractSet", "FrozenSet", "MutableSet"})


def set_typed(node: ast.AST, names: Names, locals_: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is a set for certain.

    Args:
        node: The expression.
        names: What names mean.
        locals_: Local names that hold sets.
    """
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Name):
        return node.id in locals_ or isinstance(names.live(node), set | frozenset)
    if isinstance(node, ast.BinOp):
        sides = (set_typed(node.left, names, locals_), set_typed(node.right, names, locals_))
        return isinstance(node.op, ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor) and any(sides)
    if isinstance(node, ast.Await):
        return set_typed(node.value, names, locals_)
    return isinstance(node, ast.Call) and _call_gives_set(node, names, locals_)


def _call_gives_set(node: ast.Call, names: Names, locals_: frozenset[str]) -> bool:
    if names.full(node.func) in {"set", "frozenset"}:
        return True
    method = node.func
    if isinstance(method, ast.Attribute) and method.attr in _SET_METHODS and set_typed(method.value, names, locals_):
        return True
    inside = names.defined(method)
    if inside is not None:
        return _known(inside, names.known, lambda: _returns_set(inside, names))
    called = names.live(method)
    if not inspect.isfunction(called) or not names.home.holds(called.__globals__):
        return False
    return _function_gives_set(called, names)


def _function_gives_set(function: Callable[..., Any], asked_by: Names) -> bool:
    """Whether a function of the same program returns a set wherever it returns."""

    def look() -> bool:
        parsed = node_of(function)
        return parsed is not None and _returns_set(parsed[0], Names(function, *parsed, known=asked_by.known))

    return _known(function.__code__, asked_by.known, look)


def _known(function: Hashable, known: dict[Hashable, bool], look: Callable[[], bool]) -> bool:
    """What is found out of each function once; what calls itself is no set while it is looked at."""
    if function not in known:
        known[function] = False
        known[function] = look()
    return known[function]


def _returns_set(function: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> bool:
    if function.returns is not None and _is_set_annotation(function.returns):
        return True
    waiting: list[ast.AST] = list(function.body)
    returned: list[ast.expr | None] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return False
        if isinstance(node, ast.Return):
            returned.append(node.value)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    sets = set_locals(function, names)
    return bool(returned) and all(value is not None and set_typed(value, names, sets) for value in returned)


def set_locals(function: ast.AST, names: Names) -> frozenset[str]:
    """Local names that are only ever given sets."""
    given: dict[str, list[bool]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                _give(target, set_typed(node.value, names, frozenset(n for n, s in given.items() if all(s))), given)
        elif isinstance(node, ast.AnnAssign):
            _give(node.target, _is_set_annotation(node.annotation), given)
        elif isinstance(node, ast.arg) and node.annotation is not None:
            given.setdefault(node.arg, []).append(_is_set_annotation(node.annotation))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            _give(node.target, is_set=False, given=given)
    return frozenset(name for name, sets in given.items() if all(sets))


def _give(target: ast.AST, is_set: bool, given: dict[str, list[bool]]) -> None:  # noqa: FBT001 - named where it matters
    if isinstance(target, ast.Name):
        given.setdefault(target.id, []).append(is_set)
    else:
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                given.setdefault(name.id, []).append(False)


def _is_set_annotation(annotation: ast.AST) -> bool:
    base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    return name in _SET_TYPES
