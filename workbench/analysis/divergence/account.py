"""The aligned account: what the log holds beside what the code asked for, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbench.analysis.cells import category, counts, text
from workbench.journal.codec import differences, same
from workbench.journal.codec.comparison import ABSENT
from workbench.machine import RunRecord, Slot, Verb
from workbench.model import position_text
from workbench.program import NOT_KNOWN, Place
from workbench.replay import safe_repr
from workbench.replay.explore import Exploration
from workbench.replay.exploring import Asked
from workbench.replay.lending import Lent

__all__ = ["Row", "What", "account_frame", "account_of", "call_words"]

_SURE = frozenset({Lent.EXACT, Lent.ELSEWHERE})
_MOST_COMPARED = 4_000_000
"""Beyond so many pairs, calls between two that are the same are paired by position only."""
_COMPARED = ("args", "kwargs", "seconds", "timeout_seconds")


class What(StrEnum):
    """How a row of the account differs."""

    SAME = "same"
    MOVED = "moved"
    """The same call, at another position because something before it was inserted, removed or put side by side."""
    ARGUMENTS = "arguments"
    TYPE = "type"
    """Arguments whose type changed."""
    RENAMED = "renamed"
    """Another call in the place of the recorded one."""
    REORDERED = "reordered"
    """A call that the log holds earlier or later."""
    INSERTED = "inserted"
    REMOVED = "removed"
    NOT_REACHED = "not reached"
    """The exploration ended before the code came here."""


class Row(NamedTuple):
    """One row of the account.

    Attributes:
        what: How the two sides differ.
        slot: The recorded call; `None` for none.
        asked: The call that the code made; `None` for none.
        recorded_arguments: Arguments of the recorded call, as plain values.
        place: Where the recorded code made its call.
    """

    what: What
    slot: Slot | None
    asked: Asked | None
    recorded_arguments: Any = None
    place: Place = NOT_KNOWN

    @property
    def name(self) -> str:
        """Name of the call, or what is asked where it has no name."""
        either = self.slot if self.slot is not None else self.asked.call if self.asked is not None else None
        return "" if either is None else either.name or str(either.verb)


def account_of(exploration: Exploration) -> list[Row]:
    """Align what the log holds with what the code asked: by call, in order; what is left over by name."""
    record = exploration.record
    slots = sorted(record.slots.values(), key=lambda slot: slot.opened)
    plain = {slot.opened: _recorded(record, slot) for slot in slots}
    rows = [_row(record, plain, slot, asked) for slot, asked in _pairs(slots, exploration.asked)]
    return _unreached(_reordered(rows), exploration)


def account_frame(rows: Sequence[Row], exploration: Exploration) -> pd.DataFrame:
    """The account as a frame, in the order of log and code.

    Columns:
        what: category, `same moved arguments type renamed reordered inserted removed not reached`.
        name: str, name of the call, or what was asked where it has no name.
        recorded: str, the recorded call with its arguments; `""` for none.
        asked: str, the call that the code made; `""` for none.
        recorded_position: str, where the log holds it.
        asked_position: str, where the code made it.
        seq: Int64, number of the recorded event; missing for none.
        recorded_line: str, `file:line` in the recorded code; `""` for unknown.
        asked_line: str, `file:line` in this code.
        made_up: bool, an answer before it was made up: it may be a consequence of that.
        first: bool, True in the row of the first difference.
    """
    first = first_row(rows, exploration)
    sequence = exploration.record.history.columns.seq
    return pd.DataFrame(
        {
            "what": category([str(row.what) for row in rows], [str(what) for what in What]),
            "name": text(row.name for row in rows),
            "recorded": text(_words(row.slot, row.recorded_arguments) for row in rows),
            "asked": text(_words(row.asked.call, row.asked.arguments) if row.asked else "" for row in rows),
            "recorded_position": text(position_text(row.slot.position) if row.slot else "" for row in rows),
            "asked_position": text(position_text(row.asked.call.position) if row.asked else "" for row in rows),
            "seq": counts([sequence[row.slot.opened] if row.slot else 0 for row in rows]),
            "recorded_line": text(_line(row.place) for row in rows),
            "asked_line": text(_line(row.asked.stack[0]) if row.asked and row.asked.stack else "" for row in rows),
            "made_up": np.array([bool(row.asked and row.asked.made_up) for row in rows], dtype=bool),
            "first": np.array([row is first for row in rows], dtype=bool),
        }
    )


def first_row(rows: Sequence[Row], exploration: Exploration) -> Row | None:
    """The row of the first difference: of the call that the code made there, else of the one that it left out."""
    if exploration.left_at is None:
        return None
    asked = exploration.first
    for row in rows:
        if row.what not in {What.SAME, What.MOVED} and _is_first(row, asked, exploration.left_at):
            return row
    for row in rows:
        if _is_first(row, asked, exploration.left_at):
            return row
    return None


def _is_first(row: Row, asked: Asked | None, left_at: int) -> bool:
    return (asked is not None and row.asked is asked) or (row.slot is not None and row.slot.opened == left_at)


# --- matching ---------------------------------------------------------------------------------------------------


def _pairs(slots: Sequence[Slot], asked: Sequence[Asked]) -> Iterator[tuple[Slot | None, Asked | None]]:
    """The same calls in order first (`Lender` has found them), then those of the same name between them."""
    mine = [slot.opened for slot in slots]
    theirs = [
        one.slot.opened if one.slot is not None and one.lent in _SURE else -1 - number
        for number, one in enumerate(asked)
    ]
    for ours, other in _gaps(mine, theirs):
        if mine[ours] == theirs[other]:
            yield from zip(slots[ours], asked[other], strict=True)
        else:
            yield from _by_name(slots[ours], asked[other])


def _by_name(slots: Sequence[Slot], asked: Sequence[Asked]) -> Iterator[tuple[Slot | None, Asked | None]]:
    if len(slots) * len(asked) > _MOST_COMPARED:
        yield from _by_place(slots, asked)
        return
    mine = [(slot.verb, slot.name) for slot in slots]
    theirs = [(one.call.verb, one.call.name) for one in asked]
    for ours, other in _gaps(mine, theirs):
        if mine[ours] == theirs[other]:
            yield from zip(slots[ours], asked[other], strict=True)
        else:
            yield from _by_place(slots[ours], asked[other])


def _by_place(slots: Sequence[Slot], asked: Sequence[Asked]) -> Iterator[tuple[Slot | None, Asked | None]]:
    """A call of another name stands for the recorded one where both were made at the same position."""
    free = {slot.position: slot for slot in slots}
    pairs = {id(free[one.call.position]): one for one in asked if one.call.position in free}
    taken = {id(one) for one in pairs.values()}
    for slot in slots:
        yield slot, pairs.get(id(slot))
    for one in asked:
        if id(one) not in taken:
            yield None, one


def _gaps(left: Sequence[Any], right: Sequence[Any]) -> Iterator[tuple[slice, slice]]:
    for _, left_from, left_to, right_from, right_to in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield slice(left_from, left_to), slice(right_from, right_to)


def _key(arguments: Any) -> str:
    return repr(arguments)


def _recorded(record: RunRecord, slot: Slot) -> Any:
    body = record.history.payload(slot.opened)
    return {name: body[name] for name in _COMPARED if name in body}


# --- what each row says -----------------------------------------------------------------------------------------


def _row(record: RunRecord, plain: dict[int, Any], slot: Slot | None, asked: Asked | None) -> Row:
    if slot is None:
        return Row(What.INSERTED, None, asked)
    recorded = plain[slot.opened]
    place = _place(record, slot)
    if asked is None:
        return Row(What.REMOVED, slot, None, recorded, place)
    if (slot.verb, slot.name) != (asked.call.verb, asked.call.name):
        return Row(What.RENAMED, slot, asked, recorded, place)
    return Row(_arguments(slot, asked, recorded), slot, asked, recorded, place)


def _arguments(slot: Slot, asked: Asked, recorded: Any) -> What:
    is_same = asked.slot is slot and asked.lent in _SURE
    compared = {name: recorded.get(name) for name in asked.arguments}
    if is_same or same(compared, asked.arguments):
        return What.SAME if slot.position == asked.call.position else What.MOVED
    leaves = differences(compared, asked.arguments)
    return What.TYPE if leaves and all(_type_changed(old, new) for _, old, new in leaves) else What.ARGUMENTS


def _type_changed(old: Any, new: Any) -> bool:
    if old is ABSENT or new is ABSENT:
        return False
    if type(old) is not type(new):
        is_other_number = isinstance(old, int | float) and isinstance(new, int | float) and old != new
        return not is_other_number  # 700 and 12.5 are two amounts, 700 and 700.0 are two types
    return getattr(old, "type_name", None) != getattr(new, "type_name", None)


def _reordered(rows: list[Row]) -> list[Row]:
    """A call that is removed here and inserted there was moved in order."""
    removed: dict[tuple[Any, ...], list[int]] = {}
    for number, row in enumerate(rows):
        if row.what is What.REMOVED and row.slot is not None:
            removed.setdefault((row.slot.verb, row.slot.name, _key(row.recorded_arguments)), []).append(number)
    gone: set[int] = set()
    for number, row in enumerate(rows):
        if row.what is not What.INSERTED or row.asked is None:
            continue
        call = row.asked.call
        found = removed.get((call.verb, call.name, _key(row.asked.arguments)))
        if found:
            other = found.pop(0)
            gone.add(other)
            twin = rows[other]
            rows[number] = Row(What.REORDERED, twin.slot, row.asked, twin.recorded_arguments, twin.place)
    return [row for number, row in enumerate(rows) if number not in gone]


def _unreached(rows: list[Row], exploration: Exploration) -> list[Row]:
    """What the code did not come to, because an answer was made up or none could be had, is not removed by it."""
    if exploration.ended == "completed" or (exploration.ended == "failed" and not _made_up(exploration)):
        return rows
    last = max((number for number, row in enumerate(rows) if row.asked is not None), default=-1)
    beyond = [number > last and row.what is What.REMOVED for number, row in enumerate(rows)]
    return [
        row._replace(what=What.NOT_REACHED) if behind and not _is_left(row, exploration) else row
        for behind, row in zip(beyond, rows, strict=True)
    ]


def _is_left(row: Row, exploration: Exploration) -> bool:
    """The row at which the code left the log, with no call in its place."""
    return row.slot is not None and row.slot.opened == exploration.left_at and exploration.first is None


def _made_up(exploration: Exploration) -> bool:
    return bool(exploration.asked) and (exploration.asked[-1].made_up or exploration.asked[-1].lent is Lent.NOTHING)


def _place(record: RunRecord, slot: Slot) -> Place:
    at = record.history.payload(slot.opened).get("at")
    return Place(str(at[0]), int(at[1]), str(at[2])) if at and len(at) == len(Place._fields) else NOT_KNOWN


def _line(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else ""


def _words(call: Any, arguments: Any) -> str:
    if call is None:
        return ""
    return call_words(call.verb, call.name, arguments)


def call_words(verb: Verb, name: str, arguments: Any) -> str:
    """A call as one would write it, of plain values: `charge('7', Decimal('9.90'))`."""
    arguments = arguments or {}
    words = [safe_repr(value) for value in arguments.get("args") or ()]
    words += [f"{key}={safe_repr(value)}" for key, value in (arguments.get("kwargs") or {}).items()]
    words += [f"{key}={arguments[key]!r}" for key in ("seconds", "timeout_seconds") if arguments.get(key) is not None]
    called = name if verb in {Verb.CALL_STEP, Verb.START_CHILD} else f"wb.{_FRONT_DOOR.get(verb, str(verb))}"
    if verb is Verb.START_CHILD:
        called = f"wb.child:{name}"
    if verb is Verb.AWAIT_SIGNAL:
        words.insert(0, repr(name))
    return f"{called}({', '.join(words)})"


_FRONT_DOOR = {Verb.START_TIMER: "sleep", Verb.AWAIT_SIGNAL: "signal"}
