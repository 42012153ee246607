"""A cart is read again and has another order, grew or shrank: effects are known by their keys, not by their places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench import errors
from workbench.analysis import Verdict


class RefusedError(Exception):
    """Certainly did nothing."""


class LostError(Exception):
    """Nobody knows whether it acted."""


class Shop:
    """Reserves once per key, gives back what it is told to, and refuses to ship the first time."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.cart = ["a", "b", "c"]
        self.reserved: dict[str, str] = {}
        self.given_back: list[str] = []
        self.refused = 1

    def sell(self, *, undo: bool = False) -> Any:
        """The workflow: read the cart, reserve each item, ship."""

        def give_back(item: str, reservation: str | None) -> None:
            assert reservation == f"for {item}"
            self.given_back.append(item)

        @wb.step(kind="read")
        def read_cart() -> list[str]:
            return list(self.cart)

        @wb.step(
            kind="compensatable" if undo else "keyed", undo=give_back if undo else None, key=lambda item: f"r/{item}"
        )
        def reserve(item: str) -> str:
            return self.reserved.setdefault(wb.current_key(), f"for {item}")

        @wb.step(kind="write", definite_errors=(RefusedError,))
        def ship() -> str:
            if self.refused:
                self.refused -= 1
                raise RefusedError
            return "on its way"

        @wb.workflow(name="sell")
        def sell() -> str:
            for item in read_cart():
                reserve(item)
            return str(ship())

        return sell

    def failed(self, sell: Any) -> wb.Run:
        with wb.Recorder(self.log) as recorder, pytest.raises(RefusedError):
            recorder.run(sell, id="order-7")
        return self.run()

    def run(self) -> wb.Run:
        return wb.open(self.log).run("order-7")

    def verdict(self) -> Verdict:
        return self.run().verdict()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    return Shop(tmp_path / "a.wlog")


@pytest.mark.parametrize("cart", ["bac", "cba", "cab", "abcd", "bcad"])
def test_a_cart_in_another_order_or_with_more_in_it_leaves_nothing_to_be_done(shop: Shop, cart: str) -> None:
    sell = shop.sell()
    run = shop.failed(sell)
    shop.cart = list(cart)
    assert run.retry_from("read_cart", sell) == "on its way"
    verdict = shop.verdict()
    assert verdict.settled, "each effect goes on under its own key"
    assert len(shop.reserved) == len(cart)
    assert "cannot be told" not in verdict.text()


@pytest.mark.parametrize(("cart", "left"), [("bc", "reserve (2, event 10)"), ("ab", "reserve (4)"), ("c", "reserve")])
def test_what_a_shorter_cart_leaves_behind_is_named_and_nothing_else(shop: Shop, cart: str, left: str) -> None:
    sell = shop.sell()
    run = shop.failed(sell)
    shop.cart = list(cart)
    run.retry_from("read_cart", sell)
    surplus = shop.verdict().surplus
    assert len(surplus) == 3 - len(cart)
    assert all(one.step.startswith(left) and not one.twice for one in surplus)
    for one in surplus:
        shop.run().resolve(one.name, undone=True)
    assert shop.verdict().settled


def test_what_is_left_behind_is_undone_with_its_own_arguments(shop: Shop) -> None:
    sell = shop.sell(undo=True)
    run = shop.failed(sell)
    shop.cart = ["b", "c"]
    run.retry_from("read_cart", sell, accept=["reserve (2)", "reserve (3)", "reserve (4)"])
    plan = shop.run().compensate(sell, dry_run=True)
    assert [call.step for call in plan.calls] == ["reserve (3)", "reserve (2)", "reserve (2, event 10)"]


def test_an_undo_of_what_was_left_behind_reaches_it_and_not_what_stands_at_its_place(shop: Shop) -> None:
    sell = shop.sell(undo=True)
    run = shop.failed(sell)
    shop.cart, shop.refused = ["b", "c"], 1
    with pytest.raises(RefusedError):
        run.retry_from("read_cart", sell, accept=["reserve (2)", "reserve (3)", "reserve (4)"])
    assert shop.run().compensate(sell, accept=["reserve (2)", "reserve (3)"]).failed is None
    assert sorted(shop.given_back) == ["a", "b", "c"]
    assert shop.run().status == "compensated"


def test_a_new_item_before_the_old_ones_is_refused_until_it_is_accepted_by_the_id_that_is_named(shop: Shop) -> None:
    sell = shop.sell()
    run = shop.failed(sell)
    shop.cart = ["d", "a", "b", "c"]
    with pytest.raises(errors.UnsafeError, match="under another key") as refused:
        run.retry_from("read_cart", sell)
    assert list(refused.value.objections) == ["reserve (2)"]
    assert "d" not in "".join(shop.reserved), "it was not executed"
    assert shop.run().retry_from("read_cart", sell, accept=refused.value.objections) == "on its way"
    assert sorted(shop.reserved) == ["r/a", "r/b", "r/c", "r/d"]
    assert shop.verdict().settled


def test_a_told_step_that_moves_is_a_question_of_the_verdict_and_a_stop_of_the_run(shop: Shop) -> None:
    told: list[str] = []

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def charge(order: str) -> str:
        told.append(order)
        raise LostError(order)

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def before(order: str) -> str:
        look(order)
        return str(charge(order))

    @wb.workflow(name="sell")
    def after(order: str) -> str:
        return str(charge(order))

    with wb.Recorder(shop.log) as recorder, pytest.raises(LostError):
        recorder.run(before, "42", id="order-7")
    shop.run().resolve("charge", happened=True, result="ch_1")
    retry = shop.run().verdict(before, from_step="look").row("retry_from", "look")
    assert retry is not None
    assert retry.safety == "SAFE"
    moved = shop.run().verdict(after, from_step="look").row("retry_from", "look")
    assert moved is not None
    assert (moved.safety, moved.objections[0].id) == ("CHECK", "G15")
    assert "calls charge (1)" in moved.because
    with pytest.raises(errors.InDoubtError, match="second time"):
        shop.run().retry_from("look", after, accept=["G15"])
    assert told == ["42"]


def test_a_told_step_beside_another_one_is_a_question_where_the_two_change_places(shop: Shop) -> None:
    done: list[str] = []

    @wb.step(kind="write")
    def charge(order: str) -> str:
        done.append("charge")
        raise LostError(order)

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def mail(order: str) -> str:
        done.append(order)
        return "sent"

    @wb.workflow(name="sell")
    async def before(order: str) -> list[str]:
        return list(await wb.gather(charge(order), mail(order)))

    @wb.workflow(name="sell")
    async def after(order: str) -> list[str]:
        return list(await wb.gather(mail(order), charge(order)))

    with wb.Recorder(shop.log) as recorder, pytest.raises(LostError):
        recorder.run(before, "42", id="order-7")
    shop.run().resolve("charge", happened=True, result="ch_1")
    same = shop.run().verdict(before).row("retry_from", "charge")
    other = shop.run().verdict(after).row("retry_from", "charge")
    assert same is not None
    assert other is not None
    assert other.safety != "SAFE"
    with pytest.raises(errors.WorkbenchError):
        shop.run().retry_from("charge", after, accept=[one.id for one in other.objections])
    assert done.count("charge") == 1
