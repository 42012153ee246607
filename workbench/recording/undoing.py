"""What became of compensating a run, as a person holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model import position_text, visible
from workbench.recorder import Undone

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Undoing"]


@dataclass(frozen=True)
class Undoing:
    """The undos of one run, in the order in which they were made.

    Attributes:
        run_id: The run.
        done: What became of each.
        wanted: How many there were to make.
    """

    run_id: str
    done: tuple[Undone, ...]
    wanted: int

    @property
    def failed(self) -> Undone | None:
        """The undo that failed and ended this; `None` when all went well."""
        return next((undone for undone in self.done if undone.error is not None), None)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per undo: `position step undo` (str), `undone` (bool), `attempts` (int64), `error` (str)."""
        import pandas as pd

        columns = {
            "position": [position_text(one.position) for one in self.done],
            "step": [one.step for one in self.done],
            "undo": [one.undo for one in self.done],
            "undone": [one.error is None for one in self.done],
            "attempts": [one.attempts for one in self.done],
            "error": ["" if one.error is None else f"{type(one.error).__name__}: {one.error}" for one in self.done],
        }
        kinds = {"position": "str", "step": "str", "undo": "str", "undone": "bool", "attempts": "int64", "error": "str"}
        return pd.DataFrame(columns).astype(kinds)

    def text(self) -> str:
        """A short report."""
        failed = self.failed
        count = sum(one.error is None for one in self.done)
        lines = [f"Run {self.run_id}: {count} of {self.wanted} undone."]
        lines += [f"  {_sentence(one)}" for one in self.done]
        if failed is not None:
            rest = self.wanted - len(self.done)
            lines.append(f"  {rest} not tried: earlier steps may lean on it. run.refresh().verdict() says what next.")
        return visible("\n".join(lines))

    def __repr__(self) -> str:
        """The report."""
        return self.text()

    def _repr_html_(self) -> str:
        from workbench.analysis.cells import html_of_sentences
        from workbench.views import html_text

        head, *rest = self.text().splitlines()
        return f"<p><b>{html_text(head)}</b></p>{html_of_sentences(self.frame)}<pre>{html_text(rest[-1])}</pre>"


def _sentence(one: Undone) -> str:
    times = "" if one.attempts == 1 else f" after {one.attempts} attempts"
    if one.error is not None:
        return f"{one.step} ({position_text(one.position)}): {one.undo} failed{times}: {one.error}"
    return f"{one.step} ({position_text(one.position)}): undone by {one.undo}{times}"
