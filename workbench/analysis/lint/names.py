"""What a name in a function means: the full name behind an alias, and the object behind a name."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping
from types import ModuleType
from typing import Any

from workbench.analysis.lint.homes import home_of

__all__ = ["Names", "aliases", "bound", "is_cache", "kind_names", "name_of", "own_statements", "plain_function"]

_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Names:
    """The names that a function sees.

    Attributes:
        closure: What the function has of the functions around it, by name.
        local: Names that it binds itself.
        home: What its module belongs to.

    Args:
        function: The live function: its globals and closure tell what a name stands for.
        node: Its syntax tree.
        module: Tree of its module, for the imports.
        known: Which functions return sets, by their code or tree: shared by those that call one another.
        owner: The object whose method it is, where that is known.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        node: ast.AST,
        module: ast.Module,
        known: dict[Hashable, bool] | None = None,
        owner: object = None,
    ) -> None:
        self.known: dict[Hashable, bool] = {} if known is None else known
        self._known = aliases(module) | aliases(node)
        self._stars = [
            inner.module for inner in own_statements(module)
            if isinstance(inner, ast.ImportFrom) and inner.module and inner.names[0].name == "*"
        ]  # fmt: skip
        self._globals: Mapping[str, Any] = getattr(function, "__globals__", {})
        self.closure = _closure(function)
        inside = (inner for inner in ast.walk(node) if isinstance(inner, _DEFINED) and inner is not node)
        self._inside = {inner.name: inner for inner in inside}
        self.home = home_of(self._globals)
        self.local = bound(node) - set(aliases(node))
        self._owner = {_first(node): owner} if owner is not None else {}

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
        is_builtin = node.id not in self._globals and node.id not in self.closure and hasattr(builtins, node.id)
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
            return None if base is None else _member(base, node.attr)
        if not isinstance(node, ast.Name):
            return None
        if node.id in self.local:
            return self._owner.get(node.id)
        return self.closure.get(node.id, self._globals.get(node.id))


def _first(node: ast.AST) -> str:
    """Name of the first parameter."""
    found = [*node.args.posonlyargs, *node.args.args] if isinstance(node, _DEFINED) else []
    return found[0].arg if found else ""


def _member(base: object, name: str) -> Any:
    """An attribute as it lies there; nothing of the program is called to get it."""
    if isinstance(base, ModuleType):
        return vars(base).get(name)
    found = inspect.getattr_static(base, name, None)
    if isinstance(found, property):
        return found.fget
    return found.__func__ if isinstance(found, staticmethod | classmethod) else found


def plain_function(found: Any) -> Any:
    """The function behind a method, a partial call or a cache; what is none of them as it is."""
    while True:
        if isinstance(found, functools.partial):
            found = found.func
        elif inspect.ismethod(found):
            found = found.__func__
        elif is_cache(found):
            found = found.__wrapped__
        else:
            return found


def is_cache(found: object) -> bool:
    """Whether `functools.cache` or `lru_cache` made it."""
    return not isinstance(found, type) and "functools._lru_cache_wrapper" in kind_names(found)


def name_of(found: Any) -> str:
    """Full name of a function, whatever it is called here: `datetime.datetime.now`; `""` for what is none."""
    if not inspect.isroutine(found):
        return ""
    owner = getattr(found, "__self__", None)
    if isinstance(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}.{found.__name__}"
    return f"{getattr(found, '__module__', '')}.{found.__qualname__}".removeprefix("builtins.")


def kind_names(value: object) -> frozenset[str]:
    """Full names of the classes of an object, or of a class and those above it."""
    kind = value if isinstance(value, type) else type(value)
    return frozenset(f"{one.__module__}.{one.__qualname__}" for one in kind.__mro__)


def aliases(tree: ast.AST) -> dict[str, str]:
    """Full names of what is imported here, by the name it has here."""
    found: dict[str, str] = {}
    for node in own_statements(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                found[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


def own_statements(tree: ast.AST) -> Iterator[ast.AST]:
    """What stands in a module outside its functions, or anywhere in a function."""
    if not isinstance(tree, ast.Module):
        yield from ast.walk(tree)
        return
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, _FUNCTIONS)]


def bound(node: ast.AST) -> set[str]:
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
