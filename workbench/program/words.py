"""What somebody says that a step returned: it must be something that the code can be given."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from workbench._errors import UndecodableError
from workbench.journal.codec import restore
from workbench.program.step import Step

__all__ = ["result_of_word"]


def result_of_word(result: Any, step: Step[..., Any]) -> Any:
    """What the code is given of a step that happened, as somebody says.

    Args:
        result: What it returned, as they say, with secrets opened; `None` where they do not.
        step: The code of the step; its return annotation decides the type.

    Raises:
        UndecodableError: They did not say what it returned, or something of another type.
    """
    if result is None and not _may_be_none(step.returns):
        expected = getattr(step.returns, "__qualname__", str(step.returns))
        raise UndecodableError(
            f"nobody says what step {step.name} returned, only that it happened: the code expects {expected}",
            where="$.result",
            hint=f"say it: run.resolve({step.name!r}, happened=True, result=…)",
        )
    return restore(result, step.returns, where="$.result")


def _may_be_none(annotation: Any) -> bool:
    """Whether `None` is a value of a type; of what is no plain type nobody can tell."""
    if get_origin(annotation) in {Union, UnionType}:
        return any(_may_be_none(one) for one in get_args(annotation))
    if get_origin(annotation) is Annotated:
        return _may_be_none(get_args(annotation)[0])
    plain = get_origin(annotation) or annotation
    return not isinstance(plain, type) or plain in {NoneType, object}
