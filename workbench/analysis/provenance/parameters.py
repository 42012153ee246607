"""Names of positional arguments: the log holds their values, the recorded source of the function has the names."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from workbench.analysis.parsing import parse
from workbench.model import Declaration, History

__all__ = ["parameters_of"]

_LONGEST_SOURCE = 2_000_000


def parameters_of(history: History, declaration: Declaration) -> tuple[str, ...]:
    """Names of the positional parameters of a step's or workflow's function; empty where its source is not recorded.

    The source is parsed and never run.

    Args:
        history: Holds the recorded sources.
        declaration: Says in which module and line the function begins.
    """
    name = declaration.name.rpartition(".")[2]
    for source in history.sources.values():
        if source.module == declaration.module and len(source.text) <= _LONGEST_SOURCE:
            functions = _functions(source.text)
            found = functions.get(declaration.line or name)
            if found is not None:
                return found
    return ()


@lru_cache(maxsize=64)
def _functions(text: str) -> Mapping[int | str, tuple[str, ...]]:
    """Parameters by first line (that of the first decorator) and by name; of several of a name, those of the last."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # recorded text may be anything
        return MappingProxyType({})
    found: dict[int | str, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = tuple(argument.arg for argument in [*node.args.posonlyargs, *node.args.args])
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            found |= {first: names, node.name: names}
    return MappingProxyType(found)
