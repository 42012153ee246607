"""Reads of files by methods, whose names alone say nothing: of a path, of a parser of settings."""

from __future__ import annotations

import ast
from typing import Final

from workbench.analysis.lint.names import Names, kind_names

__all__ = ["reads_file"]

_OF_PATHS_ALONE: Final = frozenset({"iterdir", "read_bytes", "read_text"})
"""Nothing else that workflows hold has these."""
_OF_PATHS: Final = frozenset({"exists", "glob", "is_dir", "is_file", "open", "rglob", "stat"})
_PATHS: Final = frozenset({f"pathlib.{name}" for name in ("Path", "PosixPath", "WindowsPath")})
_PARSERS: Final = frozenset({f"configparser.{name}" for name in ("ConfigParser", "RawConfigParser")})
_STEPS_OF_PATHS: Final = frozenset({
    "absolute", "expanduser", "joinpath", "parent", "resolve", "with_name", "with_stem", "with_suffix",
})  # fmt: skip
"""What makes another path of a path."""


def reads_file(method: ast.Attribute, function: ast.AST, names: Names) -> bool:
    """Whether a call of this method looks into the file system.

    Args:
        method: What is called.
        function: The function that it stands in.
        names: What names mean in it.
    """
    if method.attr in _OF_PATHS_ALONE:
        return names.live(method) is None or _is(method.value, _PATHS, function, names)
    if method.attr in _OF_PATHS:
        return _is(method.value, _PATHS, function, names)
    return method.attr == "read" and _is(method.value, _PARSERS, function, names)


def _is(node: ast.AST, kinds: frozenset[str], function: ast.AST, names: Names, depth: int = 6) -> bool:
    """Whether an expression is an object of one of these classes for certain."""
    if not depth:
        return False
    if isinstance(node, ast.Call):
        derived = isinstance(node.func, ast.Attribute) and node.func.attr in _STEPS_OF_PATHS
        return names.full(node.func) in kinds or (derived and _is(node.func, kinds, function, names, depth - 1))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _is(node.left, kinds, function, names, depth - 1)
    if isinstance(node, ast.Attribute) and node.attr in _STEPS_OF_PATHS:
        return _is(node.value, kinds, function, names, depth - 1)
    live = names.live(node)
    if live is not None:
        return bool(kinds & kind_names(live)) and not isinstance(live, type)
    return isinstance(node, ast.Name) and any(
        _is(value, kinds, function, names, depth - 1) for value in _given_to(node.id, function)
    )


def _given_to(name: str, function: ast.AST) -> list[ast.expr]:
    """What a local name is given, or annotated with: `settings: Path` is as good as `settings = Path(…)`."""
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            found.append(node.value)
        elif isinstance(node, ast.arg) and node.arg == name and node.annotation is not None:
            found.append(ast.Call(node.annotation, [], []))
        elif isinstance(node, ast.NamedExpr) and node.target.id == name:
            found.append(node.value)
    return found
