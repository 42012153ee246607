"""What we pretend: another answer than the recorded one, another time, another arrival, another beginning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from workbench.machine.call import Call
from workbench.model import NOWHERE, Position, instant, position_text

__all__ = [
    "LONGEST_SECONDS",
    "CallEdit",
    "Crashes",
    "Delays",
    "Drops",
    "Edit",
    "Input",
    "Raises",
    "Returns",
    "ShiftsClock",
    "Signals",
    "Target",
]


LONGEST_SECONDS: Final = 100 * 366 * 86_400.0
"""How late an answer can be, or how far off a clock: so that every moment of a branch has a date."""


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
        words = [self.name or ("the call" if self.position else "any call")]
        if self.occurrence:
            words.append(f"#{self.occurrence}")
        if self.position:
            words.append(f"at {position_text(self.position)}")
        return " ".join(words)


# --- about one call -----------------------------------------------------------------------------------------


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
        error: The exception, or a recorded one.
        supplied: It answers a frontier rather than changing a recorded result.
    """

    target: Target
    error: Any
    supplied: bool = False

    def __str__(self) -> str:
        """In words."""
        return f"{self.target} raises {self.error!r:.80}"


@dataclass(frozen=True, slots=True)
class Delays:
    """The answer comes later; whatever the code does meanwhile comes first.

    Attributes:
        target: Which call.
        seconds: How much later than recorded.
    """

    target: Target
    seconds: float

    def __str__(self) -> str:
        """In words."""
        return f"{self.target} takes {self.seconds:g} s longer"


@dataclass(frozen=True, slots=True)
class Drops:
    """The answer never comes: a lost message. Timeouts then decide.

    Attributes:
        target: Which call.
    """

    target: Target

    def __str__(self) -> str:
        """In words."""
        return f"{self.target} is never answered"


CallEdit = Returns | Raises | Delays | Drops
"""An edit that means calls."""


# --- about the world ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signals:
    """A signal arrives that the log does not hold.

    Attributes:
        name: Its name.
        value: Its value.
        at_ns: When, nanoseconds since the Unix epoch; 0 for before the run began.
    """

    name: str
    value: Any = None
    at_ns: int = 0

    def __str__(self) -> str:
        """In words."""
        when = f" at {instant(self.at_ns):%H:%M:%S}" if self.at_ns else ""
        return f"signal {self.name} arrives{when} with {self.value!r:.80}"


@dataclass(frozen=True, slots=True)
class ShiftsClock:
    """The clock that the code reads is wrong by so much.

    Attributes:
        seconds: What is added to every reading; negative for a clock that is behind.
        at_ns: From when on, nanoseconds since the Unix epoch; 0 for the beginning.
    """

    seconds: float
    at_ns: int = 0

    def __str__(self) -> str:
        """In words."""
        since = f" from {instant(self.at_ns):%H:%M:%S}" if self.at_ns else ""
        return f"the clock is off by {self.seconds:+g} s{since}"


@dataclass(frozen=True, slots=True)
class Crashes:
    """The process dies: what the log holds after this event did not happen.

    Attributes:
        seq: Number of the last event that is in the log.
    """

    seq: int

    def __str__(self) -> str:
        """In words."""
        return f"the process dies after event {self.seq}"


@dataclass(frozen=True, slots=True)
class Input:
    """The run begins with other arguments.

    Attributes:
        args: Positional arguments.
        kwargs: Keyword arguments.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """In words."""
        words = [f"{value!r:.40}" for value in self.args] + [
            f"{key}={value!r:.40}" for key, value in self.kwargs.items()
        ]
        return f"the input is ({', '.join(words)})"


Edit = CallEdit | Signals | ShiftsClock | Crashes | Input
