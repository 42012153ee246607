"""The debugger for durable execution, in a notebook.

Record a workflow, load it, step it both ways, change it, decide. `import workbench as wb` loads the standard
library and msgpack only; whatever draws, tabulates or reads other engines loads when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench import _errors as errors
from workbench._errors import WorkbenchError
from workbench.model import Kind
from workbench.program import (
    Retry,
    child,
    current_key,
    gather,
    now,
    patched,
    random,
    signal,
    sleep,
    step,
    uuid4,
    workflow,
)

if TYPE_CHECKING:
    from workbench.analysis import lint
    from workbench.debugger.widget import Debugger
    from workbench.recorder import Recorder
    from workbench.recording import Branch, Recording, Run, compare_designs, diff, open, sweep_crashes

__version__ = "0.1.0"

__all__ = [
    "Branch",
    "Debugger",
    "Kind",
    "Recorder",
    "Recording",
    "Retry",
    "Run",
    "WorkbenchError",
    "child",
    "compare_designs",
    "current_key",
    "diff",
    "errors",
    "gather",
    "lint",
    "now",
    "open",
    "patched",
    "random",
    "signal",
    "sleep",
    "step",
    "sweep_crashes",
    "uuid4",
    "workflow",
]

_LAZY = {
    "Debugger": "workbench.debugger.widget",
    "Recorder": "workbench.recorder",
    "lint": "workbench.analysis",
    **dict.fromkeys(
        ("Branch", "Recording", "Run", "compare_designs", "diff", "open", "sweep_crashes"), "workbench.recording"
    ),
}
"""Names whose room is imported at first use: `recording` loads pandas, which a production worker never pays for,
and a module that only declares steps needs no recorder."""


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if name in {"analysis", "simulate"}:
        return import_module(f"workbench.{name}")  # what notebooks reach for now and then
    raise AttributeError(f"module 'workbench' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext workbench`: the magics `%workbench`, `%%record` and `%%what_if`."""
    import_module("workbench.debugger.magics").load(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
