"""Parse source text."""

from __future__ import annotations

import ast

__all__ = ["parse"]


def parse(text: str) -> ast.Module:
    """The syntax tree of a module's text.

    Raises:
        SyntaxError: The text is no Python.
    """
    try:
        return ast.parse(text)
    except SystemError:
        # CPython 3.11 counts its depth in one place: when garbage is collected meanwhile and a task's error is logged,
        # whose traceback is parsed as well, the count is off ("AST constructor recursion depth mismatch").
        return ast.parse(text)
