"""Answers of the rooms below that also draw themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Self, overload

from workbench.analysis import PREFERENCE, Verdict
from workbench.analysis.hazards import Findings
from workbench.analysis.provenance import Provenance
from workbench.model import visible
from workbench.views import Alike, Cell, hazards_figure, html_text, provenance_figure, verdicts_figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["DrawnFindings", "DrawnProvenance", "DrawnVerdict", "Verdicts"]

_NAMED = 3
"""Runs of a group that are named."""
_SHOWN = 10
_REASON = 120


class DrawnProvenance(Provenance):
    """Where the values of a run came from, with a picture of it."""

    def figure(self) -> go.Figure:
        """The calls from top to bottom, and what went from one to another; solid where a replay proves it."""
        return provenance_figure(f"Where the values of run {self.run_id} came from", self.frame)


class DrawnFindings(Findings):
    """What was found, with a picture of it."""

    def figure(self) -> go.Figure:
        """A bar per hazard, its parts by severity, the worst on top."""
        return hazards_figure(self.frame)


class DrawnVerdict(Verdict):
    """A verdict, with a picture of it."""

    __slots__ = ()

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """The same verdict."""
        return cls(**{field.name: getattr(verdict, field.name) for field in fields(Verdict)})

    def figure(self) -> go.Figure:
        """One row: a cell per action with sign and word, the reason on hover."""
        return verdicts_figure(f"What may be done with run {self.run_id}", [_alike([self])])


class Verdicts(Sequence[DrawnVerdict]):
    """The verdicts on many runs.

    Args:
        verdicts: One per run, in the order in which they were asked for.

    Example:
        >>> rec.verdicts().figure()
    """

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self._verdicts = [DrawnVerdict.of(verdict) for verdict in verdicts]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per run and action, `retry_from` by its best step.

        Columns: `run_id` (category), `status` (category), `action` (category, `resume retry_from compensate rerun`),
        `from_step` (str; `""` where that does not apply), `safety` (ordered category, `SAFE < CHECK < UNSAFE`),
        `because` (str, the reason that decides), `useful` (bool, whether it would change anything).
        """
        import pandas as pd

        from workbench.analysis.cells import category
        from workbench.analysis.verdict_frame import frame_of_options

        rows = [(one, row) for one in self._verdicts for action in PREFERENCE if (row := one.row(action)) is not None]
        options = frame_of_options([row for _, row in rows])
        about = {
            "run_id": category([one.run_id for one, _ in rows]),
            "status": category([str(one.status) for one, _ in rows]),
        }
        names = ["action", "from_step", "safety", "because", "useful"]
        return pd.concat([pd.DataFrame(about), options[names]], axis=1)

    @property
    def groups(self) -> list[Alike]:
        """Runs that stand alike and are judged alike for the same reasons, the largest group first."""
        alike: dict[object, list[DrawnVerdict]] = {}
        for verdict in self._verdicts:
            alike.setdefault((verdict.status, tuple(_cells(verdict).items())), []).append(verdict)
        return sorted(map(_alike, alike.values()), key=lambda group: -group.size)

    def figure(self) -> go.Figure:
        """Runs that are judged alike for the same reasons in rows, actions in columns; the reason on hover."""
        groups = self.groups
        how = (
            ""
            if len(groups) == len(self)
            else f": judged alike in {len(groups):,} group{'' if len(groups) == 1 else 's'}"
        )
        return verdicts_figure(f"What may be done with {self._count()}{how}", groups)

    @overload
    def __getitem__(self, index: int) -> DrawnVerdict: ...
    @overload
    def __getitem__(self, index: slice) -> Verdicts: ...
    def __getitem__(self, index: int | slice) -> DrawnVerdict | Verdicts:
        """One verdict, or some."""
        return Verdicts(self._verdicts[index]) if isinstance(index, slice) else self._verdicts[index]

    def __len__(self) -> int:
        """Number of runs."""
        return len(self._verdicts)

    def __iter__(self) -> Iterator[DrawnVerdict]:
        """The verdicts, run by run."""
        return iter(self._verdicts)

    def text(self) -> str:
        """The largest groups, with the word of each action."""
        groups = self.groups
        lines = [f"Verdicts on {self._count()}"]
        lines += [f"  {_line(group)}" for group in groups[:_SHOWN]]
        lines += [f"  and {len(groups) - _SHOWN:,} more groups"] if len(groups) > _SHOWN else []
        return "\n".join(lines)

    def __repr__(self) -> str:
        """The text and what can be done next."""
        return f"{self.text()}\n  next: .frame .figure() [number]"

    def _repr_html_(self) -> str:
        return f"<pre>{html_text(repr(self))}</pre>"

    def _count(self) -> str:
        return f"{len(self):,} run{'' if len(self) == 1 else 's'}"


def _cells(verdict: Verdict) -> dict[str, Cell]:
    rows = {str(action): verdict.row(action) for action in PREFERENCE}
    return {
        action: Cell(str(row.safety), row.because, row.from_step, row.useful)
        for action, row in rows.items()
        if row is not None
    }


def _alike(verdicts: Sequence[Verdict]) -> Alike:
    some = [verdict.run_id for verdict in verdicts[:_NAMED]]
    return Alike(str(verdicts[0].status), _cells(verdicts[0]), some, len(verdicts))


def _line(group: Alike) -> str:
    who = group.run_ids[0] if group.size == 1 else f"{group.size:,} runs such as {group.run_ids[0]}"
    words = ", ".join(f"{action} {cell.safety}" for action, cell in group.cells.items())
    return f"{visible(who, limit=_REASON, lines=False)}: {group.status}; {words}"
