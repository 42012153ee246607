"""Memos in workflow code: a loop that asks again and again, and is given what the first turn was told."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from workbench.analysis.lint import Visit
from workbench.analysis.lint.forbidden import asks
from workbench.analysis.lint.names import Names, is_cache, plain_function
from workbench.analysis.lint.sources import node_of, parents_of
from workbench.program import Step, Workflow

__all__ = ["Remembered", "remembered_in_loops"]

_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEEPEST: Final = 4


class Remembered(NamedTuple):
    """A call in a loop that is answered from memory from the second turn on.

    Attributes:
        place: `file:line`.
        what: The call, as it stands in the code.
    """

    place: str
    what: str


def remembered_in_loops(visits: Sequence[Visit]) -> Iterator[Remembered]:
    """Calls in loops whose key is the same in every turn, and behind whose memo something is asked for.

    Args:
        visits: The functions of a workflow.
    """
    told: set[tuple[str, int]] = set()
    for visited in visits:
        for loop in ast.walk(visited.node):
            if not isinstance(loop, _LOOPS):
                continue
            changing = {
                node.id for node in ast.walk(loop) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
            }
            for node in ast.walk(loop):
                what = _remembered(node, loop, changing, visited)
                place = visited.function.__code__.co_filename, getattr(node, "lineno", 0)
                if what and place not in told:
                    told.add(place)
                    yield Remembered(f"{place[0].rpartition('/')[2]}:{place[1]}", what)


def _remembered(node: ast.AST, loop: ast.AST, changing: set[str], visited: Visit) -> str:
    """What a node takes from a memo under a key that no turn of the loop changes; `""` for nothing."""
    if isinstance(node, ast.Assign):
        return _kept_by_hand(node, changing, visited)
    if not isinstance(node, ast.Call) or not _alike(node, changing):
        return ""
    found = visited.names.live(node.func)
    if is_cache(found):
        emptied = any(isinstance(n, ast.Attribute) and n.attr == "cache_clear" for n in ast.walk(loop))
        return "" if emptied or not asks(plain_function(found), _DEEPEST) else ast.unparse(node)[:80]
    memo = _called(node.func, visited)
    if memo is None or not _is_memo(memo):
        return ""
    names = Names(memo, *(node_of(memo) or (node, visited.module)))
    given = any(_asks(visited.names.live(argument)) for argument in node.args)
    return ast.unparse(node)[:80] if given or _calls_asking(memo, names) else ""


def _alike(call: ast.Call, changing: set[str]) -> bool:
    """Whether a call is the same in every turn: nothing in it is bound in the loop, or comes of another call."""
    parts = [call.func, *call.args, *(keyword.value for keyword in call.keywords)]
    inner = [node for part in parts for node in ast.walk(part)]
    return not any(isinstance(node, ast.Call) or (isinstance(node, ast.Name) and node.id in changing) for node in inner)


def _called(func: ast.expr, visited: Visit) -> Any:
    """The plain function behind a call: a function, a method, or what an object that was made here does when called."""
    found = plain_function(visited.names.live(func))
    if inspect.isfunction(found):
        return found
    holder, name = (func.value, func.attr) if isinstance(func, ast.Attribute) else (func, "__call__")
    kind = _kind(holder, visited)
    member = inspect.getattr_static(kind, name, None) if kind is not None else None
    return member if inspect.isfunction(member) else None


def _kind(node: ast.AST, visited: Visit) -> type | None:
    """The class of an object, where a name was given a new one here, or stands for one in the module."""
    live = visited.names.live(node)
    if live is not None:
        return None if isinstance(live, type) else type(live)
    for inner in ast.walk(visited.node):
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call) and isinstance(node, ast.Name):
            kind = visited.names.live(inner.value.func)
            if any(isinstance(to, ast.Name) and to.id == node.id for to in inner.targets) and isinstance(kind, type):
                return kind
    return None


def _is_memo(function: Any) -> bool:
    """Whether a function keeps the outcome of a call under a key, and looks there first."""
    parsed = node_of(function)
    if parsed is None:
        return False
    node, module = parsed
    kept = (inner for inner in ast.walk(node) if isinstance(inner, ast.Assign))
    return any(_guarded(inner, module) is not None for inner in kept)


def _guarded(assigned: ast.Assign, module: ast.Module) -> ast.Subscript | None:
    """The place `known[key]` that is filled with the outcome of a call where there was nothing yet."""
    target = next((to for to in assigned.targets if isinstance(to, ast.Subscript)), None)
    if target is None or not any(isinstance(node, ast.Call) for node in ast.walk(assigned.value)):
        return None
    parents = parents_of(module)
    holder, key = ast.unparse(target.value), ast.unparse(target.slice)
    parent = parents.get(assigned)
    while parent is not None and not isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        if isinstance(parent, ast.If) and _asks_for(parent.test, holder, key):
            return target
        if isinstance(parent, ast.ExceptHandler) and parent.type is not None and "KeyError" in ast.unparse(parent.type):
            return target
        parent = parents.get(parent)
    return None


def _asks_for(test: ast.AST, holder: str, key: str) -> bool:
    return any(
        isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)
        and ast.unparse(node.comparators[0]) == holder and ast.unparse(node.left) == key
        for node in ast.walk(test)
    )  # fmt: skip


def _kept_by_hand(node: ast.Assign, changing: set[str], visited: Visit) -> str:
    """`if key not in known: known[key] = poll(job)`, in the loop itself."""
    target = _guarded(node, visited.module)
    if target is None:
        return ""
    named = [inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name)]
    called = [inner for inner in ast.walk(node.value) if isinstance(inner, ast.Call)]
    asked = any(_asks(visited.names.live(inner.func)) for inner in called)
    return ast.unparse(node)[:80] if asked and changing.isdisjoint(named) else ""


def _asks(found: Any) -> bool:
    """Whether calling it asks for something that a log holds."""
    if isinstance(found, Step | Workflow):
        return True
    plain = plain_function(found)
    return inspect.isfunction(plain) and asks(plain, _DEEPEST)


def _calls_asking(function: Any, names: Names) -> bool:
    parsed = node_of(function)
    calls = ast.walk(parsed[0]) if parsed is not None else ()
    return any(isinstance(node, ast.Call) and _asks(names.live(node.func)) for node in calls)
