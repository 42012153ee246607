"""Pickles are read and never run: values as `pickle` makes them, everything else inert, no bytes do harm."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import pickle
import struct
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.planted import Acts, Builds, loaded
from workbench._errors import UndecodableError
from workbench.engines.dbos.failures import as_error, attempts_of
from workbench.engines.dbos.pickled import unpickled
from workbench.engines.dbos.values import arguments_of, error_of, value_of
from workbench.journal.codec import Record

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
PLAIN: list[Any] = [
    None, True, False, 0, -1, 255, 65_536, 1 << 40, -(1 << 80), 2.5, "", "é" * 300, b"", b"z" * 300,
    [1, [2, []]], (1,), (1, 2, 3, 4), {"a": {"b": [None]}}, {1, 2}, frozenset("ab"), complex(1, 2), range(3),
    dt.datetime(2026, 1, 2, 3, 4, 5, 678),  # noqa: DTZ001 - naive ones are pickled too
    dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2), "x")),
    dt.date(2026, 1, 1), dt.time(1, 2), dt.timedelta(1, 2, 3), decimal.Decimal("3.50"),
    uuid.UUID(int=5), collections.OrderedDict(a=1), collections.defaultdict(list, {1: [2]}),
]  # fmt: skip


class Colour(enum.Enum):
    RED = 1


@dataclass
class Order:
    id: str
    total: decimal.Decimal


class CardDeclined(Exception):  # noqa: N818 - as it is called in the code of the real database
    pass


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("value", PLAIN)
def test_plain_values_are_what_pickle_makes(value: Any, protocol: int) -> None:
    raw = pickle.dumps(value, protocol)
    assert unpickled(raw) == loaded(raw)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text()
        | st.binary()
        | st.decimals(allow_nan=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
        max_leaves=20,
    ),
    st.sampled_from(PROTOCOLS),
)
def test_any_plain_value(value: Any, protocol: int) -> None:
    assert unpickled(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_objects_are_records(protocol: int) -> None:
    order = unpickled(pickle.dumps(Order("o-1", decimal.Decimal(3)), protocol))
    assert isinstance(order, Record)
    assert (order.type_name, order.module) == ("Order", __name__)
    assert (order.id, order.total) == ("o-1", decimal.Decimal(3))
    colour = unpickled(pickle.dumps(Colour.RED, protocol))
    assert (colour.type_name, colour["args"]) == ("Colour", (1,))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_called(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "was-here"
    raw = pickle.dumps(Acts(f"touch {mark}"), protocol)
    value = unpickled(raw)
    assert not mark.exists()
    assert value.type_name == "system"
    assert value["args"] == (f"touch {mark}",)
    loaded(raw)  # the same bytes in the hands of pickle
    assert mark.exists()


def test_no_state_is_set(tmp_path: Path) -> None:
    planted = Builds()
    planted.path = str(tmp_path / "was-here")
    raw = pickle.dumps(planted)
    assert unpickled(raw)["path"] == planted.path
    assert not Path(planted.path).exists()
    loaded(raw)
    assert Path(planted.path).exists()


def test_nothing_is_imported() -> None:
    name = "antigravity"
    assert name not in sys.modules
    value = unpickled(f"c{name}\nfly\n.".encode())
    assert (value.module, value.name) == (name, "fly")
    assert name not in sys.modules


def bomb() -> bytes:
    raw = b"](K\x01K\x02eq\x00"
    for number in range(1, 60):
        raw += b"](" + b"h" + bytes([number - 1]) + (b"h" + bytes([number - 1])) * 9 + b"eq" + bytes([number])
    return raw + b"."


def copies(what: bytes, given: bytes, ask: bytes, make: bytes = b"") -> bytes:
    """Remembers a thing and a large value, and then asks again and again for a copy of the value, in six bytes."""
    return b"](" + what + b"q\x000" + given + b"q\x010" + (b"h\x00" + make + b"h\x01" + ask) * 2000 + b"e."


def keyed(count: int) -> bytes:
    return b"".join(b"J" + struct.pack("<i", number) + b"N" for number in range(count))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "damaged at byte 0"),
        (b"N", "damaged"),
        (b"\xfe.", "unknown opcode"),
        (b"(" * 100_000 + b"t" * 100_000 + b".", "nested more than 100 deep"),
        (b"N" + b"\x85" * 300_000 + b".", "nested more than 100 deep"),
        (b"]q\x00h\x00a.", "contains itself"),
        (bomb(), "unfolds to more than"),
        (copies(b"cbuiltins\nlist\n", b"](" + b"N" * 50_000 + b"e", b"\x85R"), "too many copies"),
        (copies(b"cbuiltins\nfrozenset\n", b"](" + b"N" * 50_000 + b"e", b"\x85R"), "too many copies"),
        (copies(b"c_codecs\nencode\n", b"X" + struct.pack("<I", 90_000) + b"x" * 90_000, b"\x85R"), "too many copies"),
        (copies(b"cshop\nOrder\n", b"}(" + keyed(50_000) + b"u", b"b", b")\x81"), "too many copies"),
        (b"](" + b"\x8f0" * 2_100_000 + b"e.", "operations"),
        (b"}(N" + b"\x85" * 100_000 + b"K\x01u.", "a key of too many parts"),
        (b"}(]K\x01u.", "a list as a key"),
        (b"\x8b\xff\xff\xff\x7fabc.", "bytes are asked for"),
        (b"\x8e" + struct.pack("<Q", 1 << 62) + b".", "bytes are asked for"),
        (b"X\xff\xff\xff\xffabc.", "bytes are asked for"),
        (b"I" + b"9" * 100_000 + b"\n.", "too many digits"),
        (b"\x8a\xff" + b"\x7f" * 10 + b".", "bytes are asked for"),
        (b"\x8b" + struct.pack("<i", 5000) + b"\x7f" * 5000 + b".", "too many digits"),
        (b"\x80\x06N.", "a newer protocol"),
        (b"h\x05.", "KeyError"),
        (b"(.", "a mark where a value is needed"),
        (b"N\x93.", "damaged"),
    ],
)  # fmt: skip
def test_hostile_pickles(raw: bytes, says: str) -> None:
    with pytest.raises(UndecodableError, match=says):
        unpickled(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"cbuiltins\nbytearray\n(J\xff\xff\xff\x7ftR.",
        b"cdecimal\nDecimal\n(K\x05tR.",
        b"cdatetime\ndatetime\n(C\x03abctR.",
        b"cbuiltins\nset\n(K\x05tR.",
        b"cos\nsystem\ncos\nsystem\n\x81.",
        b"(K\x01K\x02o.",
        b"ccopyreg\n__newobj__\nq\x00(" + b"h\x00" * 100_000 + b"tR.",
        b"K\x05Q.",
        b"\x82\x05.",
    ],
)
def test_strange_requests_become_records(raw: bytes) -> None:
    assert isinstance(unpickled(raw), Record)


@given(st.sampled_from(PLAIN), st.sampled_from(PROTOCOLS), st.data())
def test_broken_pickles_are_read_or_refused(value: Any, protocol: int, data: st.DataObject) -> None:
    raw = bytearray(pickle.dumps(value, protocol))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert repr(unpickled(bytes(raw)))
    except UndecodableError as error:
        assert error.message  # noqa: PT017 - either answer is right


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        unpickled(raw)
    except UndecodableError as error:
        assert error.message  # noqa: PT017 - either answer is right


def test_errors_by_their_arguments() -> None:
    declined = unpickled(pickle.dumps(CardDeclined("no funds")))
    assert (as_error(declined).type_name, as_error(declined).message) == ("CardDeclined", "no funds")
    assert as_error(unpickled(pickle.dumps(KeyError("k")))).message == "'k'"
    retried = Record("DBOSMaxStepRetriesExceeded", "dbos._error", {"args": ("charge", 4, [declined] * 4)})
    error = as_error(retried)
    assert error.message == "charge failed 4 times, at last CardDeclined: no funds"
    assert (attempts_of(error), error.cause.type_name) == (4, "CardDeclined")
    assert as_error({"name": "Declined", "message": "no"}).type_name == "Declined"
    assert error_of("%%%", "py_pickle").type_name == "Unreadable"


def test_serialisations() -> None:
    assert value_of('{"a": [1]}', "portable_json") == {"a": [1]}
    assert value_of(None, "py_pickle") is None
    assert value_of("xyz", "my_own").encoding == "my_own"
    assert arguments_of('{"positionalArgs": [1], "namedArgs": {"x": 2}}', "portable_json") == ([1], {"x": 2})
    with pytest.raises(UndecodableError, match="no JSON"):
        value_of("[" * 100_000, "portable_json")
    with pytest.raises(UndecodableError):
        value_of("a", "py_pickle")
