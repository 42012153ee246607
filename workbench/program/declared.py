"""What a declaration of a step must not contradict."""

from __future__ import annotations

from workbench._errors import UsageError
from workbench.model import Kind

__all__ = ["check_declared"]


def check_declared(name: str, kind: Kind | None, **functions: object) -> None:
    """Refuse a declaration that contradicts itself.

    Args:
        name: Name of the function.
        kind: Declared kind; `None` for none.
        functions: `undo`, `undo_probe`, `key`, `probe`, as they were given.

    Raises:
        UsageError: It does.
    """
    if kind is Kind.COMPENSATABLE and functions["undo"] is None:
        message = f"step {name} is compensatable and has no undo"
        raise UsageError(message, hint="give undo=…, or declare kind='write'")
    if kind is Kind.KEYED and functions["key"] is None:
        message = f"step {name} is keyed and has no key"
        raise UsageError(message, hint="give key=lambda …: 'charge/' + order, made of business identifiers")
    if functions["undo_probe"] is not None and functions["undo"] is None:
        message = f"step {name} has an undo_probe and no undo"
        raise UsageError(message, hint="undo_probe asks whether the undo was made: give undo=…")
    for role, function in functions.items():
        if function is not None and not callable(function):
            message = f"{role} of step {name} is {function!r:.80}, and no function"
            raise UsageError(message, hint=f"give the function itself: {role}=…, not its name")
