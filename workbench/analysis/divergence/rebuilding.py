"""The workflow as another text of its file has it: the recorded version, or the present one without a change.

This executes text of the log, so it is done only for somebody who says that the log is to be trusted. Only definitions
that differ, and plain constants, are executed anew, in a copy of the module's names: the module itself is neither
imported again nor touched.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from workbench.analysis.parsing import parse
from workbench.program import Workflow, as_workflow
from workbench.replay import tripwire

__all__ = ["rebuilt"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def rebuilt(workflow: Workflow[..., Any], text: str, ran: set[CodeType]) -> Workflow[..., Any] | None:
    """The workflow of another text of its file.

    Args:
        workflow: The present one.
        text: The other text.
        ran: The functions that matter.

    Returns:
        The other workflow, or `None` where it cannot be made: a workflow defined inside a function, a text that
        needs what the module no longer has.
    """
    function = workflow.function
    if "." in function.__qualname__ or not hasattr(function, "__code__"):
        return None
    names = dict(function.__globals__)
    file = function.__code__.co_filename
    wanted = {code.co_name for code in ran if code.co_filename == file and "." not in code.co_qualname}
    present = "".join(linecache.getlines(file, function.__globals__))
    try:
        with tripwire():
            for node in _needed(text, parse(present), wanted | {function.__name__}, names):
                exec(compile(ast.Module([node], []), file, "exec"), names)  # noqa: S102 - somebody said: trust the log
    except Exception:  # noqa: BLE001 - an experiment that cannot be made proves nothing
        return None
    found: Callable[..., Any] | None = names.get(function.__name__)
    return as_workflow(found) if callable(found) else None


def _needed(text: str, present: ast.Module, wanted: set[str], names: dict[str, Any]) -> Iterator[ast.stmt]:
    known = {_name(node): ast.dump(node) for node in present.body if _name(node)}
    for node in parse(text).body:
        name = _name(node)
        is_other = bool(name) and known.get(name) != ast.dump(node)
        if isinstance(node, _FUNCTIONS):
            if name in wanted or name not in names or is_other:
                yield node
        elif is_other and _is_constant(node):
            yield node


def _name(node: ast.stmt) -> str:
    if isinstance(node, _FUNCTIONS):
        return node.name
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def _is_constant(node: ast.stmt) -> bool:
    try:
        ast.literal_eval(node.value) if isinstance(node, ast.Assign) else None
    except ValueError:
        return False
    return True
