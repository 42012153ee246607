"""Calls that begin something in the background, or only promise to: somebody must wait for them."""

from __future__ import annotations

import ast
import inspect
from typing import Final

from workbench.analysis.lint import rules
from workbench.analysis.lint.names import Names
from workbench.analysis.lint.rules import Rule
from workbench.analysis.lint.sources import node_of
from workbench.program import Step

__all__ = ["begun"]

_TASKS: Final = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.Task"})
_LOOPS: Final = frozenset({"asyncio.get_running_loop", "asyncio.get_event_loop", "asyncio.new_event_loop"})
_AWAITABLE: Final = frozenset({
    "asyncio.sleep", "asyncio.gather", "asyncio.wait", "asyncio.wait_for", "asyncio.shield",
    *(f"workbench.{name}" for name in ("sleep", "signal", "child", "gather")),
})  # fmt: skip
_DEEPEST: Final = 3
"""How far functions that only hand on what another one began are followed."""


def begun(call: ast.Call, function: ast.AST, names: Names) -> Rule | None:
    """The rule that is broken if nobody takes what comes of a call; `None` where it is done when it returns.

    Args:
        call: The call.
        function: The function that it stands in.
        names: What names mean in it.
    """
    if _makes_task(call, function, names):
        return rules.FORGOTTEN
    found = names.live(call.func)
    if isinstance(found, Step):
        return rules.NOT_AWAITED if found.is_async else None
    if isinstance(call.func, ast.Attribute) and call.func.attr == "defer":
        return rules.NOT_AWAITED if isinstance(names.live(call.func.value), Step) else None
    if _is_coroutine(names.defined(call.func)) or inspect.iscoroutinefunction(found):
        return rules.NOT_AWAITED
    waits = isinstance(function, ast.AsyncFunctionDef) and names.full(call.func) in _AWAITABLE
    return rules.NOT_AWAITED if waits else None


def _is_coroutine(function: ast.AST | None) -> bool:
    """Whether it is to be awaited; one that yields is gone through instead."""
    yields = isinstance(function, ast.AsyncFunctionDef) and any(isinstance(n, ast.Yield) for n in ast.walk(function))
    return isinstance(function, ast.AsyncFunctionDef) and not yields


def _makes_task(call: ast.AST | None, function: ast.AST, names: Names, depth: int = 0) -> bool:
    if not isinstance(call, ast.Call) or depth > _DEEPEST:
        return False
    if names.full(call.func) in _TASKS:
        return True
    method = call.func
    if isinstance(method, ast.Attribute) and method.attr == "create_task":
        return _is_loop(method.value, function, names)
    inside = names.defined(method)
    if inside is not None:
        return _gives_task(inside, names, depth)
    called = names.live(method)
    same = inspect.isfunction(called) and names.home.holds(called.__globals__)
    parsed = node_of(called) if same else None
    return parsed is not None and _gives_task(parsed[0], Names(called, *parsed), depth)


def _gives_task(function: ast.FunctionDef | ast.AsyncFunctionDef, names: Names, depth: int) -> bool:
    """Whether a plain function hands on what it began."""
    given = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    plain = isinstance(function, ast.FunctionDef) and bool(given)
    return plain and all(_makes_task(value, function, names, depth + 1) for value in given)


def _parameters(function: ast.AST) -> set[str]:
    return {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}


def _is_loop(node: ast.AST, function: ast.AST, names: Names) -> bool:
    """Whether a task is made by the loop itself: a group of tasks waits for its own."""
    if isinstance(node, ast.Call):
        return names.full(node.func) in _LOOPS
    if not isinstance(node, ast.Name):
        return False
    given = [
        inner.value for inner in ast.walk(function)
        if isinstance(inner, ast.Assign) and any(isinstance(to, ast.Name) and to.id == node.id for to in inner.targets)
    ]  # fmt: skip
    return any(isinstance(value, ast.Call) and names.full(value.func) in _LOOPS for value in given) or (
        node.id.strip("_").endswith("loop") and (node.id not in names.local or node.id in _parameters(function))
    )
