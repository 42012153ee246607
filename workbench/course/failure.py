"""A failure that a learner designed: code that does harm when something goes wrong, and code that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.course.misfortune import Misfortune

__all__ = ["Failure"]


@dataclass(frozen=True)
class Failure:
    """What lesson 12 asks for.

    Attributes:
        failing: A workflow that does harm when its worker dies, or a service fails; and none otherwise.
        fixed: A workflow that does the same, and no harm.
        misfortune: What happens to both: in what world, who goes on how, and what must hold.
    """

    failing: Callable[..., Any]
    fixed: Callable[..., Any]
    misfortune: Misfortune
