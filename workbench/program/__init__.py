"""What workflow code is written with: steps, workflows and the calls a workflow makes.

Every call goes to the driver of the scope in which the code runs; this room does not know which driver that is.
What only drivers need (codec, event loop) loads when it is first asked for, so that `import workbench` stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench.machine import Retry
from workbench.model import Kind
from workbench.program.calls import child, gather, now, patched, random, signal, sleep, uuid4
from workbench.program.halt import WorkflowHalted
from workbench.program.scope import CURRENT_KEY, CURRENT_SCOPE, Driver, Scope
from workbench.program.step import Deferred, Invocation, Step, current_key, step
from workbench.program.where import NOT_KNOWN, Place, place_of_caller
from workbench.program.workflow import Workflow, as_workflow, workflow

if TYPE_CHECKING:
    from workbench.program.answers import (
        Given,
        annotation_of,
        probe_call,
        recorded_answer,
        recorded_arguments,
        recorded_result,
        restored_error,
        step_call,
    )
    from workbench.program.arguments import Arguments, argument_differences, plain_arguments
    from workbench.program.loop import WorkflowLoop, outside_loops, run_async
    from workbench.program.words import result_of_word

_LATER = {
    **dict.fromkeys(
        (
            "Given",
            "annotation_of",
            "probe_call",
            "recorded_answer",
            "recorded_arguments",
            "recorded_result",
            "restored_error",
            "step_call",
        ),
        "answers",
    ),
    **dict.fromkeys(("Arguments", "argument_differences", "plain_arguments"), "arguments"),
    **dict.fromkeys(("WorkflowLoop", "outside_loops", "run_async"), "loop"),
    "result_of_word": "words",
}

__all__ = [
    "CURRENT_KEY",
    "CURRENT_SCOPE",
    "NOT_KNOWN",
    "Arguments",
    "Deferred",
    "Driver",
    "Given",
    "Invocation",
    "Kind",
    "Place",
    "Retry",
    "Scope",
    "Step",
    "Workflow",
    "WorkflowHalted",
    "WorkflowLoop",
    "annotation_of",
    "argument_differences",
    "as_workflow",
    "child",
    "current_key",
    "gather",
    "now",
    "outside_loops",
    "patched",
    "place_of_caller",
    "plain_arguments",
    "probe_call",
    "random",
    "recorded_answer",
    "recorded_arguments",
    "recorded_result",
    "restored_error",
    "result_of_word",
    "run_async",
    "signal",
    "sleep",
    "step",
    "step_call",
    "uuid4",
    "workflow",
]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"workbench.program.{_LATER[name]}"), name)
    raise AttributeError(f"module 'workbench.program' has no attribute {name!r}")
