"""Recorded values against the types of the code of today: what restoring hands on without a word."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from workbench._errors import WorkbenchError
from workbench.analysis.hazards.conforming import misfit_of, parts_of
from workbench.analysis.parsing import parse
from workbench.journal.codec import EnumValue, Record, annotation_of_return, annotations_of, loaded_type, restore
from workbench.machine import Call
from workbench.model import History
from workbench.program import Invocation, Workflow, as_workflow

if TYPE_CHECKING:
    from workbench.analysis.hazards.case import Case

__all__ = ["Retyped", "retyped"]

_LOCAL: Final = "<locals>"
_KNOWN, _GUESSED = 0.9, 0.6
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


class Retyped(NamedTuple):
    """A recorded value of another type than the code says today.

    Attributes:
        row: Row of the event that holds it.
        how: What does not fit, in words.
        sure: How sure it is that the type has changed: an annotation may never have told the truth.
    """

    row: int
    how: str
    sure: float


class _Held(NamedTuple):
    """A recorded value, and what the code says of it."""

    row: int
    value: Any
    annotation: Any
    function: Callable[..., Any]


def retyped(case: Case) -> Iterator[Retyped]:
    """Recorded inputs and results that the code would be given and that are not what its annotations say.

    Args:
        case: The run, with code.
    """
    if case.code is None or case.record.started < 0:
        return
    for held in _held(case, as_workflow(case.code)):
        sure = _changed(case.history, held.function)
        how = _misfit(held, sure) if sure else ""
        if how:
            yield Retyped(held.row, how, sure)


def _held(case: Case, workflow: Workflow[..., Any]) -> Iterator[_Held]:
    hints, body = annotations_of(workflow.function), case.body(case.record.started)
    names = list(inspect.signature(workflow.function).parameters)
    given = {**dict(zip(names, body.get("args") or (), strict=False)), **(body.get("kwargs") or {})}
    for name, value in given.items():
        yield _Held(case.record.started, value, hints.get(name, Any), workflow.function)
    for row, call in case.given:
        function, result = _function_of(call), case.body(row)
        if function is not None and "result" in result:
            yield _Held(row, result["result"], annotation_of_return(function), function)


def _function_of(call: Call) -> Callable[..., Any] | None:
    if isinstance(call.request, Invocation):
        return call.request.step.function
    return call.request.function if isinstance(call.request, Workflow) else None


# --- does it fit -------------------------------------------------------------------------------------------------


def _misfit(held: _Held, sure: float) -> str:
    if held.value is None and sure < _KNOWN:
        return ""  # few write `Optional` where a function may return nothing
    try:
        restored = restore(held.value, held.annotation)
    except WorkbenchError as error:
        return error.message
    return _lost_class(held.value, restored) or misfit_of(restored, held.annotation)


def _lost_class(recorded: Any, restored: Any) -> str:
    """A class that the program no longer has under the name that was recorded, and that was not restored by name."""
    kept = {type(part).__qualname__ for part in parts_of(restored)}
    for part in parts_of(recorded):
        named = isinstance(part, (Record, EnumValue)) and part.module and _LOCAL not in part.type_name
        if named and part.type_name not in kept and loaded_type(part.module, part.type_name) is None:
            return f"class {part.type_name} of {part.module} is not there any more"
    return ""


# --- did the type change -----------------------------------------------------------------------------------------


def _changed(history: History, function: Callable[..., Any]) -> float:
    """How sure it is that the types around a function are others than recorded; 0 where the log has the same ones."""
    code = getattr(function, "__code__", None)
    file = code.co_filename if code is not None else ""
    recorded = [source.text for source in history.sources.values() if source.file == file]
    if not recorded:
        return _GUESSED
    present = _types_in("".join(linecache.getlines(file, getattr(function, "__globals__", None))))
    name = function.__name__
    same = any(_of(_types_in(text), name) == _of(present, name) for text in recorded)
    return 0.0 if same else _KNOWN


class _Types(NamedTuple):
    """What a source says of types: everything outside of functions, and the head of each function."""

    outside: str
    heads: dict[str, str]


def _of(types: _Types, name: str) -> tuple[str, str]:
    return types.outside, types.heads.get(name, "")


@lru_cache(64)
def _types_in(text: str) -> _Types:
    try:
        tree = parse(text)
    except SyntaxError:
        return _Types(text, {})
    heads = {
        node.name: ast.dump(node.args) + (ast.dump(node.returns) if node.returns is not None else "")
        for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)
    }  # fmt: skip
    return _Types("\n".join(ast.dump(node) for node in tree.body if not _says_no_type(node)), heads)


def _says_no_type(node: ast.stmt) -> bool:
    constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, (*_FUNCTIONS, ast.Expr))
