"""What `wb.diff` and `rec.compare` give: two runs aligned, as a frame, as text, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from workbench.analysis.cells import html_table
from workbench.model import visible
from workbench.replay import Stop, safe_repr
from workbench.views import Pair, comparison_figure, duration_text, html_text

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

__all__ = ["Comparison", "Said"]

_SHOWN = 12
_NOTICEABLE_SECONDS = 0.001
_COLUMNS = ("what", "position", "name", "left", "right", "seconds_more")


class Said(int):
    """Number of an event that both sides have from the log; its words are read when somebody looks."""

    steps: Sequence[Stop]
    index: int

    @classmethod
    def at(cls, seq: int, steps: Sequence[Stop], index: int) -> Self:
        """What a stop says of an event."""
        said = cls(seq)
        said.steps, said.index = steps, index
        return said

    def __repr__(self) -> str:
        return self.steps[self.index].note

    __str__ = __repr__


class Comparison:
    """Two runs, branches or traces, aligned call by call.

    Args:
        frame: The aligned rows, see `workbench.analysis.align`.
        titles: What is compared, for people.

    Attributes:
        frame: One row per call of either side: `what` (`same arguments outcome inserted deleted`), `position`, `name`,
            `left`, `right`, `left_seconds`, `right_seconds`, `seconds_more`, `first`.
        titles: What is compared.
    """

    def __init__(self, frame: pd.DataFrame, titles: tuple[str, str]) -> None:
        self.frame = frame
        self.titles = titles

    @property
    def differences(self) -> pd.DataFrame:
        """The rows that are not the same."""
        return self.frame[self.frame["what"] != "same"]

    @property
    def slower(self) -> pd.DataFrame:
        """Rows of calls that took a noticeably different time, those with the largest difference first."""
        moved = self.frame[self.frame["seconds_more"].abs() > _NOTICEABLE_SECONDS]
        return moved.sort_values("seconds_more", key=abs, ascending=False)

    @property
    def same(self) -> bool:
        """Whether both sides made the same calls with the same answers, however long they took."""
        return self.differences.empty

    @property
    def same_prefix(self) -> int:
        """How many calls are the same before the first difference."""
        return len(self.frame) if self.same else int(self.frame["first"].to_numpy().argmax())

    def figure(self) -> go.Figure:
        """A lane per side, calls in order, the first difference marked."""
        frame = self.frame
        pairs = [
            Pair(str(what), f"{name} ({position})", _said(left), _said(right), (left_seconds, right_seconds))
            for what, name, position, left, right, left_seconds, right_seconds in zip(
                *(
                    frame[name]
                    for name in ("what", "name", "position", "left", "right", "left_seconds", "right_seconds")
                ),
                strict=True,
            )
        ]
        return comparison_figure(self.titles, pairs)

    def __len__(self) -> int:
        """Number of aligned rows."""
        return len(self.frame)

    def text(self) -> str:
        """Where the two part, in words, and the calls that differ."""
        left, right = self.titles
        lines = [f"{left} and {right}: {self._summary()}"]
        if not self.same:
            shown = self.differences[list(_COLUMNS)].head(_SHOWN)
            lines += _as_text(shown).to_string(index=False, max_colwidth=40).splitlines()
            hidden = len(self.differences) - len(shown)
            lines += [f"… and {hidden} more, see .differences"] if hidden > 0 else []
        return "\n".join([*lines, *self._timing()])

    def _summary(self) -> str:
        if self.same:
            return f"the same {len(self)} call{'' if len(self) == 1 else 's'} with the same answers"
        first = self.frame.iloc[self.same_prefix]
        counts = self.differences["what"].value_counts()
        words = ", ".join(f"{counts[what]} {word}" for what, word in _WORDS.items() if counts[what])
        where = f"{first['name']} ({first['position']})"
        return f"the same up to {where}, {self.same_prefix} calls; then {words}"

    def _timing(self) -> list[str]:
        slower = self.slower
        if slower.empty:
            return []
        row = slower.iloc[0]
        more = float(row["seconds_more"])
        word = "longer" if more > 0 else "shorter"
        name = f"{row['name']} ({row['position']})"
        return [f"{len(slower)} took another time; {name} {duration_text(abs(more))} {word} on the right"]

    def __str__(self) -> str:
        """The text."""
        return self.text()

    def __repr__(self) -> str:
        """The text and what can be done next."""
        return f"{visible(self.text())}\n  next: .frame .differences .slower .figure()"

    def _repr_html_(self) -> str:
        left, right = self.titles
        head = html_text(f"{left} and {right}: {self._summary()}")
        below = "".join(f"<p>{html_text(line)}</p>" for line in self._timing())
        table = "" if self.same else html_table(_as_text(self.differences[list(_COLUMNS)]), rows=30)
        return f"<p>{head}</p>{table}{below}"


_WORDS = {
    "arguments": "called with other arguments",
    "outcome": "with another outcome",
    "inserted": "only on the right",
    "deleted": "only on the left",
}


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(left=frame["left"].map(_said), right=frame["right"].map(_said))


def _said(value: object) -> str:
    """What a side says: words of a trace as they are, values of a log as their repr."""
    if value is None:
        return ""
    return str(value) if isinstance(value, (str, Said)) else safe_repr(value)
