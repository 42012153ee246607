"""What repeating a step does to the world: the one fact that every verdict rests on.

Source of the classes and their use: semantics of idempotence in RFC 9110 section 9.2, saga literature
(compensatable steps, pivots) and the engines' own words; the per-effect table in `workbench.analysis.verdict`
is built on them.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Kind"]


class Kind(StrEnum):
    """What repeating a step does."""

    PURE = "pure"
    """Computes; touches nothing."""
    READ = "read"
    """Looks at the world and changes nothing."""
    IDEMPOTENT = "idempotent"
    """Doing it twice is doing it once (`PUT` of a whole resource)."""
    KEYED = "keyed"
    """The other side recognises a repeated key, as long as the key lives."""
    COMPENSATABLE = "compensatable"
    """A declared undo amends it."""
    WRITE = "write"
    """Every execution acts anew. The default for what is not declared."""

    @property
    def acts(self) -> bool:
        """Whether the step changes the world at all."""
        return self not in _LOOKS

    @property
    def repeats(self) -> bool:
        """Whether running it again is harmless whatever happened before."""
        return self in _REPEATS

    @property
    def needs_durable_intent(self) -> bool:
        """Whether its intent must be on disk before it starts (a lost intent would look like "not started")."""
        return self not in _REPEATS


_LOOKS = frozenset({Kind.PURE, Kind.READ})
_REPEATS = frozenset({Kind.PURE, Kind.READ, Kind.IDEMPOTENT})
