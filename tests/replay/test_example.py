"""Answers that a type suggests."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NewType, NotRequired, TypedDict

import pydantic
import pytest

import workbench as wb
from tests.replay.flows import recorded, replayed
from workbench.journal import open_log
from workbench.machine import Crashes, Returns, Target
from workbench.replay import Completed, Needs
from workbench.replay.example import NO_EXAMPLE, example_of


class Colour(enum.Enum):
    RED = "red"


class Empty(enum.Enum):
    """Has no member."""


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: Literal["EUR", "USD"] = "EUR"
    notes: list[str] = field(default_factory=list)


class Pair(NamedTuple):
    left: int
    right: Money


class Wire(TypedDict):
    id: str
    more: NotRequired[int]


class Model(pydantic.BaseModel):
    money: Money
    when: dt.datetime
    maybe: int = 3


@dataclass
class Endless:
    again: Endless


OrderId = NewType("OrderId", str)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, 1), (str, "text"), (None, None), (bool, True), (OrderId, "text"), (Annotated[int, "x"], 1),
        (Literal["b", "a"], "b"), (int | None, 1), (None | Colour, Colour.RED), (list[int], [1]),
        (Sequence[str], ["text"]), (Mapping[str, int], {"text": 1}), (tuple[int, ...], (1,)),
        (tuple[int, str], (1, "text")),
        (set[int], {1}), (dict[str, Any] | int, 1), (list, []), (Colour, Colour.RED), (Money, Money(Decimal("1.00"))),
        (Pair, Pair(1, Money(Decimal("1.00")))), (Wire, {"id": "text"}),
        (Model, Model(money=Money(Decimal("1.00")), when=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))),
    ],
)  # fmt: skip
def test_a_type_gives_an_example_of_itself(annotation: Any, value: Any) -> None:
    found = example_of(annotation)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("annotation", [Any, object, Endless, Empty, "NotThere", dict[str, Any], Path, type])
def test_what_a_type_does_not_say_is_not_made_up(annotation: Any) -> None:
    assert example_of(annotation) is NO_EXAMPLE


@wb.step(kind="read")
def price(sku: str) -> Money:
    return Money(Decimal(len(sku)))


def selling() -> Money:
    return price("book")


def test_the_frontier_suggests_what_the_type_says_where_the_log_says_nothing(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", selling)
    crash = Crashes(history.columns.seq[history.rows_of("r")[1]])
    outcome = replayed(selling, history, [crash]).outcome
    assert isinstance(outcome, Needs)
    assert outcome.suggestions == ()
    assert outcome.example == Money(Decimal("1.00"))
    assert "a value of that type: Money(amount=Decimal('1.00')" in str(outcome)
    answered = replayed(selling, history, [crash, Returns(Target("price"), outcome.example, supplied=True)])
    assert answered.outcome == Completed(outcome.example)


def test_other_logs_suggest_too(tmp_path: Path) -> None:
    _, history = recorded(tmp_path / "a.wlog", selling)
    recorded(tmp_path / "b.wlog", selling)
    crash = Crashes(history.columns.seq[history.rows_of("r")[1]])
    outcome = replayed(selling, history, [crash], others=[open_log(tmp_path / "b.wlog").history]).outcome
    assert isinstance(outcome, Needs)
    assert outcome.suggestions == (Money(Decimal(4)),)
