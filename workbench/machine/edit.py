"""What we pretend: an answer other than the recorded one, or one that the log does not hold yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.machine.call import Call
from workbench.model import NOWHERE, Position, position_text

__all__ = ["Edit", "Raises", "Returns", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """Which calls an edit means; all given facts must fit.

    Attributes:
        name: Step, signal or child name; `""` for any.
        occurrence: 1-based count of calls of that name, in the order the code makes them; 0 for all.
        position: Where in the program; `()` for anywhere.
    """

    name: str = ""
    occurrence: int = 0
    position: Position = NOWHERE

    def fits(self, call: Call, occurrence: int) -> bool:
        """Whether the call is meant, being the `occurrence`-th of its name."""
        return (
            (not self.name or self.name == call.name)
            and (not self.occurrence or self.occurrence == occurrence)
            and (not self.position or self.position == call.position)
        )

    def __str__(self) -> str:
        """`charge_card`, `charge_card #2`, `charge_card at 3.1`."""
        words = [self.name or "any call"]
        if self.occurrence:
            words.append(f"#{self.occurrence}")
        if self.position:
            words.append(f"at {position_text(self.position)}")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Returns:
    """The call returns this value.

    Attributes:
        target: Which call.
        value: The result, as the step would return it.
        supplied: It answers a frontier rather than changing a recorded result.
    """

    target: Target
    value: Any
    supplied: bool = False

    def __str__(self) -> str:
        """In words."""
        return f"{self.target} returns {self.value!r:.80}"


@dataclass(frozen=True, slots=True)
class Raises:
    """The call raises this error.

    Attributes:
        target: Which call.
        error: The exception instance.
        supplied: It answers a frontier rather than changing a recorded result.
    """

    target: Target
    error: BaseException
    supplied: bool = False

    def __str__(self) -> str:
        """In words."""
        return f"{self.target} raises {self.error!r:.80}"


Edit = Returns | Raises
