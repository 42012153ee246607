"""Whether somebody takes what comes of a value: follows it from where it is made through the names that hold it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Final

from workbench.analysis.lint.names import Names
from workbench.analysis.lint.sources import parents_of

__all__ = ["Taken"]

_ADDING: Final = frozenset(
    {"add", "append", "appendleft", "extend", "insert", "put", "put_nowait", "setdefault", "update"}
)
_OPENED: Final = frozenset({"copy", "items", "keys", "pop", "popitem", "popleft", "values"})
"""Methods of a container that give what it holds."""
_ASKED: Final = frozenset({"cancelled", "done"})
"""Whoever asks for these again and again waits; whoever asks once takes nothing."""
_LOOKS: Final = _ADDING | frozenset({
    "add_done_callback", "clear", "discard", "get_coro", "get_name", "get_stack", "print_stack", "remove",
    "remove_done_callback", "set_name",
})  # fmt: skip
"""Methods of a task, or of what holds it, that leave its outcome alone."""
_THROUGH: Final = frozenset({
    "asyncio.gather", "asyncio.shield", "asyncio.wait", "asyncio.wait_for", "dict", "enumerate", "filter", "frozenset",
    "iter", "list", "reversed", "set", "sorted", "tuple", "workbench.gather", "zip",
})  # fmt: skip
"""Calls whose result holds what they are given."""
_TOLD: Final = frozenset({"bool", "id", "isinstance", "len", "print", "repr", "str", "type"})
_WITHIN = (
    ast.BoolOp, ast.Dict, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.List, ast.ListComp, ast.Set, ast.SetComp,
    ast.Starred, ast.Tuple, ast.keyword,
)  # fmt: skip
"""What holds a value that stands in it."""
_LEFT = (ast.Compare, ast.Delete, ast.Expr, ast.FormattedValue, ast.If, ast.UnaryOp, ast.While)
"""What lets go of a value that stands in it."""


class Taken:
    """Follows values through a function.

    Args:
        function: The function.
        module: Its module: what it keeps in a variable of the module, somebody else may take.
        names: What names mean in the function.
    """

    def __init__(self, function: ast.AST, module: ast.Module, names: Names) -> None:
        self._function = function
        self._module = module
        self._names = names
        self._parents = parents_of(module)
        waits = isinstance(function, ast.AsyncFunctionDef)
        self._through = _THROUGH if waits else _THROUGH - {"workbench.gather"}  # elsewhere it returns what came of them
        self._seen: set[str] = set()

    def at(self, node: ast.AST) -> bool:
        """Whether somebody takes the value of this expression."""
        self._seen = set()
        return self._from(node)

    def _from(self, node: ast.AST) -> bool:
        parent = self._parents.get(node)
        if parent is None or isinstance(parent, _LEFT):
            return parent is None
        if isinstance(parent, ast.comprehension | ast.For | ast.AsyncFor):
            return node is not parent.iter or self._into(parent.target)
        if isinstance(parent, _WITHIN):
            return self._from(parent)
        follow = self._FOLLOWED.get(type(parent))
        return follow(self, node, parent) if follow is not None else True

    # --- where it stands ------------------------------------------------------------------------------------

    def _assigned(self, node: ast.AST, parent: ast.AST) -> bool:
        del node
        if isinstance(parent, ast.Assign):
            return any(map(self._into, parent.targets))
        assert isinstance(parent, ast.AnnAssign | ast.AugAssign | ast.NamedExpr)  # noqa: S101 - the table says so
        return self._into(parent.target) or (isinstance(parent, ast.NamedExpr) and self._from(parent))

    def _member(self, node: ast.AST, parent: ast.AST) -> bool:
        del node
        assert isinstance(parent, ast.Attribute)  # noqa: S101 - the table says so
        if parent.attr in _ASKED:
            return self._asked_again(parent)
        call = self._parents.get(parent)
        if parent.attr in _OPENED and isinstance(call, ast.Call):
            return self._from(call)
        return parent.attr not in _LOOKS

    def _asked_again(self, node: ast.AST) -> bool:
        """Whether a loop goes on until it is so."""
        parent = self._parents.get(node)
        while isinstance(parent, ast.expr | ast.comprehension):
            node, parent = parent, self._parents.get(parent)
        return isinstance(parent, ast.While) and parent.test is node

    def _item(self, node: ast.AST, parent: ast.AST) -> bool:
        assert isinstance(parent, ast.Subscript)  # noqa: S101 - the table says so
        if isinstance(parent.ctx, ast.Load):
            return node is parent.value and self._from(parent)
        return node is not parent.value and self._into(parent.value)

    def _given(self, node: ast.AST, parent: ast.AST) -> bool:
        assert isinstance(parent, ast.Call)  # noqa: S101 - the table says so
        if node is parent.func:
            return True
        full = self._names.full(parent.func)
        if full in _TOLD:
            return False
        if full in self._through:
            return self._from(parent)
        method = parent.func
        if isinstance(method, ast.Attribute) and method.attr in _ADDING:
            return self._into(method.value)
        return True

    _FOLLOWED: Final[dict[type | None, Callable[[Taken, ast.AST, ast.AST], bool]]] = {
        ast.Assign: _assigned, ast.AnnAssign: _assigned, ast.AugAssign: _assigned, ast.NamedExpr: _assigned,
        ast.Attribute: _member, ast.Subscript: _item, ast.Call: _given,
    }  # fmt: skip

    # --- names that hold it ---------------------------------------------------------------------------------

    def _into(self, target: ast.AST) -> bool:
        """Whether somebody takes it from here; from an object, anybody may."""
        if isinstance(target, ast.Tuple | ast.List):
            return any(self._into(part) for part in target.elts)
        if isinstance(target, ast.Starred | ast.Subscript):
            return self._into(target.value)
        return not isinstance(target, ast.Name) or self._by_name(target.id)

    def _by_name(self, name: str) -> bool:
        if name in self._seen:
            return False
        self._seen.add(name)
        return any(self._from(node) for node in self._loads(name))

    def _loads(self, name: str) -> Iterator[ast.AST]:
        where = self._function if name in self._names.local else self._module
        for node in ast.walk(where):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                yield node
