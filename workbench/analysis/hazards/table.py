"""The catalogue as a page: a Markdown table for the documentation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workbench.analysis.hazards.hazard import Hazard, Sight

__all__ = ["table_of"]

_SIGHTS: Final = {Sight.LOG: "log", Sight.REPLAY: "dry replay and source", Sight.SOURCE: "source"}


def table_of(hazards: Iterable[Hazard]) -> str:
    """One row per hazard: number, title, id, severity, what is looked at, why it hurts, when it is no trouble.

    Args:
        hazards: For example `HAZARDS`.

    Returns:
        Markdown that ends in a newline.
    """
    lines = ["| # | hazard | id | severity | seen in | what happens | no trouble if |", "|---|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(map(_cell, _row(hazard))) + " |" for hazard in hazards]
    return "\n".join(lines) + "\n"


def _row(hazard: Hazard) -> tuple[str, ...]:
    return (
        str(hazard.number or ""), f"**{hazard.title}**", f"`{hazard.id}`", str(hazard.severity), _SIGHTS[hazard.sight],
        hazard.explanation, hazard.false_alarm_if,
    )  # fmt: skip


def _cell(text: str) -> str:
    """One line, in which nothing ends the cell."""
    return " ".join(text.split()).replace("|", "\\|")
