"""Reads a pickle without running it: no class is looked up, nothing is imported, called or constructed.

Plain values come back as they are. Of classes, a few that only hold a value (`datetime`, `Decimal`, `UUID`, …) are
read; every other object becomes an inert `Record` that shows its class, its arguments and its state, and is never more
than that, whatever the bytes ask for. Source of the opcodes: the comments of the standard library's `pickletools`,
protocols 0 to 5. Bounds: a value may hold `MOST_VALUES` when it is written out (shared parts counted each time), at
most `DEEPEST` deep, and takes a few operations for each; numbers and texts are as long as the bytes that spell them;
what is copied (`list(x)` of a remembered x, again and again) is at most twice as long as the pickle and `MOST_VALUES`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import chain
from typing import Any

from workbench._errors import UndecodableError
from workbench.engines.dbos.plain import MOST_VALUES, Global, built, hashable, measured, size_of, stated
from workbench.journal.codec import Record

__all__ = ["unpickled"]


def unpickled(raw: bytes) -> Any:
    """The value that a pickle spells, inert.

    Args:
        raw: The pickle.

    Raises:
        UndecodableError: It is damaged, asks for what no pickle of DBOS needs, or is too large a value.
    """
    reader = _Reader(raw)
    try:
        return measured(reader.read())
    except (struct.error, IndexError, KeyError, ValueError, TypeError, OverflowError, AttributeError) as error:
        raise UndecodableError(
            f"the pickle is damaged at byte {reader.at:,}: {type(error).__name__}: {error}"
        ) from None


_MARK = object()
_MOST_OPERATIONS = 4 * MOST_VALUES
"""A value takes one or two, and one to be remembered by."""
_MOST_DIGITS = 4000
_MOST_BYTES = 1600
"""About as many digits: Python refuses to write out numbers that are much longer."""
_OLD_NAMES = {"__builtin__": "builtins", "copy_reg": "copyreg"}
"""Protocols below 3 use the names of Python 2."""
_LATEST_PROTOCOL = 5


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.at = 0
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._copies = MOST_VALUES + 2 * len(raw)

    def read(self) -> Any:
        for _ in range(_MOST_OPERATIONS):
            code = self._raw[self.at]
            self.at += 1
            if code == _STOP:
                return self._pop()
            action = _ACTIONS.get(code)
            if action is None:
                raise ValueError(f"unknown opcode {code:#x}")
            action(self)
        raise ValueError(f"more than {_MOST_OPERATIONS:,} operations")

    def copied(self, *values: Any) -> None:
        """Keep account of what is copied: a few bytes of a pickle may ask for a copy of all of it."""
        parts = (part for value in values if isinstance(value, (tuple, list)) for part in value)
        self._copies -= sum(map(size_of, chain(values, parts)))
        if self._copies < 0:
            raise ValueError("it asks for too many copies")

    # --- bytes ----------------------------------------------------------------------------------------------

    def take(self, size: int) -> bytes:
        end = self.at + size
        if size < 0 or end > len(self._raw):
            raise ValueError(f"{size:,} bytes are asked for, {len(self._raw) - self.at:,} are there")
        found = self._raw[self.at : end]
        self.at = end
        return found

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def sized(self, form: str) -> bytes:
        return self.take(self.number(form))

    def line(self) -> str:
        end = self._raw.index(b"\n", self.at)
        found = self.take(end - self.at)
        self.at += 1
        return found.decode("latin-1")

    # --- stack ----------------------------------------------------------------------------------------------

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def _pop(self) -> Any:
        value = self._stack.pop()
        if value is _MARK:
            raise ValueError("a mark where a value is needed")
        return value

    def marked(self) -> list[Any]:
        """What lies above the last mark, which goes."""
        place = len(self._stack) - 1
        while self._stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("no mark")
        found = self._stack[place + 1 :]
        del self._stack[place:]
        return found

    def some(self, count: int) -> list[Any]:
        return [self._pop() for _ in range(count)][::-1]

    # --- what opcodes do ------------------------------------------------------------------------------------

    def mark(self) -> None:
        self.push(_MARK)

    def discard(self) -> None:
        self._stack.pop()

    def double(self) -> None:
        self.push(self._stack[-1])

    def extend(self, values: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, list):
            target.extend(values)
        elif isinstance(target, set):
            target.update(map(hashable, values))
        elif isinstance(target, Record):
            target.fields.setdefault("items", []).extend(values)
        else:
            raise TypeError(f"nothing can be added to {type(target).__name__}")

    def fill(self, values: list[Any]) -> None:
        target = self._stack[-1]
        pairs = dict(zip(map(hashable, values[::2]), values[1::2], strict=True))
        if isinstance(target, dict):
            target.update(pairs)
        elif isinstance(target, Record):
            target.fields.setdefault("entries", {}).update(pairs)
        else:
            raise TypeError(f"{type(target).__name__} has no entries")

    def store(self, number: int) -> None:
        self._memo[number] = self._stack[-1]

    def fetch(self, number: int) -> None:
        self.push(self._memo[number])

    def reduce(self) -> None:
        what, args = self.some(2)
        self.copied(args)
        self.push(built(what, args))

    def new(self) -> None:
        what, args = self.some(2)
        self.copied(args)
        self.push(built(what, args, new=True))

    def new_with_names(self) -> None:
        what, args, named = self.some(3)
        self.copied(args, named)
        made = built(what, args, new=True)
        self.push(stated(made, named) if named else made)

    def instance(self, module: str, name: str) -> None:
        args = tuple(self.marked())
        self.copied(args)
        self.push(built(Global(module, name), args, new=True))

    def object(self) -> None:
        what, *args = self.marked()
        self.copied(args)
        self.push(built(what, tuple(args), new=True))

    def build(self) -> None:
        target, state = self.some(2)
        self.copied(state)
        self.push(stated(target, state))

    def named(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise TypeError("a class whose name is no text")
        self.push(Global(_OLD_NAMES.get(module, module), name))

    def outside(self, what: str, value: Any) -> None:
        self.push(Record(what, "pickle", {"id": value}))

    def protocol(self) -> None:
        if self.take(1)[0] > _LATEST_PROTOCOL:
            raise ValueError("a newer protocol")


def _integer(text: str) -> Any:
    if text in {"00", "01"}:
        return text == "01"
    if len(text) > _MOST_DIGITS:
        raise ValueError("a number of too many digits")
    return int(text.removesuffix("L"))


def _quoted(text: str) -> str:
    """A text of protocol 0 as it stands between its quotes; escapes stay as they are written."""
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'":  # noqa: PLR2004 - the two quotes
        raise ValueError("a text without quotes")
    return text[1:-1]


def _unicode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def _little(raw: bytes) -> int:
    if len(raw) > _MOST_BYTES:
        raise ValueError("a number of too many digits")
    return int.from_bytes(raw, "little", signed=True)


_STOP = ord(".")
_Action = Callable[[_Reader], None]
_ACTIONS: dict[int, _Action] = {
    # values
    ord("N"): lambda r: r.push(None),
    0x88: lambda r: r.push(True),  # noqa: FBT003 - the opcode is the value
    0x89: lambda r: r.push(False),  # noqa: FBT003 - the opcode is the value
    ord("I"): lambda r: r.push(_integer(r.line())),
    ord("L"): lambda r: r.push(_integer(r.line())),
    ord("J"): lambda r: r.push(r.number("<i")),
    ord("K"): lambda r: r.push(r.number("<B")),
    ord("M"): lambda r: r.push(r.number("<H")),
    0x8A: lambda r: r.push(_little(r.sized("<B"))),
    0x8B: lambda r: r.push(_little(r.sized("<i"))),
    ord("F"): lambda r: r.push(float(r.line())),
    ord("G"): lambda r: r.push(r.number(">d")),
    ord("S"): lambda r: r.push(_quoted(r.line())),
    ord("T"): lambda r: r.push(r.sized("<i").decode("latin-1")),
    ord("U"): lambda r: r.push(r.sized("<B").decode("latin-1")),
    ord("B"): lambda r: r.push(r.sized("<I")),
    ord("C"): lambda r: r.push(r.sized("<B")),
    0x8E: lambda r: r.push(r.sized("<Q")),
    0x96: lambda r: r.push(r.sized("<Q")),
    ord("V"): lambda r: r.push(r.line().encode("latin-1").decode("raw-unicode-escape")),
    ord("X"): lambda r: r.push(_unicode(r.sized("<I"))),
    0x8C: lambda r: r.push(_unicode(r.sized("<B"))),
    0x8D: lambda r: r.push(_unicode(r.sized("<Q"))),
    # collections
    ord("]"): lambda r: r.push([]),
    ord("}"): lambda r: r.push({}),
    ord(")"): lambda r: r.push(()),
    0x8F: lambda r: r.push(set()),
    ord("("): _Reader.mark,
    ord("l"): lambda r: r.push(r.marked()),
    ord("t"): lambda r: r.push(tuple(r.marked())),
    0x85: lambda r: r.push(tuple(r.some(1))),
    0x86: lambda r: r.push(tuple(r.some(2))),
    0x87: lambda r: r.push(tuple(r.some(3))),
    0x91: lambda r: r.push(frozenset(map(hashable, r.marked()))),
    ord("d"): lambda r: _filled(r, r.marked()),
    ord("a"): lambda r: r.extend(r.some(1)),
    ord("e"): lambda r: r.extend(r.marked()),
    0x90: lambda r: r.extend(r.marked()),
    ord("s"): lambda r: r.fill(r.some(2)),
    ord("u"): lambda r: r.fill(r.marked()),
    # stack and memo
    ord("0"): _Reader.discard,
    ord("1"): lambda r: _ignored(r.marked()),
    ord("2"): _Reader.double,
    ord("p"): lambda r: r.store(int(r.line()[:20])),
    ord("q"): lambda r: r.store(r.number("<B")),
    ord("r"): lambda r: r.store(r.number("<I")),
    0x94: lambda r: r.store(len(r._memo)),  # noqa: SLF001 - the table is a part of the reader
    ord("g"): lambda r: r.fetch(int(r.line()[:20])),
    ord("h"): lambda r: r.fetch(r.number("<B")),
    ord("j"): lambda r: r.fetch(r.number("<I")),
    # objects
    ord("c"): lambda r: r.named(r.line(), r.line()),
    0x93: lambda r: r.named(*r.some(2)),
    ord("R"): _Reader.reduce,
    0x81: _Reader.new,
    0x92: _Reader.new_with_names,
    ord("i"): lambda r: r.instance(r.line(), r.line()),
    ord("o"): _Reader.object,
    ord("b"): _Reader.build,
    ord("P"): lambda r: r.outside("persistent", r.line()),
    ord("Q"): lambda r: r.outside("persistent", r.some(1)[0]),
    0x82: lambda r: r.outside("extension", r.number("<B")),
    0x83: lambda r: r.outside("extension", r.number("<H")),
    0x84: lambda r: r.outside("extension", r.number("<i")),
    # framing
    0x80: _Reader.protocol,
    0x95: lambda r: _ignored(r.take(8)),
}


def _filled(reader: _Reader, values: list[Any]) -> None:
    reader.push({})
    reader.fill(values)


def _ignored(_value: Any) -> None:
    """Frames only help a reader that loads in pieces."""
