"""Find the code of a step by the name that the log has: only when somebody asks to undo it or to ask its probe."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

from workbench._errors import CodeNotFoundError
from workbench.model import Declaration, History
from workbench.program import Step, Workflow

__all__ = ["step_of"]


def step_of(name: str, history: History, workflow: Workflow[..., Any]) -> Step[..., Any]:
    """The step of this name: one that the workflow's code can see, else one of the module that declared it.

    Args:
        name: Name in the log.
        history: The log, whose declarations say in which module each step stands.
        workflow: The workflow.

    Raises:
        CodeNotFoundError: It cannot be found, or its module cannot be imported.
    """
    found = next((step for step in _seen_by(workflow) if step.name == name), None)
    if found is not None:
        return found
    modules = [known.module for known in history.names if _is_step(known, name)]
    for module in dict.fromkeys(modules):
        found = next((step for step in _steps_in(vars(_imported(module, name))) if step.name == name), None)
        if found is not None:
            return found
    raise CodeNotFoundError(
        f"the code of step {name} is not to be found", hint="pass the workflow's module, or import it first"
    )


def _is_step(declaration: Declaration, name: str) -> bool:
    return declaration.name == name and declaration.module not in {"", "__main__"}


def _imported(module: str, name: str) -> Any:
    try:
        return importlib.import_module(module)
    except Exception as error:
        raise CodeNotFoundError(
            f"module {module} of step {name} cannot be imported: {type(error).__name__}: {error}",
            hint="run this where the workflow's code is installed",
        ) from error


def _seen_by(workflow: Workflow[..., Any]) -> Iterator[Step[..., Any]]:
    function = inspect.unwrap(workflow.function)
    yield from _steps_in(inspect.getclosurevars(function).nonlocals)
    yield from _steps_in(getattr(function, "__globals__", {}))


def _steps_in(names: Any) -> Iterator[Step[..., Any]]:
    """Steps among some names, and those in modules and plain containers among them one level deep."""
    values = list(names.values())
    yield from (value for value in values if isinstance(value, Step))
    for value in values:
        held = vars(value) if inspect.ismodule(value) else value
        inside = held.values() if isinstance(held, dict) else held if isinstance(held, (list, tuple)) else ()
        yield from (inner for inner in list(inside) if isinstance(inner, Step))
