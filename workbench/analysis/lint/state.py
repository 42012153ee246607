"""State that outlives a run: what a function changes of its module, of a closure or of a class."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from workbench.analysis.lint.homes import Home
from workbench.analysis.lint.names import bound, own_statements
from workbench.analysis.lint.sources import tree_of

__all__ = ["changed_at_home", "changed_globals", "changed_outside"]

_CHANGING: Final = frozenset({
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "get_nowait",
    "insert", "intersection_update", "move_to_end", "pop", "popitem", "popleft", "put", "put_nowait", "remove",
    "reverse", "rotate", "setdefault", "sort", "subtract", "symmetric_difference_update", "update",
})  # fmt: skip
"""Methods that change the object they belong to."""
_CHANGERS: Final = frozenset({"next", "setattr", "delattr", "heapq.heappush", "heapq.heappop", "bisect.insort"})
"""Functions that change their first argument."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@lru_cache(maxsize=64)
def changed_globals(module: ast.Module) -> frozenset[str]:
    """Names of module variables, and `Class.attribute`, that some function changes or binds anew."""
    variables = {
        name.id
        for node in own_statements(module)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    variables |= {
        name.asname or name.name
        for node in own_statements(module) if isinstance(node, ast.ImportFrom)
        for name in node.names
    }  # fmt: skip
    classes = {node.name for node in own_statements(module) if isinstance(node, ast.ClassDef)}
    changed: set[str] = set()
    for function in ast.walk(module):
        if isinstance(function, _FUNCTIONS):
            changed |= {
                name for name in _changed_by(function) if name in variables or name.partition(".")[0] in classes
            }
    return frozenset(changed - classes)


def changed_at_home(full: str, home: Home) -> bool:
    """Whether a variable of another module of the program is changed there.

    Args:
        full: Its full name: `shop.settings.RATES`.
        home: The program.
    """
    where, _, name = full.rpartition(".")
    module = sys.modules.get(where)
    tree = tree_of(module) if module is not None and home.holds(vars(module)) else None
    return tree is not None and name in changed_globals(tree)


def changed_outside(function: ast.AST, closure: Mapping[str, Any]) -> frozenset[str]:
    """Names of a closure that a function changes: it was made before the run, and stays when the run is gone."""
    anew = {name for node in ast.walk(function) if isinstance(node, ast.Nonlocal) for name in node.names}
    return frozenset((_changed_by(function) | anew) & closure.keys())


def _changed_by(function: ast.AST) -> set[str]:
    shared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    changed = {
        node.id for node in ast.walk(function)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and node.id in shared
    }  # fmt: skip
    inside = bound(function)
    found = (name for node in ast.walk(function) for name in _changed_in(node))
    return changed | {name for name in found if name.partition(".")[0] not in inside}


def _changed_in(node: ast.AST) -> Iterator[str]:
    """The variable that a node changes, and with it the attribute through which it does."""
    target: ast.AST | None = None
    if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        target = node.value if isinstance(node, ast.Subscript) else node
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        target = node.func.value
    elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in _CHANGERS:
        target = node.args[0]
    yield from _rooted(target)


def _rooted(target: ast.AST | None) -> Iterator[str]:
    """`CACHE` of `CACHE["a"].rows`; `Shop` and `Shop.seen` of `Shop.seen["a"]`."""
    attribute = ""
    while isinstance(target, ast.Attribute | ast.Subscript):
        attribute = target.attr if isinstance(target, ast.Attribute) else attribute
        target = target.value
    if isinstance(target, ast.Name):
        yield target.id
        if attribute:
            yield f"{target.id}.{attribute}"
