"""Where the values came from that a call used: which results, how old they were, through which recoveries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from workbench.analysis.provenance.links import Link
from workbench.analysis.provenance.parameters import parameters_of
from workbench.analysis.why.clause import Clause, Role
from workbench.analysis.why.expiry import expiry_text
from workbench.analysis.why.outcome import Trouble
from workbench.analysis.why.view import View
from workbench.analysis.why.words import listed, span_text
from workbench.model import EventType, visible

__all__ = ["sources_of"]

_MOST: Final = 12
_DEEPEST: Final = 3
_GUESS: Final = 0.6
"""Below this a link is told as a guess."""
_FAINT: Final = 0.5
"""Below this it is not told: amounts and short ids, of which any two may be equal."""
_WAYS: Final = {
    EventType.StepCompleted: "was returned by {place}",
    EventType.StepRecorded: "was returned by {place}",
    EventType.StepResolved: "was given by whoever settled {place}",
    EventType.StepFailed: "is from the error of {place}",
    EventType.ChildFailed: "is from the error of the child run {place}",
    EventType.ChildCompleted: "was returned by the child run {place}",
    EventType.SignalReceived: "came with the {place}",
    EventType.UpdateReceived: "came with the {place}",
    EventType.ClockRead: "was read from the clock by {place}",
    EventType.RandomDrawn: "was drawn by {place}",
    EventType.UuidDrawn: "was drawn by {place}",
    EventType.ValueRecorded: "was computed by {place}",
}


def sources_of(view: View, troubles: Sequence[Trouble]) -> Iterator[Clause]:
    """A sentence for each earlier result that the troubled calls used, and one for what the run had been given."""
    pending = [(trouble.slot.opened, 0) for trouble in troubles[:_MOST]]
    told, seen = 0, set()
    while pending and told < _MOST:
        row, depth = pending.pop(0)
        if row in seen:
            continue
        seen.add(row)
        links = [link for link in view.uses.get(row, ()) if link.confidence >= _FAINT]
        for link in _one_each(links):
            if view.type(link.from_row) is not EventType.RunStarted and told < _MOST:
                yield _source(view, link)
                told += 1
                slot = view.case.record.slots.get(view.case.history.position(link.from_row))
                if slot is not None and depth < _DEEPEST:
                    pending.append((slot.opened, depth + 1))
        given = [link for link in links if view.type(link.from_row) is EventType.RunStarted]
        if given and depth == 0:
            yield _given(view, given)


def _one_each(links: Sequence[Link]) -> Iterator[Link]:
    """One link for each pair of source and use: the surest."""
    best: dict[tuple[int, str], Link] = {}
    for link in links:
        place = link.from_row, link.to_path
        if place not in best or best[place].confidence < link.confidence:
            best[place] = link
    yield from best.values()


def _source(view: View, link: Link) -> Clause:
    kind = view.type(link.from_row)
    user, place = view.place(link.to_row), view.place(link.from_row)
    age = view.case.time_ns(link.to_row) - view.case.time_ns(link.from_row)
    way = _WAYS[kind].format(place=place)
    recovered = any(link.from_row < row < link.to_row for row in _recoveries(view))
    facts = [
        f"{way} {f'{span_text(age)} before it was used' if age >= 0 else 'by a clock that was set back since'}",
        *(["was replayed from the log meanwhile"] if recovered else []),
        *([expired] if (expired := expiry_text(view, link)) else []),
    ]
    sure = "" if link.exact or link.confidence >= _GUESS else ", as far as equal values tell"
    others = f"; {_more(view, link)}" if link.others else ""
    part = "" if link.whole else "a part of "
    says = f"{part}{_argument(view, link)} of {user} {listed(facts)}{sure}{others}"
    return view.say(Role.SOURCE, user, (link.from_row, link.to_row), says[0].upper() + says[1:])


def _more(view: View, link: Link) -> str:
    numbers = listed([str(view.case.seq(row)) for row in link.others], most=3)
    return f"the same value is in event{'s' if len(link.others) > 1 else ''} {numbers}, too"


def _given(view: View, links: Sequence[Link]) -> Clause:
    user, row = view.place(links[0].to_row), links[0].from_row
    names = list(dict.fromkeys(("" if link.whole else "a part of ") + _argument(view, link) for link in links))
    verb = "was" if len(names) == 1 else "were"
    says = f"{listed(names)} of {user} {verb} given to the run when it began"
    return view.say(Role.SOURCE, user, (row, links[0].to_row), says[0].upper() + says[1:])


def _argument(view: View, link: Link) -> str:
    """`the argument token`, `the argument order.id`, `the key`: by its parameter's name where that is recorded."""
    path = link.to_path.removeprefix("$.")
    if path.startswith("kwargs."):
        return f"the argument {_shown(path.removeprefix('kwargs.'))}"
    if not path.startswith("args["):
        return f"the {_shown(path)}"
    history = view.case.history
    number, _, rest = path.removeprefix("args[").partition("]")
    names = parameters_of(history, history.declaration(link.to_row))
    known = number.isdecimal() and int(number) < len(names)
    return f"the argument {_shown(names[int(number)] + rest if known else path)}"


def _shown(path: str) -> str:
    return visible(path, limit=60, lines=False)


def _recoveries(view: View) -> Iterator[int]:
    types = view.case.history.columns.type
    return (row for row in view.case.record.ambient if types[row] == EventType.RunRecovered)
