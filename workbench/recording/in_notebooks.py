"""What a notebook shows of a trace and of a branch: short, and text as text. The plain text stays beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from workbench.views import html_text

if TYPE_CHECKING:
    from workbench.recording.branch import Branch
    from workbench.recording.trace import Trace

__all__ = ["html_of_branch", "html_of_trace"]

_LOCALS: Final = 20
_EDITS: Final = 20
_TEXT: Final = 300
_LEFT: Final = 'style="text-align:left"'


def html_of_trace(trace: Trace) -> str:
    """Where the cursor stands, the lines around it, its variables (what changed is marked), and how it ended."""
    run = html_text(trace.run_id, limit=_TEXT)
    head = f"<p><b>Trace of {run}: {len(trace):,} stops</b>, isolation: {html_text(trace.isolation)}"
    head += f"<br>{html_text(str(trace.outcome), limit=_TEXT)}</p>"
    if not trace.steps:
        return head
    stop = trace.stop
    lines = html_text("\n".join(trace.excerpt()))
    changed = [("● " if name in stop.changed else "", name, text) for name, text in stop.locals.items()]
    rows = "".join(map(_row, changed[:_LOCALS]))
    more = f"<p>and {len(changed) - _LOCALS:,} more variables: .stop.locals</p>" if len(changed) > _LOCALS else ""
    table = f"<table><tr><th {_LEFT}>variable</th><th {_LEFT}>value (● changed here)</th></tr>{rows}</table>{more}"
    return f"{head}<p>at {html_text(str(stop), limit=_TEXT)}</p><pre>{lines}</pre>{table if changed else ''}"


def html_of_branch(branch: Branch) -> str:
    """What is pretended, and how it ended where that is known; looking at it replays nothing."""
    run, name = html_text(branch.run_id, limit=_TEXT), html_text(branch.name, limit=_TEXT)
    edits = [html_text(str(edit), limit=_TEXT) for edit in branch.edits]
    some = [*edits[:_EDITS], *([f"and {len(edits) - _EDITS:,} more"] if len(edits) > _EDITS else [])]
    pretended = f"<p>pretended:</p>{_list(some)}" if some else "<p>nothing is pretended yet</p>"
    if "trace" not in branch.__dict__:
        ended = "<p>not replayed yet: .outcome replays it, and never acts</p>"
    else:
        ended = f"<p>{html_text(str(branch.outcome), limit=_TEXT)}</p>"
        unused = [f"no call met the edit: {html_text(str(edit), limit=_TEXT)}" for edit in branch.trace.unused]
        ended += _list(unused[:_EDITS]) if unused else ""
    return f"<p><b>Branch {f'{name} ' if name else ''}of {run}</b></p>{pretended}{ended}"


def _row(variable: tuple[str, str, str]) -> str:
    mark, name, text = variable
    name, text = html_text(name, limit=_TEXT), html_text(text, limit=_TEXT)
    return f"<tr><td {_LEFT}>{name}</td><td {_LEFT}>{mark}{text}</td></tr>"


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
