"""One value's way back to its first source."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from workbench._errors import PayloadError
from workbench.analysis.provenance.links import TAKES, Link
from workbench.analysis.provenance.parameters import parameters_of
from workbench.analysis.provenance.places import place_of
from workbench.analysis.provenance.values import leaves
from workbench.model import EventType, History, visible

__all__ = ["Origin", "origin_of", "paths_of", "shown_value"]

_MOST_HOPS: Final = 50
_SHOWN: Final = 60
_MOST_OTHERS: Final = 4


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from.

    Attributes:
        history: Where the run is.
        place: The call that used it: `"extend_subscription (7)"`.
        path: Where it stood there, as asked.
        hops: The way back, nearest first: each link's source is the next one's use. Several where a part that holds
            several values was asked for. Empty where nothing recorded before holds the value.
        inputs: What the calls that first gave it had been given, in turn.
    """

    history: History
    place: str
    path: str
    hops: tuple[Link, ...]
    inputs: tuple[Link, ...]

    @property
    def source(self) -> str:
        """The first source: `"log_in (1)"`, `"run"`; `""` for none, several with a comma between."""
        ends = [link.from_row for link in self.hops if not any(_goes_on(self.history, link, hop) for hop in self.hops)]
        return ", ".join(dict.fromkeys(place_of(self.history, row) for row in ends))

    def text(self) -> str:
        """The way back in words."""
        if not self.hops:
            return visible(
                f"{self.place} {self.path}: nothing that was recorded before holds this value; the code made it, or "
                "it is too common to tell", lines=False,
            )  # fmt: skip
        lines = [f"{self.place} {self.path}", *(f"  ← {self._source(link)}" for link in self.hops)]
        if self.inputs:
            lines += ["which had been given:", *(f"  ← {self._source(link)}" for link in self.inputs)]
        return "\n".join(visible(line, lines=False) for line in lines)

    def _source(self, link: Link) -> str:
        seqs = self.history.columns.seq
        part = "" if link.whole else ", inside a longer text"
        sure = "proven by replay" if link.exact else f"confidence {link.confidence:.2f}"
        others = ", ".join(str(seqs[row]) for row in link.others[:_MOST_OTHERS])
        also = f"; also in event{'s' if len(link.others) > 1 else ''} {others}" if others else ""
        return (
            f"{place_of(self.history, link.from_row)} {link.from_path} (event {seqs[link.from_row]}): "
            f"{shown_value(link.mark)}{part}, {sure}{also}"
        )

    def __str__(self) -> str:
        """The way back in words."""
        return self.text()

    def __repr__(self) -> str:
        """The way back in words: what a notebook and a prompt show."""
        return self.text()


def origin_of(history: History, links: Sequence[Link], places: Sequence[tuple[int, str]], path: str) -> Origin:
    """Follow values back.

    Args:
        history: Where the run is.
        links: All uses of the run.
        places: Row and path of each value; at least one.
        path: What was asked for, in the words of the one who asked.
    """
    uses: dict[tuple[int, str], list[Link]] = defaultdict(list)
    calls: dict[tuple[int, ...], list[Link]] = defaultdict(list)
    for link in links:
        uses[link.to_row, link.to_path].append(link)
        calls[history.position(link.to_row)].append(link)
    hops: dict[Link, None] = {}
    pending = deque(link for place in places for link in uses.get(place, ()))
    while pending and len(hops) < _MOST_HOPS:
        link = pending.popleft()
        if link not in hops:
            hops[link] = None
            pending += [before for before in calls[_call(history, link)] if _goes_on(history, link, before)]
    ends = [link for link in hops if not any(_goes_on(history, link, hop) for hop in hops)]
    inputs = dict.fromkeys(
        given for link in ends for given in calls[_call(history, link)] if given.to_row < link.from_row
    )
    return Origin(history, place_of(history, places[0][0]), path, tuple(hops), tuple(inputs)[:_MOST_HOPS])


def _goes_on(history: History, link: Link, before: Link) -> bool:
    """Whether the call that gave the value of `link` had been given it, by `before`."""
    position = history.position(link.from_row)
    return (
        bool(position)
        and before.mark == link.mark
        and before.to_row < link.from_row
        and history.position(before.to_row) == position
    )


def _call(history: History, link: Link) -> tuple[int, ...]:
    """Position of the call that gave the value; no call has that of the run."""
    return history.position(link.from_row) or (-1,)


def paths_of(history: History, row: int) -> Iterator[tuple[str, str]]:
    """The paths under which the values that an event used can be asked for, each with the recorded one."""
    try:
        body = history.payload(row)
    except PayloadError:
        return
    names = TAKES.get(EventType(history.columns.type[row]), ())
    parameters = parameters_of(history, history.declaration(row)) if "args" in names else ()
    for name in names:
        for leaf in leaves(body.get(name) if isinstance(body, dict) else None, path=f"$.{name}"):
            yield leaf.path, leaf.path
            yield from ((alias, leaf.path) for alias in _aliases(leaf.path, parameters))


def _aliases(path: str, parameters: Sequence[str]) -> list[str]:
    """`$.args[0].id` as `$.args.order.id` and `$.order.id`, where the parameter is called `order`."""
    if path.startswith("$.kwargs."):
        rest = path.removeprefix("$.kwargs.")
        return [f"$.args.{rest}", f"$.{rest}"]
    if not path.startswith("$.args["):
        return []
    number, _, rest = path.removeprefix("$.args[").partition("]")
    if not number.isdecimal() or int(number) >= len(parameters):
        return []
    name = parameters[int(number)]
    return [f"$.args.{name}{rest}", f"$.{name}{rest}"]


def shown_value(mark: Any) -> str:
    """A value as people may see it: bounded; a secret stays one."""
    text = str(mark)
    shown = f"⟨{text}⟩" if text.startswith(("redacted:", "digest:")) else text
    return visible(shown, limit=_SHOWN, lines=False)
