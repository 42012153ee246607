"""Whether a restored value is what an annotation says: certain misfits only."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, NewType, NotRequired, Protocol, TypedDict, TypeVar

import pytest

from workbench.analysis.hazards.conforming import misfit_of
from workbench.journal.codec import Record, Redacted

T = TypeVar("T")
Sku = NewType("Sku", str)


@dataclass
class Line:
    sku: str
    count: int = 1
    note: str = None  # type: ignore[assignment]  # as people write it


class Special(Line):
    pass


class Place(NamedTuple):
    row: int
    seat: str


class Colour(enum.Enum):
    RED = "red"


class Page(TypedDict):
    items: list[int]
    more: NotRequired[bool]


class Named(Protocol):
    name: str


@pytest.mark.parametrize(("value", "annotation"), [
    (3, float), (True, int), (3, complex), (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.date), ("a", Sku),
    ("a", Annotated[str, "a name"]), (None, str | None), (3, str | int), ("one", Literal["one", 2]), ([1], list),
    ([1, 2], Sequence[int]), ((1, "a"), tuple[int, str]), ((1, 2), tuple[int, ...]),
    ({"a": [1]}, Mapping[str, list[int]]),
    (Line("a"), Line), (Special("a"), Line), (Place(1, "a"), Place), (Colour.RED, Colour), ({"items": [1]}, Page),
    ("anything", None), ("anything", Any), ("anything", T), ("anything", Named), ([1], Iterator[int]),
    (b"x", bytearray), (Line("a", note="b"), Line),
])  # fmt: skip
def test_it_fits_or_nobody_can_tell(value: Any, annotation: Any) -> None:
    assert misfit_of(value, annotation) == ""


@pytest.mark.parametrize(("value", "annotation", "word"), [
    ("many", int, "int"), (3, str, "str"), (3.5, int, "int"), (30, Decimal, "Decimal"), ("3", float, "float"),
    ("2026-01-01", dt.date, "date"), (dt.date(2026, 1, 1), dt.datetime, "datetime"), (None, str, "nothing"),
    ([1], dict[str, int], "dict"), ({"a": 1}, list[int], "list"), ([1, "a"], list[int], "int"),
    ({"a": 1}, dict[int, int], "int"), ({"a": ["b"]}, dict[str, list[int]], "int"), ((1, 2), tuple[int, str], "str"),
    ("three", Literal["one", 2], "none of"), (3, str | bytes, "str"), (Line("a", "two"), Line, "count"),  # type: ignore[arg-type]  # the misfit
    (Place("1", "a"), Place, "row"), ("red", Colour, "Colour"), ({"items": ["a"]}, Page, "items"), ([], Page, "Page"),  # type: ignore[arg-type]  # the misfit
    (Record("Line", "shop", {"sku": "a"}), Special, "not Line"), (3, Sku, "str"), (3, Annotated[str, "a name"], "str"),
])  # fmt: skip
def test_it_does_not_fit(value: Any, annotation: Any, word: str) -> None:
    assert word in misfit_of(value, annotation)


def test_nobody_knows_what_a_redacted_value_is() -> None:
    assert misfit_of([Redacted("api_key", "0" * 12, {})], list[int]) == ""


def test_a_value_without_end_is_looked_at_for_a_while() -> None:
    deep: list[Any] = []
    deep.append(deep)
    assert misfit_of(deep, list[Any]) == ""
