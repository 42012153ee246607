"""Which hazards are looked for: those of the catalogue, and those that a user adds."""

from __future__ import annotations

from typing import Final

from workbench._errors import UsageError
from workbench.analysis.hazards.catalogue import ALSO_FLAGGED, HAZARDS
from workbench.analysis.hazards.hazard import Hazard

__all__ = ["register", "registered", "unregister"]

_OWN: Final = (*HAZARDS, *ALSO_FLAGGED)
_ADDED: Final[dict[str, Hazard]] = {}


def register(hazard: Hazard) -> Hazard:
    """Look for this one, too, from now on in this process.

    Args:
        hazard: A failure mode of your own, with a new id.

    Returns:
        The hazard.

    Raises:
        UsageError: There is a hazard of this id.
    """
    if any(known.id == hazard.id for known in registered()):
        raise UsageError(
            f"there is a hazard {hazard.id!r} already", hint="give it an id of its own; ids are never reused"
        )
    _ADDED[hazard.id] = hazard
    return hazard


def unregister(id: str) -> None:
    """Stop looking for a hazard that was registered.

    Args:
        id: Its id.

    Raises:
        UsageError: None of this id was registered; those of the catalogue stay.
    """
    if _ADDED.pop(id, None) is None:
        known = ", ".join(_ADDED) or "none"
        raise UsageError(f"no hazard {id!r} was registered", hint=f"registered were: {known}")


def registered() -> tuple[Hazard, ...]:
    """All hazards that are looked for: the catalogue in the order of its numbers, then the others."""
    return (*_OWN, *_ADDED.values())
