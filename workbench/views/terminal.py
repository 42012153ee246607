"""The timeline in a plain terminal: the same lanes, glyphs and breaks as the figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workbench.analysis import Span
from workbench.model import visible
from workbench.views.duration import duration_text
from workbench.views.palette import LOOKS
from workbench.views.timeline import Recovery

__all__ = ["terminal_timeline"]

_NAME_WIDTH = 24
_NARROWEST = 20


def terminal_timeline(spans: Sequence[Span], recoveries: Sequence[Recovery] = (), *, width: int = 100) -> str:
    """Draw a run as text.

    Args:
        spans: What to draw.
        recoveries: Where the run went on in a new process.
        width: Columns of the terminal.

    Returns:
        A line per lane, an axis, and a legend of what occurs.
    """
    if not spans:
        return "nothing to draw: the run has no steps yet"
    scale = _Scale(spans, recoveries, max(_NARROWEST, width - _NAME_WIDTH - 2))
    lanes: dict[str, list[Span]] = {}
    for span in spans:
        lanes.setdefault(span.name, []).append(span)
    lines = [_lane(name, lane, recoveries, scale) for name, lane in lanes.items()]
    states = dict.fromkeys(span.state for span in spans)
    legend = "  ".join(f"{LOOKS[state].glyph} {LOOKS[state].label}" for state in states)
    if recoveries:
        legend += "  ╎ recovered"
    return "\n".join([*lines, scale.axis(), " " * (_NAME_WIDTH + 1) + legend])


class _Scale:
    def __init__(self, spans: Sequence[Span], recoveries: Sequence[Recovery], columns: int) -> None:
        times = [span.started for span in spans] + [span.ended for span in spans]
        times += [recovery.time for recovery in recoveries]
        self.first, self.last = min(times), max(times)
        self.columns = columns
        self._seconds = max((self.last - self.first).total_seconds(), 1e-6)

    def column(self, time: datetime) -> int:
        share = (time - self.first).total_seconds() / self._seconds
        return min(self.columns - 1, int(share * (self.columns - 1) + 0.5))

    def axis(self) -> str:
        left, right = f"{self.first:%H:%M:%S} UTC", f"+{duration_text(self._seconds)}"
        return " " * (_NAME_WIDTH + 1) + left + " " * max(1, self.columns - len(left) - len(right)) + right


def _lane(name: str, spans: Sequence[Span], recoveries: Sequence[Recovery], scale: _Scale) -> str:
    cells = [" "] * scale.columns
    for recovery in recoveries:
        cells[scale.column(recovery.time)] = "╎"
    for span in spans:
        first, last = scale.column(span.started), scale.column(span.ended)
        for column in range(first, last + 1):
            cells[column] = LOOKS[span.state].glyph
    return f"{visible(name, limit=_NAME_WIDTH):>{_NAME_WIDTH}} {''.join(cells)}".rstrip()
