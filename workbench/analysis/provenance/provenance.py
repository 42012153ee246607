"""`Provenance`: where the values of a run came from, as a person asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from workbench._errors import UsageError
from workbench.analysis.bodies import Bodies
from workbench.analysis.provenance.exact import exact_links
from workbench.analysis.provenance.links import TAKES, Link, links_of
from workbench.analysis.provenance.origin import Origin, origin_of, paths_of, shown_value
from workbench.analysis.provenance.places import place_of
from workbench.model import EventType, History, position_text, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Provenance", "provenance"]

_NAMED: Final = 5
_SHOWN: Final = 60
_MOST: Final = 200


@dataclass(frozen=True)
class Provenance:
    """Where the values of one run came from.

    Attributes:
        history: Where the run is.
        run_id: The run.
        links: One per use of an earlier value, in the order of the uses.
    """

    history: History
    run_id: str
    links: tuple[Link, ...]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per use of an earlier value.

        Columns:
            from_seq: int64, number of the event that gave the value.
            from_step: str, the call it belongs to: `"log_in (1)"`, `"signal approved"`, `"run"` for the arguments.
            from_path: str, JSON path in that event's payload.
            to_seq, to_step, to_path: the same of the event that used it; `"run"` for the end of the run.
            value: str, bounded; a redacted secret by its fingerprint.
            confidence: float64, 0 to 1, how sure it is that the value was taken from there.
            exact: bool, proven by a replay; without one never.
            whole: bool, False for a value that was used as a part of a text.
            others: list of int, numbers of other events that gave the same value before.
        """
        from workbench.analysis.provenance.frames import frame_of_links

        return frame_of_links(self.history, self.links)

    def where_from(self, step: str, path: str) -> Origin:
        """Where a value that a call used came from, back to its first source.

        Args:
            step: Label, name or position of the call (`"extend_subscription"`, `"7"`); `"run"` for the run's result.
                A name that occurs more than once means its first occurrence.
            path: JSON path in what it was called with: `"$.args[0].token"`, with the name of a parameter where its
                source is recorded (`"$.args.token"`, `"token"`), `"$.key"`, `"$.result"` and `"$.error"` for the end.

        Raises:
            UsageError: There is no such call, or no such path in it; the nearest ones are named.
        """
        rows = self._rows_of(step)
        asked = path if path.startswith("$") else f"$.{path.removeprefix('.')}"
        known: dict[str, tuple[int, str]] = {}
        for row in rows:
            for alias, real in paths_of(self.history, row):
                known.setdefault(alias, (row, real))
        inside = (f"{asked}.", f"{asked}[")
        places = [place for alias, place in known.items() if alias == asked or alias.startswith(inside)]
        if not places:
            message = f"{place_of(self.history, rows[0])} used nothing at {visible(path, limit=_SHOWN, lines=False)}"
            raise UsageError(message, hint=_nearest(asked, known))
        return origin_of(self.history, self.links, list(dict.fromkeys(places)), asked)

    def _rows_of(self, step: str) -> list[int]:
        """Rows in which a call used values, its first intent first."""
        places: dict[str, list[int]] = {}
        for row in self.history.rows_of(self.run_id):
            if EventType(self.history.columns.type[row]) in TAKES:
                places.setdefault(place_of(self.history, row), []).append(row)
        for place, rows in places.items():
            position = position_text(self.history.position(rows[0]))
            if step in {place, place.rpartition(" ")[0], position} - {""}:
                return rows
        near = get_close_matches(step, places, n=_NAMED, cutoff=0.3) or list(places)[:_NAMED]
        raise UsageError(
            f"run {visible(self.run_id, lines=False)} has no call {visible(step, limit=_SHOWN, lines=False)!r}",
            hint=f"it has {_listed(near)}" if near else "it used no values",
        )

    def text(self) -> str:
        """One line per use, for people without a notebook."""
        head = f"{len(self.links)} uses of earlier values in run {self.run_id}"
        lines = [self._line(link) for link in self.links[:_MOST]]
        more = [f"… and {len(self.links) - _MOST} more: see .frame"] if len(self.links) > _MOST else []
        return "\n".join(visible(line, lines=False) for line in [head, *lines, *more])

    def _line(self, link: Link) -> str:
        came, went = place_of(self.history, link.from_row), place_of(self.history, link.to_row)
        seqs = self.history.columns.seq
        how = "exact" if link.exact else f"{link.confidence:.2f}"
        return (
            f"  {came} {link.from_path} (event {seqs[link.from_row]}) → {went} {link.to_path} "
            f"(event {seqs[link.to_row]}): {shown_value(link.mark)} · {how}"
        )

    def __str__(self) -> str:
        """The report."""
        return self.text()

    def __repr__(self) -> str:
        """The report: what a notebook and a prompt show."""
        return self.text()

    def _repr_html_(self) -> str:
        from workbench.analysis.cells import html_of_sentences

        return html_of_sentences(self.frame.drop(columns=["others"]).head(_MOST))


def provenance(
    history: History, run_id: str, code: Callable[..., Any] | None = None, bodies: Bodies | None = None
) -> Provenance:
    """Where the values of a run came from.

    Args:
        history: Where the run is.
        run_id: The run; an unknown one has no links.
        code: The workflow: with it a replay, which does not act, proves what it can.
        bodies: Reads payloads.

    Raises:
        ActedDuringReplayError: With code: it tried to touch the world outside a step.
        UndecodableError: With code: a recorded value does not fit the code's types.
    """
    links = links_of(history, run_id, bodies)
    return Provenance(history, run_id, links if code is None else exact_links(code, history, run_id, links))


def _nearest(asked: str, known: Iterable[str]) -> str:
    paths = list(known)
    near = get_close_matches(asked, paths, n=_NAMED, cutoff=0.4) or paths[:_NAMED]
    return f"it was called with {_listed(near)}" if near else "the log does not hold what it was called with"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(visible(name, limit=_SHOWN, lines=False) for name in names)
