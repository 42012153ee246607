"""The syntax tree behind a live function, and what stands in what."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import ModuleType
from typing import Any

from workbench.analysis.parsing import parse

__all__ = ["node_of", "parents_of", "tree_of"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def node_of(function: Callable[..., Any]) -> tuple[_Function, ast.Module] | None:
    """A function's syntax tree and that of its module; `None` where Python does not have the source."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    text = "".join(linecache.getlines(code.co_filename, getattr(function, "__globals__", None)))
    module = _parsed(text)
    if module is None:
        return None
    for node in ast.walk(module):
        if isinstance(node, _Function) and node.name == code.co_name:
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            if first == code.co_firstlineno:
                return node, module
    return None


def tree_of(module: ModuleType) -> ast.Module | None:
    """The syntax tree of a loaded module; `None` where Python does not have the source."""
    file = vars(module).get("__file__")
    return _parsed("".join(linecache.getlines(file, vars(module)))) if isinstance(file, str) else None


@lru_cache(maxsize=64)
def parents_of(module: ast.Module) -> Mapping[ast.AST, ast.AST]:
    """What each node of a tree stands in."""
    return {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}


@lru_cache(maxsize=64)
def _parsed(text: str) -> ast.Module | None:
    try:
        return parse(text) if text else None
    except SyntaxError:
        return None
