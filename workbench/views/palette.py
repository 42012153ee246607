"""One vocabulary of shape and colour for states: colour-blind safe (Okabe-Ito), never colour alone."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ATTEMPT_LOOKS",
    "BEAT_LOOKS",
    "CHANGE_LOOKS",
    "LOOKS",
    "OUTCOME_LOOKS",
    "SAFETY_LOOKS",
    "SEVERITY_LOOKS",
    "STATUS_LOOKS",
    "Look",
]


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn.

    Attributes:
        label: Its word on the screen.
        colour: Bar colour.
        pattern: Plotly bar pattern; `""` for solid.
        symbol: Plotly marker symbol at the end of the bar.
        glyph: The same in a terminal.
    """

    label: str
    colour: str
    pattern: str
    symbol: str
    glyph: str


LOOKS: dict[str, Look] = {
    "committed": Look("completed", "#0072B2", "", "square", "■"),
    "failed": Look("failed", "#D55E00", "", "x", "✗"),
    "in_doubt": Look("in doubt", "#E69F00", "/", "diamond-open", "▒"),
    "retried": Look("attempt failed, retried", "#CC79A7", "\\", "circle-open", "↻"),
    "compensated": Look("compensated", "#009E73", "x", "triangle-left", "↶"),
    "compensation_in_doubt": Look("compensation in doubt", "#E69F00", "+", "triangle-left-open", "↶"),
    "compensation_failed": Look("compensation failed", "#D55E00", "+", "x-open", "↶"),
    "not_started": Look("not started", "#999999", "|", "line-ew-open", "·"),
    "edited": Look("edited ✎", "#F0E442", "", "star", "✎"),
    "supplied": Look("supplied ✎", "#F0E442", "|", "star-open", "✎"),
    "waiting": Look("timer, signal, child", "#56B4E9", ".", "line-ns-open", "…"),
}
"""By state of a step; `retried` and `waiting` are the timeline's own, `edited` and `supplied` those of a branch."""

SAFETY_LOOKS = {"SAFE": ("#009E73", "✔"), "CHECK": ("#E69F00", "?"), "UNSAFE": ("#D55E00", "✘")}

OUTCOME_LOOKS: dict[str, Look] = {
    "completed": Look("completed", "#0072B2", "", "square", "■"),
    "failed": Look("failed", "#D55E00", "", "x", "✗"),
    "needs": Look("needs an answer", "#E69F00", "/", "diamond-open", "?"),
    "diverged": Look("diverged", "#CC79A7", "x", "star-triangle-up", "≠"),
    "cut": Look("ended from outside", "#56B4E9", ".", "line-ns-open", "┆"),
    "unknown": Look("could not be replayed", "#999999", "|", "line-ew-open", "·"),
}
"""By the word of a trace's outcome."""

CHANGE_LOOKS: dict[str, Look] = {
    "same": Look("the same", "#999999", "", "square", "="),
    "arguments": Look("other arguments", "#CC79A7", "\\", "diamond", "≠"),
    "outcome": Look("another outcome", "#D55E00", "x", "x", "≠"),
    "inserted": Look("only on the right", "#009E73", "+", "cross", "+"),
    "deleted": Look("only on the left", "#E69F00", "|", "circle-open", "-"),
}
"""By the word of a row of a comparison."""

STATUS_LOOKS: dict[str, Look] = {
    "completed": Look("completed", "#0072B2", "", "square", "■"),
    "failed": Look("failed", "#D55E00", "x", "x", "✗"),
    "interrupted": Look("interrupted", "#E69F00", "/", "diamond-open", "▒"),
    "running": Look("running", "#56B4E9", ".", "triangle-right", "…"),
    "cancelled": Look("cancelled", "#CC79A7", "\\", "circle-open", "⊘"),
    "compensated": Look("compensated", "#009E73", "+", "triangle-left", "↶"),
    "unknown": Look("unknown: its beginning is not in the log", "#999999", "|", "line-ew-open", "·"),
}
"""By status of a run."""

SEVERITY_LOOKS: dict[str, Look] = {
    "danger": Look("danger", "#D55E00", "x", "x", "✘"),
    "warning": Look("warning", "#E69F00", "/", "diamond", "▲"),
    "note": Look("note", "#56B4E9", ".", "circle", "·"),
}
"""By severity of a finding, the worst first."""

BEAT_LOOKS: dict[str, Look] = {
    "even": Look("even pauses: no backoff, no jitter", "#D55E00", "x", "x", "="),
    "uneven": Look("uneven pauses", "#0072B2", "", "circle", "~"),
    "few": Look("too few attempts to tell", "#999999", "|", "circle-open", "·"),
}
"""By the beat of the attempts of a call, see `workbench.analysis.pauses_frame`."""

ATTEMPT_LOOKS: dict[str, Look] = {
    "2": Look("2 attempts", "#56B4E9", "", "circle", "2"),
    "3": Look("3 attempts", "#0072B2", "/", "circle", "3"),
    "4 to 9": Look("4 to 9 attempts", "#E69F00", "\\", "circle", "4"),
    "10 or more": Look("10 or more attempts", "#D55E00", "x", "circle", "+"),
}
"""By how often a call was tried."""
