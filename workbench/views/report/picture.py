"""The timeline as a picture of its own: an SVG that needs no script, for reports and for print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.analysis import Span
from workbench.views.duration import duration_text
from workbench.views.markup import html_text
from workbench.views.palette import LOOKS, Look
from workbench.views.report.elements import Html
from workbench.views.report.scale import Break, Scale
from workbench.views.timeline import Recovery

__all__ = ["timeline_svg"]

_WIDTH, _NAMES, _RIGHT = 1000, 190, 26
_TOP, _LANE, _BAR, _AXIS = 26, 26, 14, 44
_NAME_CHARS = 26
_MOST_LANES, _MOST_SPANS = 60, 2000
_LEAST_PIXELS = 3.0
_LEGEND_STEP = 18
_UNMARKED = frozenset({"committed", "waiting"})
_STROKES = {
    "/": "M0 6L6 0", "\\": "M0 0L6 6", "x": "M0 0L6 6M0 6L6 0", "+": "M3 0V6M0 3H6", "|": "M3 0V6", ".": "M2 3H4",
}  # fmt: skip
"""How each pattern of the palette is hatched, in a square of six pixels."""


def timeline_svg(spans: Sequence[Span], recoveries: Sequence[Recovery] = ()) -> Html:
    """Draw a run: a lane per name, a bar per attempt, breaks where long silences were cut.

    Args:
        spans: What to draw, see `workbench.analysis.spans_of`.
        recoveries: Where the run went on in a new process.

    Returns:
        An `<svg>` element; nothing without spans. States are told by colour, by hatching and by sign.
    """
    if not spans:
        return Html()
    drawn = spans[:_MOST_SPANS]
    lanes = list(dict.fromkeys(span.name for span in drawn))[:_MOST_LANES]
    return Html("\n".join(_Picture(drawn, recoveries, lanes).parts(len(spans) - len(drawn))))


class _Picture:
    def __init__(self, spans: Sequence[Span], recoveries: Sequence[Recovery], lanes: Sequence[str]) -> None:
        self._spans = [span for span in spans if span.name in set(lanes)]
        self._recoveries = recoveries
        self._lanes = {name: number for number, name in enumerate(lanes)}
        self._scale = Scale(spans, recoveries)
        self._bottom = _TOP + _LANE * len(lanes)
        self._states = [state for state in LOOKS if any(span.state == state for span in spans)]

    def parts(self, left_out: int) -> Iterator[str]:
        height = self._bottom + _AXIS + 2 * _LEGEND_STEP
        yield f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="timeline" class="timeline">'
        yield "<defs>" + "".join(_hatching(state, LOOKS[state]) for state in self._states) + "</defs>"
        yield from (_lane(number, name) for name, number in self._lanes.items())
        yield from map(self._break, self._scale.breaks)
        yield from map(self._recovery, self._recoveries)
        yield from map(self._bar, self._spans)
        yield self._axis()
        yield self._legend(left_out)
        yield "</svg>"

    def _x(self, share: float) -> float:
        return _NAMES + share * (_WIDTH - _NAMES - _RIGHT)

    def _bar(self, span: Span) -> str:
        look, top = LOOKS[span.state], _TOP + _LANE * self._lanes[span.name] + (_LANE - _BAR) / 2
        left = self._x(self._scale.place(span.started))
        right = max(self._x(self._scale.place(span.ended)), left + _LEAST_PIXELS)
        edge = ' stroke-dasharray="3 2"' if span.open else ""
        mark = "" if span.state in _UNMARKED and not span.open else ("?" if span.open else look.glyph)
        sign = (
            f'<text x="{right + 3:.1f}" y="{top + _BAR - 3:.1f}" class="sign">{html_text(mark)}</text>' if mark else ""
        )
        return (
            f'<g><title>{html_text(_told(span))}</title><rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{_BAR}" rx="2" fill="url(#{_pattern_id(span.state)})" stroke="{look.colour}"{edge}/>{sign}</g>'
        )

    def _break(self, cut: Break) -> str:
        left, right = self._x(cut.left), self._x(cut.right)
        return (
            f'<rect x="{left:.1f}" y="{_TOP - 4}" width="{right - left:.1f}" height="{self._bottom - _TOP + 8}" '
            f'class="break"/><text x="{(left + right) / 2:.1f}" y="{_TOP - 9}" class="middle">'
            f"{html_text(duration_text(cut.seconds))}</text>"
        )

    def _recovery(self, recovery: Recovery) -> str:
        at = self._x(self._scale.place(recovery.time))
        silent = duration_text((recovery.time - recovery.went_silent).total_seconds())
        return (
            f'<g><title>recovered after {html_text(silent)}</title><line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP - 6}" '
            f'y2="{self._bottom + 4}" class="recovery"/></g>'
        )

    def _axis(self) -> str:
        y, right = self._bottom + 18, self._x(1.0)
        first, last = self._scale.first, self._scale.last
        whole = duration_text((last - first).total_seconds())
        return (
            f'<line x1="{_NAMES}" x2="{right:.1f}" y1="{y - 12}" y2="{y - 12}" class="axis"/>'
            f'<text x="{_NAMES}" y="{y + 2}">{first:%Y-%m-%d %H:%M:%S} UTC</text>'
            f'<text x="{right:.1f}" y="{y + 2}" class="end">+{html_text(whole)}</text>'
        )

    def _legend(self, left_out: int) -> str:
        at, y, parts = float(_NAMES), self._bottom + _AXIS, []
        for state in self._states:
            look = LOOKS[state]
            parts.append(
                f'<rect x="{at:.0f}" y="{y - 9}" width="12" height="10" fill="url(#{_pattern_id(state)})" '
                f'stroke="{look.colour}"/><text x="{at + 16:.0f}" y="{y}">{html_text(look.label)}</text>'
            )
            at += 34 + 6.6 * len(look.label)
        rest = [f"recovered at the dashed lines: {len(self._recoveries)}"] if self._recoveries else []
        rest += [f"{left_out} more are not drawn"] if left_out else []
        parts += [f'<text x="{_NAMES}" y="{y + _LEGEND_STEP}">{html_text(", ".join(rest))}</text>'] if rest else []
        return "".join(parts)


def _lane(number: int, name: str) -> str:
    y = _TOP + _LANE * number
    band = f'<rect x="0" y="{y}" width="{_WIDTH}" height="{_LANE}" class="band"/>' if number % 2 else ""
    shown = html_text(name, limit=_NAME_CHARS)
    return f'{band}<text x="{_NAMES - 10}" y="{y + 17}" class="end">{shown}<title>{html_text(name)}</title></text>'


def _hatching(state: str, look: Look) -> str:
    strokes = f'<path d="{_STROKES[look.pattern]}" stroke="#fff" stroke-width="1.4"/>' if look.pattern else ""
    return (
        f'<pattern id="{_pattern_id(state)}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{look.colour}"/>{strokes}</pattern>'
    )


def _pattern_id(state: str) -> str:
    return f"look-{state.replace('_', '-')}"


def _told(span: Span) -> str:
    seconds = (span.ended - span.started).total_seconds()
    attempt = f", attempt {span.attempt}" if span.attempt > 1 else ""
    lines = [
        f"{span.name} at {span.position or 'run'}",
        f"{LOOKS[span.state].label}{attempt}{', no end on record' if span.open else ''}",
        f"{span.started:%Y-%m-%d %H:%M:%S.%f} UTC, {duration_text(seconds)}",
    ]
    return "\n".join([*lines, *filter(None, (span.note, span.code))])
