"""Which rule an object breaks, whatever name it goes by: a function kept in a variable, a pool made with the module."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any, Final

from workbench.analysis.lint import rules
from workbench.analysis.lint.names import Names, is_cache, kind_names, name_of, plain_function
from workbench.analysis.lint.rules import Rule
from workbench.analysis.lint.sources import node_of
from workbench.program import Step, Workflow

__all__ = ["asks", "made_before", "rule_of"]

_DEEPEST: Final = 4
"""How far functions that a remembered one calls are followed."""


def rule_of(node: ast.AST, names: Names) -> Rule | None:
    """The rule that whoever calls this breaks; `None` for none.

    Args:
        node: A name or dotted name.
        names: What names mean.
    """
    known = rules.CALLS.get(names.full(node))
    if known is not None:
        return known
    found = names.live(node)
    if found is None or isinstance(found, Step | Workflow):
        return None
    if isinstance(found, type):  # of a generator of chance, the seed decides
        return rules.THREAD if _of_kind(found) is rules.THREAD else None
    return rules.CALLS.get(name_of(found))


def made_before(node: ast.Name | ast.Attribute, names: Names) -> Rule | None:
    """The rule that whoever uses this breaks, because it was made before the run; `None` for none.

    Args:
        node: A name or dotted name.
        names: What names mean.
    """
    found = names.live(node)
    if is_cache(found):
        return rules.GLOBAL if asks(plain_function(found), _DEEPEST) else None
    return None if found is None or isinstance(found, type) else _of_kind(found)


def _of_kind(found: object) -> Rule | None:
    kinds = kind_names(found)
    return next((rule for kind, rule in rules.KINDS.items() if kind in kinds), None)


def asks(function: Callable[..., Any], depth: int) -> bool:
    """Whether a function asks for anything that a log holds: the run that finds it remembered does not ask."""
    parsed = node_of(function)
    if parsed is None:
        return False
    names = Names(function, *parsed)
    for node in ast.walk(parsed[0]):
        if not isinstance(node, ast.Call):
            continue
        found = plain_function(names.live(node.func))
        if isinstance(found, Step | Workflow) or names.full(node.func).startswith("workbench."):
            return True
        if depth and inspect.isfunction(found) and found is not function and asks(found, depth - 1):
            return True
    return False
