"""What a name in a function means: the full name behind an alias, and the object behind a name."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import lru_cache
from typing import Any

__all__ = ["Names", "aliases", "changed_globals"]

_CHANGING = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "setdefault", "sort", "update",
})  # fmt: skip
"""Methods that change the container they belong to."""
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Names:
    """The names that a function sees.

    Args:
        function: The live function: its globals and closure tell what a name stands for.
        node: Its syntax tree.
        module: Tree of its module, for the imports.
        known: Which functions return sets, by their code or tree: shared by those that call one another.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        node: ast.AST,
        module: ast.Module,
        known: dict[Hashable, bool] | None = None,
    ) -> None:
        self.known: dict[Hashable, bool] = {} if known is None else known
        self._known = aliases(module) | aliases(node)
        self._stars = [
            inner.module for inner in _own_statements(module)
            if isinstance(inner, ast.ImportFrom) and inner.module and inner.names[0].name == "*"
        ]  # fmt: skip
        self._globals: Mapping[str, Any] = getattr(function, "__globals__", {})
        self._closure = _closure(function)
        inside = (inner for inner in ast.walk(node) if isinstance(inner, _DEFINED) and inner is not node)
        self._inside = {inner.name: inner for inner in inside}
        self.package = str(self._globals.get("__name__", "")).partition(".")[0]
        self.local = _bound(node) - set(aliases(node))

    def full(self, node: ast.AST) -> str:
        """`datetime.datetime.now` for `dt.now`; `""` where it cannot be told."""
        if isinstance(node, ast.Attribute):
            base = self.full(node.value)
            return f"{base}.{node.attr}" if base else ""
        if not isinstance(node, ast.Name) or node.id in self.local:
            return ""
        if node.id in self._known:
            return self._known[node.id]
        starred = self._starred(node.id)
        if starred:
            return starred
        is_builtin = node.id not in self._globals and node.id not in self._closure and hasattr(builtins, node.id)
        return node.id if is_builtin else ""

    def defined(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function inside this one that a name stands for."""
        return self._inside.get(node.id) if isinstance(node, ast.Name) else None

    def _starred(self, name: str) -> str:
        """Where a name comes from that `from module import *` brought in; `""` for none."""
        if name not in self._globals:
            return ""
        found = self._globals[name]
        modules = (sys.modules.get(module) for module in self._stars)
        home = next((module for module in modules if getattr(module, name, self) is found), None)
        return f"{home.__name__}.{name}" if home is not None else ""

    def live(self, node: ast.AST) -> Any:
        """The object that a name or dotted name stands for now; `None` where it cannot be told."""
        if isinstance(node, ast.Attribute):
            base = self.live(node.value)
            found = getattr(base, "__dict__", {}).get(node.attr) if base is not None else None
            return found.__func__ if isinstance(found, staticmethod) else found
        if not isinstance(node, ast.Name) or node.id in self.local:
            return None
        return self._closure.get(node.id, self._globals.get(node.id))


def aliases(tree: ast.AST) -> dict[str, str]:
    """Full names of what is imported here, by the name it has here."""
    found: dict[str, str] = {}
    for node in _own_statements(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                found[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


def _own_statements(tree: ast.AST) -> Iterator[ast.AST]:
    """What stands in a module outside its functions, or anywhere in a function."""
    if not isinstance(tree, ast.Module):
        yield from ast.walk(tree)
        return
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, _FUNCTIONS)]


def _bound(node: ast.AST) -> set[str]:
    """Names that the function, or one inside it, binds."""
    named: set[str] = set()
    shared: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            named.add(inner.id)
        elif isinstance(inner, ast.arg):
            named.add(inner.arg)
        elif isinstance(inner, ast.Global):
            shared.update(inner.names)
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and inner is not node:
            named.add(inner.name)
    return named - shared


def _closure(function: Callable[..., Any]) -> dict[str, Any]:
    cells = getattr(function, "__closure__", None) or ()
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    found: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not set yet
            continue
    return found


@lru_cache(maxsize=64)
def changed_globals(module: ast.Module) -> set[str]:
    """Names of module variables that some function changes or binds anew."""
    variables = {
        name.id
        for node in _own_statements(module)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    changed: set[str] = set()
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            changed |= _changed_by(function) & variables
    return changed


def _changed_by(function: ast.AST) -> set[str]:
    shared = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
    changed = {
        node.id for node in ast.walk(function)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and node.id in shared
    }  # fmt: skip
    inside = _bound(function)
    return changed | {name for node in ast.walk(function) for name in _changed_in(node) if name not in inside}


def _changed_in(node: ast.AST) -> Iterator[str]:
    target: ast.AST | None = None
    if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        target = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        target = node.func.value
    if isinstance(target, ast.Name):
        yield target.id
