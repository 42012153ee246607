"""Amounts of money in payloads: what is recognised, in which convention, and what is left alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.ledger import Amount, Direction, amount_in
from workbench.analysis.ledger.money import direction_of
from workbench.journal.codec import EnumValue, Record, Redacted

EUR = EnumValue("shop", "Currency", "EUR", "eur")


@pytest.mark.parametrize(
    ("payload", "value", "currency", "assumed"),
    [
        ({"amount": Decimal("19.99"), "currency": "EUR"}, "19.99", "EUR", ""),
        ({"amount": "19.99", "currency": "eur"}, "19.99", "EUR", ""),
        ({"amount_cents": 1999, "currency": "EUR"}, "19.99", "EUR", ""),
        ({"amountCents": 1999}, "19.99", "", "no currency is recorded; hundredths"),
        ({"amount_minor": 1999, "currency": "JPY"}, "1999", "JPY", ""),
        ({"amount_minor": 1999, "currency": "KWD"}, "1.999", "KWD", ""),
        ({"amount": 1999, "currency": "usd"}, "19.99", "USD", "minor units, as Stripe writes them"),
        ({"amount": {"value": 1999, "currency": "EUR"}}, "19.99", "EUR", "minor units, as Adyen writes them"),
        ({"amount": {"value": "19.99", "currency_code": "USD"}}, "19.99", "USD", ""),
        (
            {"amount": 5, "currency": "EUR"}, "5", "EUR",
            "a whole number without a unit in its name is taken as it stands",
        ),
        ({"total": Decimal("3.50")}, "3.50", "", "no currency is recorded"),
        ({"order": {"total": 12.5, "currency": "EUR"}}, "12.5", "EUR", ""),
        ({"price_eur": Decimal(7)}, "7", "EUR", ""),
        ({"amount": Decimal(7), "currency": EUR}, "7", "EUR", ""),
        (Record("Charge", "shop", {"amount_cents": 100, "currency": "EUR"}), "1.00", "EUR", ""),
        ({"amount": 100, "amount_refunded": 3, "currency": "EUR"}, "100", "EUR",
         "a whole number without a unit in its name is taken as it stands"),
        ([{"id": 1}, {"amount": Decimal(9), "currency": "EUR"}], "9", "EUR", ""),
        ({"currency": "EUR", "line": {"amount": Decimal(9)}}, "9", "EUR", ""),
    ],
)  # fmt: skip
def test_recognised(payload: Any, value: str, currency: str, assumed: str) -> None:
    assert amount_in(payload) == Amount(Decimal(value), currency, assumed)


@pytest.mark.parametrize(
    "payload",
    [
        {"total": 3},
        {"value": 3},
        {"amount": True, "currency": "EUR"},
        {"amount": float("nan")},
        {"amount": float("inf")},
        {"amount": "a lot"},
        {"amount": 10**40},
        {"amount": Decimal("1E+1000000")},
        {"amount": Redacted("amount", "0" * 12)},
        {"amount_refunded": 5, "currency": "EUR"},
        {"discount": {"amount": 5, "currency": "EUR"}},
        {"unit_price": 5, "currency": "EUR"},
        {"count": 5},
        {},
        [],
        None,
        "amount 5 EUR",
    ],
)
def test_left_alone(payload: Any) -> None:
    assert amount_in(payload) is None


def test_several_side_by_side_are_not_chosen_from() -> None:
    items = {"items": [{"price": Decimal(1)}, {"price": Decimal(2)}], "currency": "EUR"}
    assert amount_in(items) == "several amounts stand side by side: 1 EUR, 2 EUR"
    assert amount_in(items | {"total": Decimal(3)}) == Amount(Decimal(3), "EUR", "")


def test_hostile_payloads_are_bounded() -> None:
    deep: Any = {"amount": 1}
    for _ in range(2_000):
        deep = {"in": deep}
    assert amount_in(deep) is None
    assert amount_in([{"amount": number} for number in range(100_000)]) is not None


@given(
    cents=st.integers(0, 10**12),
    currency=st.sampled_from(["EUR", "usd", "JPY", "KWD"]),
    nesting=st.lists(st.sampled_from(["order", "payment", "body"]), max_size=4),
)
def test_minor_units_are_exact(cents: int, currency: str, nesting: list[str]) -> None:
    payload: Any = {"amount_cents": cents, "currency": currency}
    for name in nesting:
        payload = {name: payload, "ok": True}
    digits = {"JPY": 0, "KWD": 3}.get(currency.upper(), 2)
    assert amount_in(payload) == Amount(Decimal(cents) / 10**digits, currency.upper())


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("charge_card", Direction.CHARGE), ("payments.capture", Direction.CHARGE), ("chargeCard", Direction.CHARGE),
        ("create_charge", Direction.CHARGE), ("refund", Direction.REFUND), ("refund_charge", Direction.REFUND),
        ("authorize_payment", Direction.NONE), ("send_payment_receipt", Direction.NONE),
        ("cancel_payment", Direction.NONE), ("create_order", Direction.NONE),
    ],
)  # fmt: skip
def test_the_name_says_which_way(name: str, direction: Direction) -> None:
    assert direction_of(name) == (direction, False)


def test_a_name_that_says_nothing() -> None:
    assert direction_of("book_hotel") == (Direction.NONE, True)
