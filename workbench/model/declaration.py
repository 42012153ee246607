"""What is said once about a name: how the step behaves, where its code stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.model.kind import Kind

__all__ = ["UNNAMED", "Declaration"]


@dataclass(frozen=True, slots=True)
class Declaration:
    """The recorded declaration of a step (or just the name of a timer, signal, child or workflow).

    Attributes:
        name: Name shown to people and matched in replay.
        kind: What repeating it does.
        kind_assumed: True when nobody declared the kind; every view then says "assumed".
        undo: Name of the compensation; `""` for none.
        probe: Name of the read-only question that settles a doubt; `""` for none.
        undo_probe: Name of the read-only question that settles a doubt about the undo; `""` for none.
        pivot: Point of no return: once committed, the run can only go forward.
        undo_null_safe: The undo is harmless when the step never happened, and when it already ran.
        key_lifetime_seconds: How long the other side remembers a key; `None` for unknown.
        timeout_seconds: Longest wait for an answer; `None` for no limit.
        resource: What the step reads or changes, for stale-check detection; `""` for unsaid.
        module: Module of the step's function; `""` where the engine does not say.
        line: First line of the function; `0` for unknown.
    """

    name: str
    kind: Kind = Kind.WRITE
    kind_assumed: bool = True
    undo: str = ""
    probe: str = ""
    pivot: bool = False
    undo_null_safe: bool = False
    key_lifetime_seconds: float | None = None
    timeout_seconds: float | None = None
    resource: str = ""
    module: str = ""
    line: int = 0
    undo_probe: str = ""

    def plain(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as they stand in a log."""
        return {
            name: str(value) if isinstance(value, Kind) else value
            for name, default in _DEFAULTS.items()
            if (value := getattr(self, name)) != default
        }

    @classmethod
    def from_plain(cls, fields: dict[str, Any]) -> Declaration:
        """Read what `plain` wrote; unknown fields (of a newer writer) are ignored.

        Raises:
            ValueError: When the kind is none of the known ones.
        """
        known = {name: fields[name] for name in _DEFAULTS if name in fields}
        if "kind" in known:
            known["kind"] = Kind(known["kind"])
        return cls(**known)


UNNAMED = Declaration(name="")
"""The declaration of events that have no name."""

_DEFAULTS: dict[str, Any] = {
    name: getattr(UNNAMED, name) if name != "name" else None for name in Declaration.__dataclass_fields__
}
