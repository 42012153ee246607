"""The caller's side of the codec tests: classes that programs pass around, and a strategy over everything supported."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import pathlib
import zoneinfo
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypedDict

import pydantic
from hypothesis import strategies as st


class Color(enum.Enum):
    RED = "red"
    BLUE = 2


class Permission(enum.Flag):
    READ = 1
    WRITE = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True)
class Money:
    amount: decimal.Decimal
    currency: str = "EUR"


@dataclass
class Order:
    id: str
    price: Money
    lines: list[tuple[str, int]] = field(default_factory=list)
    color: Color = Color.RED
    weight: float = 0.0
    checksum: int = field(default=0, init=False)


@dataclass
class Node:
    """Names itself."""

    value: int
    next: Node | None = None


class Point(NamedTuple):
    x: int
    y: int = 0


class Address(TypedDict, total=False):
    street: str
    since: dt.date


class Customer(pydantic.BaseModel):
    name: str
    money: Money | None = None
    tags: set[str] = set()
    renamed: int = pydantic.Field(default=0, alias="reNamed")


class OutOfStock(Exception):  # noqa: N818 - as programs name them
    """Has a constructor that its `args` do not fit, as many do."""

    def __init__(self, sku: str, *, wanted: int) -> None:
        self.sku = sku
        self.wanted = wanted
        super().__init__(f"no {sku}")


class Explosive:
    """Must never be made by reading a log."""

    def __init__(self) -> None:
        raise AssertionError("constructed")


ZONES = [
    dt.UTC,
    zoneinfo.ZoneInfo("Europe/Berlin"),
    zoneinfo.ZoneInfo("America/New_York"),
    dt.timezone(dt.timedelta(hours=-5)),
]

# Years near the ends of the calendar overflow in a zone's own arithmetic, which is not ours to test.
_moments = st.datetimes(min_value=dt.datetime(1900, 1, 1), max_value=dt.datetime(2200, 1, 1))  # noqa: DTZ001 - a naive datetime is meant

scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(2**200), max_value=2**200),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=20),
    st.text(st.characters(), max_size=4),
    _moments,
    st.builds(lambda moment, zone: moment.replace(tzinfo=zone), _moments, st.sampled_from(ZONES)),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.complex_numbers(allow_nan=False),
    st.sampled_from([range(3), range(5, 1, -2)]),
    st.sampled_from([pathlib.Path("a/b"), pathlib.PureWindowsPath("c:/x"), pathlib.PurePosixPath("/")]),
    st.sampled_from([*Color, *Level, Permission.READ | Permission.WRITE]),
    st.builds(Money, st.decimals(allow_nan=False), st.sampled_from(["EUR", "USD"])),
    st.builds(Point, st.integers(), st.integers()),
)
hashables = st.one_of(
    st.none(), st.integers(), st.text(max_size=5), st.uuids(), st.decimals(allow_nan=False), st.dates()
)

values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
        st.dictionaries(st.one_of(st.integers(), st.text(max_size=3), st.tuples(st.integers())), inner, max_size=3),
        st.sets(hashables, max_size=4),
        st.frozensets(hashables, max_size=4),
        st.builds(Node, st.integers(), st.none() | st.builds(Node, st.integers())),
        st.builds(
            lambda first: Order("o", Money(decimal.Decimal(1)), color=Color.BLUE, lines=[(str(first)[:3], 1)]), inner
        ),
    ),
    max_leaves=12,
)
