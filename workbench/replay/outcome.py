"""How a trace ends: four answers, and one for a trace that was cut short, each a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from workbench.machine import Call, Divergence, Verb
from workbench.model import Position, position_text, visible
from workbench.replay.example import NO_EXAMPLE
from workbench.replay.safe_repr import error_words, safe_repr

__all__ = ["AS_RECORDED", "Completed", "Cut", "Diverged", "Failed", "Needs", "Outcome", "call_text", "invocation_text"]


AS_RECORDED: Final = object()
"""It returned what the recorded run returned, or the log does not say what that was."""


class _InWords:
    def __repr__(self) -> str:
        return visible(str(self))


@dataclass(frozen=True, repr=False)
class Completed(_InWords):
    """The workflow returned.

    Attributes:
        value: What it returned.
        instead_of: What the recorded run returned, as plain values, where that is something else.
    """

    value: Any
    instead_of: Any = field(default=AS_RECORDED, compare=False)

    @property
    def word(self) -> str:
        """One word for frames and headings."""
        return "completed"

    def __str__(self) -> str:
        """In words."""
        words = f"completed with {safe_repr(self.value)}"
        if self.instead_of is not AS_RECORDED:
            words += f"; the recorded run returned {safe_repr(self.instead_of)}"
        return words


@dataclass(frozen=True, repr=False)
class Failed(_InWords):
    """The workflow raised.

    Attributes:
        error: What it raised.
    """

    error: BaseException

    @property
    def word(self) -> str:
        """One word for frames and headings."""
        return "failed"

    def __str__(self) -> str:
        """In words."""
        return f"failed with {error_words(self.error)}"


@dataclass(frozen=True, repr=False)
class Needs(_InWords):
    """The frontier: the code asks for something that neither log nor edits hold.

    Attributes:
        position: Where it asks.
        name: Step, signal or child name.
        verb: What it asks for.
        call: The first call without an answer; `None` when a secret is missing.
        others: Further calls without an answer, made side by side.
        expects: The type that the answer should have, as text; `""` for unknown.
        suggestions: Answers that the recording gives elsewhere for this step, best first.
        example: A value of the expected type, made up; `NO_EXAMPLE` where the type does not say enough.
        why: One sentence.
    """

    position: Position
    name: str
    verb: str
    call: Call | None
    others: tuple[Call, ...] = ()
    expects: str = ""
    suggestions: tuple[Any, ...] = field(default=(), compare=False)
    example: Any = field(default=NO_EXAMPLE, compare=False)
    why: str = ""

    @property
    def word(self) -> str:
        """One word for frames and headings."""
        return "needs"

    def __str__(self) -> str:
        """In words, with what can be done next."""
        lines = [f"needs an answer at {position_text(self.position) or 'the start'}: {self.why}"]
        lines += [f"  also waiting: {call_text(call)}" for call in self.others]
        if self.expects:
            lines.append(f"  expects {self.expects}")
        lines += [f"  the recording suggests {safe_repr(value)}" for value in self.suggestions]
        if not self.suggestions and self.example is not NO_EXAMPLE:
            lines.append(f"  a value of that type: {safe_repr(self.example)}")
        lines.append("  → branch.answer(value) or branch.answer(raises=error)")
        return "\n".join(lines)


@dataclass(frozen=True, repr=False)
class Diverged(_InWords):
    """The code asks for something else than the log holds.

    Attributes:
        divergence: The first difference.
    """

    divergence: Divergence

    @property
    def word(self) -> str:
        """One word for frames and headings."""
        return "diverged"

    def __str__(self) -> str:
        """In words."""
        return str(self.divergence)


@dataclass(frozen=True, repr=False)
class Cut(_InWords):
    """The replay was ended from outside, before the code ended: what came before is as it always is.

    Attributes:
        why: One sentence.
    """

    why: str

    @property
    def word(self) -> str:
        """One word for frames and headings."""
        return "cut"

    def __str__(self) -> str:
        """In words."""
        return f"cut: {self.why}"


Outcome = Completed | Failed | Needs | Diverged | Cut


def call_text(call: Call) -> str:
    """A call as one would write it: `charge_card(order='42', amount=Decimal('118.00'))`."""
    arguments = call.arguments or {}
    if call.verb in {Verb.CALL_STEP, Verb.START_CHILD}:
        return invocation_text(call.name, arguments["args"], arguments["kwargs"])
    if call.verb is Verb.AWAIT_SIGNAL:
        return f"signal({call.name!r})"
    return f"{call.verb}({', '.join(f'{name}={value}' for name, value in arguments.items())})"


def invocation_text(name: str, args: Iterable[Any], kwargs: Mapping[str, Any] = MappingProxyType({})) -> str:
    """A call by its name and arguments, as one would write it."""
    words = [safe_repr(value) for value in args]
    words += [f"{key}={safe_repr(value)}" for key, value in kwargs.items()]
    return f"{visible(name, lines=False)}({', '.join(words)})"
