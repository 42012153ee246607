"""Looks at one function's syntax tree for what makes a workflow another one at replay."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from workbench.analysis.lint import rules
from workbench.analysis.lint.names import Names
from workbench.analysis.lint.rules import Rule
from workbench.analysis.lint.sets import set_locals, set_typed
from workbench.program import Step

__all__ = ["Hit", "check_function"]

Hit = tuple[Rule, ast.AST, str]
"""A rule, the place, and the name in the code."""

_ORDERED_BY = frozenset({"list", "tuple", "enumerate", "iter", "map", "filter", "zip", "reversed", "dict.fromkeys"})
"""Calls that take an iterable in its order."""
_ORDER_FREE = frozenset({"sorted", "set", "frozenset", "len", "sum", "min", "max", "any", "all"})
_AWAITABLE = frozenset({
    "asyncio.sleep", "asyncio.gather", "asyncio.wait", "asyncio.wait_for",
    *(f"workbench.{name}" for name in ("sleep", "signal", "child", "gather")),
})  # fmt: skip


def check_function(node: ast.AST, names: Names, changed: set[str]) -> Iterator[Hit]:
    """What rules find in one function and those inside it.

    Args:
        node: The function.
        names: What names mean in it.
        changed: Module variables that something changes.
    """
    yield from _Checker(node, names, changed).hits()


class _Checker:
    def __init__(self, node: ast.AST, names: Names, changed: set[str]) -> None:
        self._node = node
        self._names = names
        self._changed = changed
        self._sets = set_locals(node, names)
        self._arrived = _arrived_sets(node, names)
        self._free = {id(inner) for inner in self._order_free()}
        self._defaults = _mutable_defaults(node)
        self._inside_async = isinstance(node, ast.AsyncFunctionDef)

    def hits(self) -> Iterator[Hit]:
        for node in self._own_nodes():
            for iterable in self._taken_in_order(node):
                yield from self._iterated(iterable)
            if isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, ast.Name | ast.Attribute):
                yield from self._read(node)
            elif isinstance(node, ast.ExceptHandler):
                yield from self._handler(node)
            elif isinstance(node, ast.Expr):
                yield from self._statement(node)

    def _own_nodes(self) -> Iterator[ast.AST]:
        """The body, without decorators, annotations and the bodies of steps defined inside."""
        body: list[ast.AST] = list(getattr(self._node, "body", []))
        waiting = list(reversed(body))
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if not _marked_as_step(node, self._names):
                    waiting += reversed(node.body)
                continue
            yield node
            waiting += [
                child
                for child in reversed(list(ast.iter_child_nodes(node)))
                if child is not getattr(node, "annotation", None)
            ]

    # --- calls and reads ------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Iterator[Hit]:
        full = self._names.full(node.func)
        rule = rules.CALLS.get(full)
        if rule is not None and not _seeded(full, node):
            yield rule, node, f"{ast.unparse(node.func)}()"
        if full in _ORDERED_BY:
            for argument in node.args:
                yield from self._iterated(argument)
        if isinstance(node.func, ast.Attribute):
            yield from self._method(node, node.func)

    def _method(self, node: ast.Call, method: ast.Attribute) -> Iterator[Hit]:
        if method.attr == "pop" and not node.args and self._is_set(method.value):
            yield rules.SET_ORDER, node, f"{ast.unparse(method.value)}.pop()"
        elif method.attr == "join" and node.args:
            yield from self._iterated(node.args[0])
        elif method.attr == "run_in_executor":
            yield rules.THREAD, node, f"{ast.unparse(method)}()"

    def _read(self, node: ast.Name | ast.Attribute) -> Iterator[Hit]:
        rule = rules.READS.get(self._names.full(node))
        if rule is not None:
            yield rule, node, ast.unparse(node)
        elif isinstance(node, ast.Name) and self._is_shared(node.id):
            yield rules.GLOBAL, node, node.id

    def _is_shared(self, name: str) -> bool:
        return (name in self._changed and name not in self._names.local) or name in self._defaults

    # --- order ----------------------------------------------------------------------------------------------

    def _taken_in_order(self, node: ast.AST) -> Iterator[ast.AST]:
        """What this node goes through, where the order may matter."""
        if isinstance(node, ast.For | ast.AsyncFor):
            yield node.iter
        elif isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp) and id(node) not in self._free:
            yield from (part.iter for part in node.generators)
        elif _unpacks(node) or (isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Load)):
            yield node.value  # type: ignore[attr-defined]  # both kinds have one

    def _iterated(self, node: ast.AST) -> Iterator[Hit]:
        if isinstance(node, ast.Name) and node.id in self._arrived:
            yield rules.ARRIVAL, node, node.id
        elif self._is_set(node):
            yield rules.SET_ORDER, node, ast.unparse(node)[:60]

    def _is_set(self, node: ast.AST) -> bool:
        return set_typed(node, self._names, self._sets)

    def _order_free(self) -> Iterator[ast.AST]:
        for node in ast.walk(self._node):
            if isinstance(node, ast.Call) and self._names.full(node.func) in _ORDER_FREE:
                yield from node.args

    # --- errors and forgotten calls -------------------------------------------------------------------------

    def _handler(self, node: ast.ExceptHandler) -> Iterator[Hit]:
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = [self._names.full(kind) if kind is not None else "" for kind in caught]
        catches_all = node.type is None or "BaseException" in names
        raises = any(isinstance(inner, ast.Raise) for part in node.body for inner in ast.walk(part))
        if catches_all and not raises:
            yield rules.SWALLOWED, node, "except:" if node.type is None else f"except {ast.unparse(node.type)}:"

    def _statement(self, node: ast.Expr) -> Iterator[Hit]:
        called = node.value
        if not isinstance(called, ast.Call) or not self._inside_async:
            return
        found: Any = self._names.live(called.func)
        if (isinstance(found, Step) and found.is_async) or self._names.full(called.func) in _AWAITABLE:
            yield rules.NOT_AWAITED, node, f"{ast.unparse(called.func)}()"


def _unpacks(node: ast.AST) -> bool:
    """Whether it gives the parts of something to several names: `first, *others = …`."""
    return isinstance(node, ast.Assign) and any(isinstance(target, ast.Tuple | ast.List) for target in node.targets)


def _seeded(full: str, node: ast.Call) -> bool:
    """A call whose value its arguments decide."""
    needs = {"time.localtime": 1, "time.gmtime": 1, "time.ctime": 1, "random.seed": 1, "random.Random": 1}
    if full == "hash" and node.args and isinstance(node.args[0], ast.Constant):
        return not isinstance(node.args[0].value, str | bytes)
    return full in needs and len(node.args) >= needs[full]


def _arrived_sets(function: ast.AST, names: Names) -> set[str]:
    """Names that hold the sets of `asyncio.wait`."""
    found: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign):
            continue
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call) and names.full(value.func) in {"asyncio.wait", "concurrent.futures.wait"}:
            found |= {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return found


def _mutable_defaults(function: ast.AST) -> set[str]:
    """Parameters whose default is one list, dict or set for all calls."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            plain = [*given.posonlyargs, *given.args]
            pairs = [*zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True)]
            pairs += [(arg, value) for arg, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value]
            found |= {arg.arg for arg, value in pairs if isinstance(value, ast.List | ast.Dict | ast.Set)}
    return found


def _marked_as_step(node: ast.FunctionDef | ast.AsyncFunctionDef, names: Names) -> bool:
    marks = (mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list)
    return any(names.full(mark) in {"workbench.step", "workbench.program.step"} for mark in marks)
