"""One run as a Mermaid sequence diagram, for a ticket or a page of documentation.

Text of a log is text: every character that Mermaid could read as its own is written as its number (`#59;`), so that
nothing in it ends a line, opens a directive or a comment, or becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from workbench._errors import UsageError
from workbench.analysis import Span
from workbench.engines import Loaded
from workbench.model import visible
from workbench.recording.exports.telling import Instant, Telling
from workbench.views import LOOKS, duration_text

__all__ = ["sequence_diagram", "spelled_out"]

_MOST_ARROWS: Final = 200
_MOST_PARTICIPANTS: Final = 40
"""More of either, and nobody could read the picture."""
_NAME_CHARS, _TEXT_CHARS = 40, 80
_READ: Final = re.compile(r"\bend\b|[^\w _.,/()']", re.IGNORECASE)
"""What Mermaid could read as its own: every sign but these, and the word that ends a block wherever it stands."""
_REPLIES: Final = {"committed": "-->>", "in_doubt": "--)", "compensated": "-->>"}
"""How a call comes back: with a result, not as far as is known; all else comes back with a cross."""
_NUMBERED: Final = re.compile(r"#(\d{1,7});")


def sequence_diagram(chosen: Sequence[tuple[Loaded, Sequence[str]]]) -> Iterator[str]:
    """The diagram, line by line.

    Args:
        chosen: One log with one run.

    Raises:
        UsageError: Several runs, or none.
    """
    tellings = [Telling(log, run_id) for log, run_ids in chosen for run_id in run_ids]
    if len(tellings) != 1:
        raise UsageError(f"a sequence diagram shows one run, not {len(tellings)}", hint="say which: runs=[…]")
    telling = tellings[0]
    names = list(dict.fromkeys(span.name for span in telling.spans if span.state != "waiting"))
    known = {name: f"s{number}" for number, name in enumerate(names[:_MOST_PARTICIPANTS])}
    yield "sequenceDiagram\n"
    yield f"    participant run as {_text(telling.title, _NAME_CHARS)}\n"
    for name, alias in known.items():
        yield f"    participant {alias} as {_text(name, _NAME_CHARS)}\n"
    told = sorted(_told(telling, known), key=lambda one: one[0])
    for _, lines in told[:_MOST_ARROWS]:
        yield lines
    unshown = sum(span.state != "waiting" and span.name not in known for span in telling.spans)
    unshown += max(0, len(told) - _MOST_ARROWS)
    if unshown:
        yield f"    Note over run: {unshown} more are not shown\n"
    facts = telling.facts
    how = f"{facts.status}{f' {facts.error_type} {facts.error}' if facts.error_type else ''}"
    yield f"    Note over run: {_text(how, _TEXT_CHARS)}\n"


def spelled_out(diagram: str) -> str:
    """A diagram's text as people see it, without the numbers."""
    return _NUMBERED.sub(lambda number: chr(int(number[1])), diagram)


def _told(telling: Telling, known: dict[str, str]) -> Iterator[tuple[datetime, str]]:
    """Each exchange with the moment at which it began."""
    for span in telling.spans:
        if span.state == "waiting":
            waited = duration_text((span.ended - span.started).total_seconds())
            yield span.started, f"    Note over run: {_text(f'{span.name} waits {waited}', _TEXT_CHARS)}\n"
        elif span.name in known:
            yield span.started, _exchange(span, known[span.name])
    for moment in telling.instants():
        if moment.event != "TimerFired":
            yield moment.time, f"    Note over run: {_text(_words(moment), _TEXT_CHARS)}\n"


def _exchange(span: Span, alias: str) -> str:
    call = f"{span.name}{f', attempt {span.attempt}' if span.attempt > 1 else ''}"
    back = span.note or LOOKS[span.state].label
    took = duration_text((span.ended - span.started).total_seconds())
    reply = f"    {alias}{_REPLIES.get(span.state, '--x')}run: {_text(f'{back}, {took}', _TEXT_CHARS)}\n"
    return f"    run->>{alias}: {_text(call, _TEXT_CHARS)}\n{reply}"


def _words(moment: Instant) -> str:
    return f"{moment.event} {moment.name}".strip()


def _text(text: str, limit: int) -> str:
    """Text as Mermaid shows it and does not read it; never empty."""
    shown = visible(text, limit=limit, lines=False).strip() or "-"
    return _READ.sub(lambda found: "".join(f"#{ord(sign)};" for sign in found[0]), shown)
