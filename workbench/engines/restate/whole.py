"""Whether a journal is all there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from workbench.engines.jsons import number_of, text_of
from workbench.engines.restate.document import Row
from workbench.engines.restate.entry import Entry

__all__ = ["gaps_in", "in_order"]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By number; of an entry that was exported twice, the later one counts."""
    return [entry for _, entry in sorted({entry.number: entry for entry in entries}.items())]


def gaps_in(entries: list[Entry], row: Row) -> Iterator[str]:
    """Sentences about entries that are not in the file.

    Args:
        entries: Those that are, in order.
        row: What the server says about the invocation; may be empty.
    """
    size = number_of(row.get("journal_size"))
    if not entries:
        if size:
            yield "none of its entries are in the file: its journal is not kept any more, or was not exported"
        return
    if entries[0].number > 0:
        yield f"entries before {entries[0].number} are not in the file"
    gap = next((pair for pair in pairwise(entry.number for entry in entries) if pair[1] > pair[0] + 1), None)
    if gap is not None:
        yield f"entries between {gap[0]} and {gap[1]} are not in the file"
    if size > entries[-1].number + 1:
        status = text_of(row, "status")
        yield f"the server counts {size} entries ({status}), and the file ends with {entries[-1].number}"
