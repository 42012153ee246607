"""Runs with children: a parent goes on after its child was retried, and what a child did is not done twice unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench import errors


class RefusedError(Exception):
    """Certainly did nothing."""


class Shop:
    """Pays without a key or with one, ships, and writes a bill; refuses what it is told to."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.refuses: list[str] = []
        self.done: list[str] = []
        self.keys: set[str] = set()
        self.items = ["x"]

    def act(self, name: str, of: str, key: str = "") -> str:
        if name in self.refuses:
            self.refuses.remove(name)
            raise RefusedError(name, of)
        if not key or key not in self.keys:
            self.done.append(name)
        self.keys.add(key)
        return name

    def workflows(self, *, keyed: bool = False, named: bool = False) -> tuple[Any, Any]:
        """Parent and child."""

        @wb.step(kind="keyed" if keyed else "write", key=(lambda item: f"pay/{item}") if keyed else None)
        def pay(item: str) -> str:
            return self.act("pay", item, wb.current_key() if keyed else "")

        @wb.step(kind="write", definite_errors=(RefusedError,))
        def ship(item: str) -> str:
            return self.act("ship", item)

        @wb.step(kind="write", definite_errors=(RefusedError,))
        def bill(shipped: str) -> str:
            return self.act("bill", shipped)

        @wb.step(kind="read")
        def read_cart() -> list[str]:
            return list(self.items)

        @wb.workflow(name="fulfil")
        def fulfil(item: str) -> str:
            pay(item)
            return str(ship(item))

        @wb.workflow(name="sell")
        def sell() -> str:
            shipped = [wb.child(fulfil, item, id=f"fulfil-{item}" if named else None) for item in read_cart()]
            return str(bill(",".join(shipped)))

        return sell, fulfil

    def failed(self, sell: Any, refuses: str) -> wb.Run:
        self.refuses.append(refuses)
        with wb.Recorder(self.log) as recorder, pytest.raises(RefusedError):
            recorder.run(sell, id="o")
        return self.run()

    def run(self, run_id: str = "o") -> wb.Run:
        return wb.open(self.log).run(run_id)

    def row(self, action: str, step: str = "", run_id: str = "o") -> Any:
        row = self.run(run_id).verdict().row(action, step)
        assert row is not None
        return row


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    return Shop(tmp_path / "a.wlog")


def test_a_parent_goes_on_after_its_failed_child_was_retried(shop: Shop) -> None:
    sell, fulfil = shop.workflows()
    run = shop.failed(sell, "ship")
    assert "retry it first" in shop.row("retry_from", "end").because
    assert run.verdict().best is None
    with pytest.raises(errors.UsageError, match="a run of its own") as refused:
        run.retry_from("fulfil", sell)
    assert "rec.run('o/2').retry_from" in refused.value.hint
    assert shop.run("o/2").retry_from("ship", fulfil) == "ship"
    best = shop.run().verdict(sell).best_option
    assert best is not None
    assert (best.action, best.from_step, best.safety) == ("retry_from", "end", "SAFE")
    assert shop.run().retry_from("", sell) == "bill"
    assert shop.done == ["pay", "ship", "bill"]
    assert shop.run().verdict().best is None


def test_a_child_can_be_named_to_tell_its_parent_again(shop: Shop) -> None:
    sell, fulfil = shop.workflows()
    shop.failed(sell, "ship")
    shop.run("o/2").retry_from("ship", fulfil)
    assert shop.run().retry_from("fulfil (2)", sell) == "bill"


def test_what_came_after_the_failure_of_a_child_is_judged_when_its_parent_is_told_again(shop: Shop) -> None:
    _, fulfil = shop.workflows()

    @wb.step(kind="write")
    def apologise(order: str) -> str:
        return shop.act("apologise", order)

    @wb.workflow(name="sell")
    def sell() -> str:
        try:
            return str(wb.child(fulfil, "x"))
        except RefusedError:
            apologise("x")
            raise

    shop.failed(sell, "ship")
    shop.run("o/1").retry_from("ship", fulfil)
    row = shop.row("retry_from", "end")
    assert row.safety == "UNSAFE"
    assert row.executes_again == ("apologise (2)",)


@pytest.mark.parametrize("keyed", [False, True])
def test_a_rerun_of_a_parent_is_as_safe_as_one_of_its_children(shop: Shop, keyed: bool) -> None:  # noqa: FBT001 - both cases are tried
    sell, _ = shop.workflows(keyed=keyed)
    run = shop.failed(sell, "bill")
    row = shop.row("rerun")
    assert (row.safety, [one.id for one in row.objections]) == ("UNSAFE", ["fulfil (2)"])
    with pytest.raises(errors.UnsafeError):
        run.rerun(sell)
    assert run.rerun(sell, accept=["fulfil (2)"]) == "bill"
    assert shop.done.count("pay") == (1 if keyed else 2)


def test_a_child_that_certainly_did_nothing_without_a_key_is_begun_anew(shop: Shop) -> None:
    sell, _ = shop.workflows(keyed=True)
    run = shop.failed(sell, "ship")
    assert shop.row("rerun").safety == "SAFE"
    assert run.rerun(sell) == "bill"
    assert shop.done == ["pay", "ship", "bill"]


def test_in_a_child_that_is_begun_anew_its_keys_are_guarded(shop: Shop) -> None:
    sell, _ = shop.workflows(keyed=True)
    run = shop.failed(sell, "ship")
    shop.items = ["y"]
    with pytest.raises(errors.UnsafeError, match="under another key"):
        run.rerun(sell)
    assert shop.done == ["pay"]


def test_a_child_with_an_id_of_its_own_is_met_again_by_a_rerun(shop: Shop) -> None:
    sell, _ = shop.workflows(named=True)
    run = shop.failed(sell, "bill")
    assert shop.row("rerun").safety == "SAFE"
    assert run.rerun(sell) == "bill"
    assert shop.done == ["pay", "ship", "bill"]


def test_a_child_that_moved_stops_its_parent_before_it_does_anything_twice(shop: Shop) -> None:
    sell, fulfil = shop.workflows()

    @wb.step(kind="read")
    def look() -> str:
        return ""

    @wb.step(kind="write", name="bill", definite_errors=(RefusedError,))
    def bill(shipped: str) -> str:
        return shop.act("bill", shipped)

    @wb.workflow(name="sell")
    def mended() -> str:
        look()
        look()
        return str(bill(wb.child(fulfil, "x")))

    run = shop.failed(sell, "bill")
    with pytest.raises(errors.UnsafeError, match="as another run") as refused:
        run.retry_from("read_cart", mended)
    assert list(refused.value.objections) == ["fulfil (2)"]
    assert shop.done == ["pay", "ship"]
    assert shop.run().retry_from("", mended, accept=["fulfil (2)"]) == "bill"
    assert shop.done.count("pay") == 2


def test_a_child_that_is_called_with_other_arguments_stops_its_parent_and_fails_nothing(shop: Shop) -> None:
    sell, _ = shop.workflows()
    run = shop.failed(sell, "bill")
    shop.items = ["y"]
    with pytest.raises(errors.UnsafeError, match="began with other arguments"):
        run.retry_from("read_cart", sell)
    assert shop.run().status == "interrupted"
    shop.items = ["x"]
    assert shop.run().retry_from("read_cart", sell) == "bill"


def test_what_a_child_did_speaks_against_undoing_its_parent_until_it_is_undone(shop: Shop) -> None:
    sell, _ = shop.workflows()
    shop.failed(sell, "bill")
    assert "what the child run fulfil (2) did stays" in shop.row("compensate").because
    for step in ("pay", "ship"):
        shop.run("o/2").resolve(step, undone=True)
    assert shop.row("compensate").safety == "SAFE"


def test_the_outcome_of_another_workflow_is_no_answer(shop: Shop) -> None:
    """Code with one more call gives the id of one child to another one."""
    shop.workflows()

    @wb.step(kind="read")
    def look(item: str) -> str:
        return item

    @wb.step(kind="write")
    def pack(item: str) -> str:
        return shop.act("pack", item)

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def bill(item: str) -> str:
        return shop.act("bill", item)

    @wb.workflow(name="packing")
    def packing(item: str) -> str:
        return str(pack(item))

    @wb.workflow(name="billing")
    def billing(item: str) -> str:
        return str(bill(item))

    @wb.step(kind="write", name="ship", definite_errors=(RefusedError,))
    def ship(packed: str) -> str:
        return shop.act("ship", packed)

    def selling(looks: int) -> Any:
        @wb.workflow(name="sell")
        def sell() -> str:
            for _ in range(looks):
                look("x")
            packed = wb.child(packing, "x")
            wb.child(billing, "x")
            return str(ship(packed))

        return sell

    shop.failed(selling(1), "ship")
    with pytest.raises(errors.UnsafeError, match="packing"):
        shop.run().retry_from("look", selling(2))
    assert shop.done == ["pack", "bill"]
    with wb.Recorder(shop.log) as recorder, pytest.raises(errors.UsageError, match="is one of workflow packing"):
        recorder.run(billing, "x", id="o/2")


def test_a_child_under_a_new_name_at_another_place_stops_its_parent(shop: Shop) -> None:
    sell, _ = shop.workflows()

    @wb.step(kind="write", name="pay")
    def pay(item: str) -> str:
        return shop.act("pay", item)

    @wb.workflow(name="fulfil_v2")
    def newer(item: str) -> str:
        return str(pay(item))

    @wb.step(kind="read")
    def look() -> str:
        return ""

    @wb.workflow(name="sell")
    def mended() -> str:
        look()
        look()
        return str(wb.child(newer, "x"))

    run = shop.failed(sell, "bill")
    with pytest.raises(errors.UnsafeError, match="as another run"):
        run.retry_from("read_cart", mended)
    assert shop.done == ["pay", "ship"]


def paying(shop: Shop) -> tuple[Any, Any]:
    """A parent whose child pays under the key of the order, which can be undone."""

    def refund(item: str, paid: str | None) -> None:
        shop.done.remove(item)
        del paid

    @wb.step(kind="compensatable", undo=refund, undo_null_safe=True, key=lambda item: f"p/{item}")
    def pay(item: str) -> str:
        if wb.current_key() not in shop.keys:
            shop.done.append(item)
        shop.keys.add(wb.current_key())
        return item

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def ship(item: str) -> str:
        return shop.act("ship", item)

    @wb.workflow(name="paying")
    def child(item: str) -> str:
        return str(pay(item))

    @wb.workflow(name="sell")
    def parent() -> str:
        return str(ship(wb.child(child, "x")))

    return parent, child


def test_what_a_parent_was_told_of_a_child_that_is_undone_since_makes_going_on_unsafe(shop: Shop) -> None:
    parent, child = paying(shop)
    shop.failed(parent, "ship")
    shop.run("o/1").compensate(child)
    assert {str(row.safety) for row in shop.run().verdict().rows if row.action in {"resume", "retry_from"}} == {
        "UNSAFE"
    }
    with pytest.raises(errors.UnsafeError, match="is undone, and the code is told"):
        shop.run().retry_from("ship", parent)


def test_a_rerun_does_under_a_new_key_what_was_undone(shop: Shop) -> None:
    parent, child = paying(shop)
    shop.failed(parent, "ship")
    shop.run("o/1").compensate(child)
    assert shop.done == []
    assert shop.run().rerun(parent, accept=["paying (1)"]) == "ship"
    assert shop.done == ["x", "ship"]
    assert len(shop.keys) == 3, "the old key, the new one, and none"
