"""Whether a value is only told to people: what ends in a log line decides nothing."""

from __future__ import annotations

import ast
from typing import Final

from workbench.analysis.lint.names import Names, kind_names
from workbench.analysis.lint.sources import parents_of

__all__ = ["only_told"]

_LEVELS: Final = frozenset(
    {"critical", "debug", "error", "exception", "fatal", "info", "log", "trace", "warn", "warning"}
)
_LOGGERS: Final = frozenset({"log", "logger", "logging"})
_LOGGER_KINDS: Final = frozenset({"logging.Logger", "logging.LoggerAdapter"})
_TELLS: Final = frozenset({"print", "warnings.warn"})
_SHAPES: Final = frozenset({"divmod", "float", "format", "int", "max", "min", "repr", "round", "str"})
"""Functions that give a value another shape."""
_SHAPED: Final = frozenset({
    "astimezone", "format", "get", "isoformat", "replace", "strftime", "timestamp", "total_seconds",
})  # fmt: skip
"""Methods that do."""
_WITHIN = (
    ast.BinOp, ast.BoolOp, ast.Compare, ast.Dict, ast.FormattedValue, ast.IfExp, ast.JoinedStr, ast.List, ast.Starred,
    ast.Subscript, ast.Tuple, ast.UnaryOp, ast.keyword,
)  # fmt: skip
_CHANGES: Final = (ast.Assign, ast.AnnAssign)


def only_told(node: ast.AST, function: ast.AST, names: Names, module: ast.Module) -> bool:
    """Whether the value of an expression goes into log lines and nowhere else.

    Args:
        node: The expression.
        function: The function that it stands in.
        names: What names mean in it.
        module: Its module.
    """
    return _Told(function, names, module).ends_there(node)


class _Told:
    def __init__(self, function: ast.AST, names: Names, module: ast.Module) -> None:
        self._function, self._names, self._parents = function, names, parents_of(module)
        self._seen: set[str] = set()

    def ends_there(self, node: ast.AST) -> bool:
        parent = self._parents.get(node)
        if isinstance(parent, ast.Call):
            return self._given(node, parent)
        if isinstance(parent, ast.Attribute):
            call = self._parents.get(parent)
            shaped = isinstance(call, ast.Call) and call.func is parent and parent.attr in _SHAPED
            return shaped and call is not None and self.ends_there(call)
        if isinstance(parent, _CHANGES):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            return all(isinstance(target, ast.Name) and self._by_name(target.id) for target in targets)
        return isinstance(parent, _WITHIN) and self.ends_there(parent)

    def _given(self, node: ast.AST, call: ast.Call) -> bool:
        if node is call.func:
            return False
        full = self._names.full(call.func)
        if full in _TELLS or self._is_log(call.func):
            return True
        shapes = full in _SHAPES or (isinstance(call.func, ast.Attribute) and call.func.attr in _SHAPED)
        return shapes and self.ends_there(call)

    def _is_log(self, called: ast.AST) -> bool:
        if not isinstance(called, ast.Attribute) or called.attr not in _LEVELS:
            return False
        owner = called.value
        if isinstance(owner, ast.Call):  # `logging.getLogger(__name__).info(…)`
            return self._names.full(owner.func) == "logging.getLogger"
        if self._names.full(owner) == "logging" or _LOGGER_KINDS & kind_names(self._names.live(owner)):
            return True
        name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
        return name.strip("_").lower() in _LOGGERS

    def _by_name(self, name: str) -> bool:
        """Whether whatever is held by a local name is only told."""
        if name in self._seen:
            return True
        if name not in self._names.local:
            return False
        self._seen.add(name)
        loads = (
            inner for inner in ast.walk(self._function)
            if isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Load)
        )  # fmt: skip
        ends = [self.ends_there(inner) for inner in loads]
        return bool(ends) and all(ends)
