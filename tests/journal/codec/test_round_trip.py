"""What goes in comes out: as plain values without types, as the caller's own with them; the same bytes every time."""

from __future__ import annotations

import collections
import datetime as dt
import pathlib
import subprocess
import sys
import threading
import typing
import zoneinfo
from decimal import Decimal
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.codec.zoo import (
    Address,
    Color,
    Customer,
    Level,
    Money,
    Node,
    Order,
    OutOfStock,
    Point,
    values,
)
from workbench._errors import UndecodableError
from workbench.journal.codec import (
    Encoder,
    EnumValue,
    Opaque,
    Record,
    RecordedError,
    RecordedFailure,
    annotation_of_return,
    annotations_of,
    decode,
    differences,
    encode,
    loaded_type,
    restore,
    same,
)


@given(values)
def test_everything_supported_round_trips_by_its_own_names(value: Any) -> None:
    restored = restore(decode(encode(value)), Any)

    assert repr(restored) == repr(value) or restored == value
    assert type(restored) is type(value)


@given(values)
def test_encoding_is_deterministic_and_a_fixed_point(value: Any) -> None:
    raw = encode(value)

    assert encode(value) == raw
    assert Encoder().encode(value) == raw
    assert encode(decode(raw)) == raw
    assert same(decode(raw), decode(raw))


@given(values)
def test_the_explaining_encoder_writes_the_same_bytes(value: Any) -> None:
    from workbench.journal.codec.tracing import Tracer

    assert Tracer().value(value) == encode(value)


def test_sets_have_one_order_in_every_process() -> None:
    program = "from workbench.journal.codec import encode; print(encode({str(i) for i in range(50)}).hex())"
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in (1, 2, 3)
    }

    assert len(runs) == 1


def test_an_aware_datetime_keeps_instant_offset_and_zone() -> None:
    moment = dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    back = decode(encode(moment))

    assert (back.utcoffset(), back.tzinfo.key, back.fold, back.timestamp()) == (
        dt.timedelta(hours=1),
        "Europe/Berlin",
        1,
        moment.timestamp(),
    )
    assert decode(encode(dt.datetime(2026, 1, 1))).tzinfo is None  # noqa: DTZ001 - naive on purpose


def test_a_zone_of_a_log_cannot_name_a_file_or_an_import() -> None:
    before = set(sys.modules)
    for key in ("../../etc/passwd", "tzdata.evil/x", "Nowhere/Land", "/etc/passwd"):
        body = msgpack.packb([0, 3_600_000_000, key, 0])
        assert decode(msgpack.packb(msgpack.ExtType(1, body))).utcoffset() == dt.timedelta(hours=1)
    assert set(sys.modules) == before


def test_plain_documents_are_plain_msgpack() -> None:
    value = {"args": ["a", 1, 2.5, None, True, b"x"], "kwargs": {}}

    assert msgpack.unpackb(encode(value)) == value


def test_stand_ins_read_like_the_objects() -> None:
    order = decode(encode(Order("o-1", Money(Decimal(3)))))

    assert isinstance(order, Record)
    assert (order.id, order["price"].amount, order.color) == (
        "o-1",
        Decimal(3),
        EnumValue(Color.__module__, "Color", "RED", "red"),
    )
    assert repr(order.price) == "Money(amount=Decimal('3'), currency='EUR')"
    with pytest.raises(AttributeError, match="no field 'nope'"):
        _ = order.nope
    with pytest.raises(AttributeError):
        order.id = "x"
    x, y = decode(encode(Point(1, 2)))
    assert (x, y) == (1, 2)
    assert len(repr(decode(encode(Order("x" * 10_000, Money(Decimal(1))))))) < 1200


ANNOTATED: list[tuple[Any, Any]] = [
    (3, int),
    (3.5, float),
    ("x", str),
    (None, None),
    ([1, 2], list[int]),
    ((1, "a"), tuple[int, str]),
    ((1, 2, 3), tuple[int, ...]),
    ({"a": Point(1, 2)}, dict[str, Point]),
    ({1, 2}, set[int]),
    (frozenset({1}), frozenset[int]),
    (Order("o", Money(Decimal(1))), Order),
    (Node(1, Node(2)), Node),
    (Node(1), Node | None),
    (None, Node | None),
    (Color.BLUE, Color),
    (Level.HIGH, Level),
    ([Color.RED], list[Color]),
    ("a", typing.Literal["a", "b"]),
    (Money(Decimal(1)), typing.Annotated[Money, "note"]),
    (Point(1, 2), Point),
    ({"street": "x", "since": dt.date(2020, 1, 1)}, Address),
    (pathlib.Path("a"), pathlib.Path),
    (collections.deque([1]), collections.deque[int]),
    (collections.OrderedDict(a=1), collections.OrderedDict[str, int]),
    (collections.Counter("aab"), collections.Counter[str]),
    (bytearray(b"x"), bytearray),
    ((1, 2), typing.Sequence[int]),
    ({"a": 1}, typing.Mapping[str, int]),
    (Customer(name="n", tags={"t"}, reNamed=4, money=Money(Decimal(2))), Customer),
    ([Point(1, 2), Money(Decimal(1))], list[Point | Money]),
    ({Color.RED: 1}, dict[Color, int]),
    (Decimal(1), Decimal | str),
    ([1, "a", Money(Decimal(1))], list[int | str | Money]),
    (typing.NewType("OrderId", str)("x"), typing.NewType("OrderId", str)),
]


@pytest.mark.parametrize(
    ("value", "annotation"), ANNOTATED, ids=[f"{index}-{kind}" for index, (_, kind) in enumerate(ANNOTATED)]
)
def test_annotations_give_the_callers_types_back(value: Any, annotation: Any) -> None:
    restored = restore(decode(encode(value)), annotation, lookup=lambda *_: None)

    assert restored == value
    assert type(restored) is type(value)


def test_json_numbers_become_floats_where_a_float_is_annotated() -> None:
    restored = restore([3, True], list[float])

    assert [type(part) for part in restored] == [float, bool]


def test_a_misfit_is_named_by_its_path() -> None:
    raw = decode(encode({"orders": [Order("a", Money(Decimal(1)))]}))
    del raw["orders"][0].fields["price"].fields["amount"]
    with pytest.raises(UndecodableError, match="misses field 'amount'") as caught:
        restore(raw, dict[str, list[Order]])
    assert caught.value.where == "$.orders[0].price.amount"

    extra = Record("Money", Money.__module__, {"amount": Decimal(1), "colour": 1})
    with pytest.raises(UndecodableError, match="unknown field 'colour'"):
        restore(extra, Money)


def test_fields_with_defaults_may_be_missing_and_init_false_is_set() -> None:
    order = Order("a", Money(Decimal(1)))
    order.checksum = 7
    raw = decode(encode(order))
    del raw.fields["lines"]

    assert restore(raw, Order).checksum == 7
    assert restore(raw, Order).lines == []


def test_exceptions_keep_what_a_handler_looks_at() -> None:
    raw = b""
    try:
        try:
            dict[str, int]()["missing"]
        except KeyError as error:
            error.add_note("while packing")
            raise OutOfStock("sku-7", wanted=2) from error
    except OutOfStock as error:
        raw = encode(error)
    recorded = decode(raw)
    restored = restore(recorded, Any)

    assert isinstance(recorded, RecordedError)
    assert "test_exceptions_keep" in recorded.traceback
    assert type(restored) is OutOfStock
    assert (restored.sku, restored.wanted, str(restored)) == ("sku-7", 2, "no sku-7")
    assert type(restored.__cause__) is KeyError
    assert restored.__cause__.__notes__ == ["while packing"]
    assert encode(recorded) == raw


@pytest.mark.parametrize(
    "error",
    [
        OSError(2, "gone", "f.txt"),
        FileNotFoundError(2, "x"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"),
        StopIteration(3),
        ExceptionGroup("many", [ValueError(1), KeyError("k")]),
        ValueError(lambda: 1),
        TimeoutError(),
    ],
)
def test_builtin_exceptions_come_back_as_themselves(error: Exception) -> None:
    restored = restore(decode(encode(error)), Any)

    assert type(restored) is type(error)
    assert getattr(restored, "errno", None) == getattr(error, "errno", None)


def test_foreign_and_deadly_exceptions_become_a_failure() -> None:
    for recorded in (RecordedError("shop.gone", "Lost", message="m"), RecordedError("builtins", "SystemExit", (1,))):
        restored = restore(recorded, Any)
        assert type(restored) is RecordedFailure
        assert recorded.type_name in str(restored)


def test_loops_of_causes_end() -> None:
    first, second = ValueError(1), ValueError(2)
    first.__cause__, second.__cause__ = second, first
    first.args = (first,)

    assert isinstance(decode(encode(first)), RecordedError)


def test_unknown_extensions_survive() -> None:
    raw = msgpack.packb([msgpack.ExtType(99, b"\xc1\xff")])

    assert decode(raw) == [Opaque(99, b"\xc1\xff")]
    assert encode(decode(raw)) == raw


def test_one_encoder_serves_many_threads() -> None:
    encoder, value = Encoder(), [Order("o", Money(Decimal(index))) for index in range(20)]
    wrong: list[int] = []
    expected = encode(value)

    def work() -> None:
        wrong.extend(1 for _ in range(200) if encoder.encode(value) != expected)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_types_are_looked_up_not_imported() -> None:
    assert loaded_type(Order.__module__, "Order") is Order
    assert loaded_type("turtledemo.clock", "Hand") is None
    assert "turtledemo" not in sys.modules
    assert loaded_type("builtins", "print") is None


def test_hints_that_do_not_resolve_are_any() -> None:
    def fn(good: int, bad: Missing) -> list[Missing]: ...  # type: ignore[name-defined, empty-body]  # noqa: F821 - a hint that cannot be resolved is the point

    assert annotations_of(fn)["good"] is int
    assert annotations_of(fn)["bad"] is Any
    assert annotation_of_return(fn) is Any
    assert annotation_of_return(lambda: 1) is Any


def test_same_is_strict_and_blind_to_order() -> None:
    nan = float("nan")
    assert same({"a": 1, "b": [nan]}, {"b": [nan], "a": 1})
    for recorded, asked in (
        (True, 1),
        (1, 1.0),
        ("1", 1),
        ((1,), [1]),
        ({1: 0}, {True: 0}),
        ({"a": 1}, {}),
        ([1], [1, 2]),
    ):
        assert not same(recorded, asked)
        assert not same(asked, recorded)
    assert same("Bearer ⟨redacted:jwt:0123456789ab⟩", "Bearer x")
    found = differences({"a": [1, 2], "b": 3}, {"a": [1, 5], "b": 4, "c": 0}, limit=2)
    assert found == [("$.a[1]", 2, 5), ("$.b", 3, 4)]


@given(st.text(st.characters(), max_size=30))
def test_text_with_surrogates_round_trips(text: str) -> None:
    assert decode(encode([text + "\udcff"])) == [text + "\udcff"]


class Parcel(typing.TypedDict):
    weight: int
    note: typing.NotRequired[str]


class Label(typing.TypedDict, total=False):
    to: typing.Required[str]
    colour: str


@pytest.mark.parametrize(
    ("value", "annotation", "missing"),
    [({"weight": 1}, Parcel, "weight"), ({"to": "x"}, Label, "to"), ({"to": "x"}, Label | None, "")],
)
def test_keys_that_may_be_absent_may_be_absent_also_where_annotations_are_text(
    value: dict[str, Any], annotation: Any, missing: str
) -> None:
    assert restore(value, annotation) == value
    if missing:
        with pytest.raises(UndecodableError, match=f"misses key '{missing}'"):
            restore({}, annotation)
