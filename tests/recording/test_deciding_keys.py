"""A step that is done again must be done under its own key: drawn ids, prices read again, mended key functions.

The other side recognises keys, as payment services do: under a key that it knows nothing is done a second time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from workbench import errors
from workbench.analysis import Verdict


class RefusedError(Exception):
    """Certainly did nothing."""


def row_of(verdict: Verdict, action: str, step: str = "") -> Any:
    """An option that is there."""
    row = verdict.row(action, step)
    assert row is not None
    return row


class Till:
    """Charges once per key; ships when nothing stands in its way; quotes what it is told to."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.charges: dict[str, int] = {}
        self.refused = 1
        self.quoted = "price-2026-11"

    def charge(self) -> str:
        key = wb.current_key()
        self.charges.setdefault(key, len(self.charges))
        return f"ch_{self.charges[key]}"

    def ship(self) -> str:
        if self.refused:
            self.refused -= 1
            raise RefusedError
        return "on its way"

    def failed(self, code: Any) -> wb.Run:
        with wb.Recorder(self.log) as recorder, pytest.raises(RefusedError):
            recorder.run(code, "42", id="order-7")
        return self.run()

    def run(self, run_id: str = "order-7") -> wb.Run:
        return wb.open(self.log).run(run_id)


@pytest.fixture
def till(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Till:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    return Till(tmp_path / "a.wlog")


Key = Callable[[str, str], str]


def selling(till: Till, made: str, key: Key | None = lambda _order, extra: extra, *, kind: str = "keyed") -> Any:
    """A sale: something is made, the charge is keyed with it, and shipping comes last."""

    @wb.step(kind="read")
    def quote(order: str) -> str:
        del order
        return till.quoted

    @wb.step(kind=kind, key=key, name="charge")
    def charge(order: str, extra: str) -> str:
        del order, extra
        return till.charge() if key is not None else str(till.charges.setdefault("", len(till.charges)))

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def ship(order: str) -> str:
        del order
        return till.ship()

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    makers: dict[str, Callable[[str], str]] = {
        "order": lambda order: f"order/{order}",
        "drawn": lambda _order: str(wb.uuid4()),
        "clock": lambda _order: str(int(wb.now().timestamp())),
        "quote": quote,
        "digest": lambda _order: hashlib.sha256(str(wb.uuid4()).encode()).hexdigest(),
    }

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        look(order)
        charge(order, makers[made](order))
        return str(ship(order))

    return sell


def test_a_key_of_the_order_number_makes_a_retry_and_a_rerun_safe(till: Till) -> None:
    sell = selling(till, "order")
    run = till.failed(sell)
    assert row_of(run.verdict(sell), "rerun").safety == "SAFE"
    assert run.retry_from("look", sell) == "on its way"
    assert len(till.charges) == 1


@pytest.mark.parametrize("made", ["drawn", "clock"])
def test_a_drawn_key_makes_going_back_before_the_draw_unsafe(till: Till, made: str) -> None:
    sell = selling(till, made)
    run = till.failed(sell)
    verdict = run.verdict(from_step="look")
    assert row_of(verdict, "rerun").safety == "UNSAFE"
    row = row_of(verdict, "retry_from", "look")
    assert row.safety == "UNSAFE"
    assert "drawn anew" in row.because
    with pytest.raises(errors.UnsafeError):
        run.retry_from("look", sell)
    assert run.retry_from("charge", sell) == "on its way", "the draw is kept"
    assert len(till.charges) == 1


def test_a_key_of_what_is_read_again_asks_and_stops_where_it_changed(till: Till) -> None:
    sell = selling(till, "quote")
    run = till.failed(sell)
    plan = run.retry_from("look", sell, dry_run=True)
    assert plan.option.safety == "CHECK"
    assert [one.id for one in plan.option.objections] == ["G15"]
    assert run.retry_from("charge", sell, dry_run=True).option.safety == "SAFE", "what was read is kept"
    till.quoted = "price-2026-12"
    with pytest.raises(errors.UnsafeError, match="under another key"):
        run.retry_from("look", sell, accept=["G15"])
    assert len(till.charges) == 1


def test_the_recorder_stops_before_a_key_that_no_verdict_could_foresee(till: Till) -> None:
    """A digest of a drawn id looks like any other text; the recorder sees the new key before it is used."""
    sell = selling(till, "digest")
    run = till.failed(sell)
    assert row_of(run.verdict(sell), "rerun").safety == "SAFE"
    with pytest.raises(errors.UnsafeError, match="under another key") as raised:
        run.rerun(sell, id="again")
    assert raised.value.objections == ("charge (3)",)
    assert len(till.charges) == 1
    with pytest.raises(errors.UnsafeError, match="under another key"), wb.Recorder(till.log) as recorder:
        recorder.resume("again", sell)
    assert len(till.charges) == 1, "also after the run was picked up again"


def test_a_retry_that_was_stopped_is_unsafe_to_resume(till: Till) -> None:
    sell = selling(till, "digest")
    with pytest.raises(errors.UnsafeError, match="under another key"):
        till.failed(sell).retry_from("look", sell)
    run = till.run()
    assert run.status == "interrupted"
    assert row_of(run.verdict(sell), "resume").safety == "UNSAFE"
    assert run.resume(sell, accept=["charge (3)"]) == "on its way"
    assert len(till.charges) == 2, "as accepted"


@pytest.mark.parametrize(
    ("key", "kind"), [(lambda order, _: f"v2/{order}", "keyed"), (None, "write")], ids=["another key", "no key"]
)
def test_mended_code_with_other_keys_is_unsafe(till: Till, key: Key | None, kind: str) -> None:
    run = till.failed(selling(till, "order"))
    mended = selling(till, "order", key, kind=kind)
    for plan in (run.retry_from("charge", mended, dry_run=True), run.rerun(mended, dry_run=True)):
        assert plan.option.safety == "UNSAFE"
        assert "charge (2)" in [one.id for one in plan.option.objections]
    with pytest.raises(errors.UnsafeError):
        run.retry_from("charge", mended)
    assert len(till.charges) == 1
    assert run.retry_from("ship", mended) == "on its way", "the charge is kept"


def test_what_was_accepted_is_done(till: Till) -> None:
    mended = selling(till, "order", lambda order, _: f"v2/{order}")
    run = till.failed(selling(till, "order"))
    assert run.retry_from("charge", mended, accept=["charge (2)"]) == "on its way"
    assert set(till.charges) == {"order/42", "v2/42"}


def test_a_step_of_another_name_does_not_take_the_place_of_one_that_stands(till: Till) -> None:
    run = till.failed(selling(till, "order"))

    @wb.step(kind="keyed", key=lambda order: f"pay/{order}")
    def pay(order: str) -> str:
        del order
        return till.charge()

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def renamed(order: str) -> str:
        look(order)
        return pay(order)

    plan = run.retry_from("charge", renamed, dry_run=True)
    assert plan.option.safety == "UNSAFE"
    assert "pay (2)" in plan.option.because
    assert len(till.charges) == 1


def test_what_certainly_did_not_happen_may_be_done_under_another_key(till: Till) -> None:
    """A charge in doubt, superseded, and then found not to have happened: a drawn key may be another one now."""
    dying = [True]

    @wb.step(kind="keyed", key=lambda _order, extra: extra, name="charge")
    def charge(order: str, extra: str) -> str:
        del order, extra
        if dying:
            dying.pop()
            raise KeyboardInterrupt
        return till.charge()

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        look(order)
        return charge(order, str(wb.uuid4()))

    with wb.Recorder(till.log) as recorder, pytest.raises(KeyboardInterrupt):
        recorder.run(sell, "42", id="order-7")
    with pytest.raises(errors.UnsafeError, match="drawn anew"):
        till.run().retry_from("look", sell)
    told = till.run().resolve("charge", happened=False)
    assert told.retry_from("look", sell) == "ch_0"
    assert len(till.charges) == 1


def two_services(till: Till, fee_key: Key) -> tuple[Any, dict[str, set[str]]]:
    """A fee that has an undo and a parcel that has none, of two services that are asked under keys of their own."""
    done: dict[str, set[str]] = {"parcel": set(), "fee": set()}

    def give_back(order: str, extra: str, result: str | None) -> None:
        del order, extra, result

    @wb.step(kind="keyed", key=lambda order, _: f"pay/{order}")
    def parcel(order: str, extra: str) -> str:
        del order, extra
        done["parcel"].add(wb.current_key())
        return "parcel"

    @wb.step(kind="compensatable", undo=give_back, undo_null_safe=True, key=fee_key)
    def fee(order: str, extra: str) -> str:
        del order, extra
        done["fee"].add(wb.current_key())
        return "fee"

    @wb.step(kind="write", definite_errors=(RefusedError,))
    def ship(order: str) -> str:
        del order
        return till.ship()

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        parcel(order, "")
        fee(order, "")
        return ship(order)

    return sell, done


@pytest.mark.parametrize(
    "fee_key",
    [lambda order, _: f"pay/{order}", lambda order, _: f"pay/{order}/again-fee"],
    ids=["one key for two services", "a key that looks like a renewed one"],
)
def test_only_what_was_undone_gets_a_new_key(till: Till, fee_key: Key) -> None:
    sell, done = two_services(till, fee_key)
    run = till.failed(sell)
    run.compensate(sell, down_to="fee")
    assert run.refresh().retry_from("parcel", sell) == "on its way"
    assert done["parcel"] == {"pay/42"}
    assert len(done["fee"]) == 2


def test_a_later_attempt_is_not_what_somebody_said_did_not_happen(till: Till) -> None:
    dying = ["before", "after"]

    @wb.step(kind="read")
    def quote(order: str) -> str:
        del order
        return till.quoted

    @wb.step(kind="keyed", key=lambda _order, extra: extra, name="charge")
    def charge(order: str, extra: str) -> str:
        del order, extra
        when = dying.pop(0) if dying else ""
        made = till.charge() if when != "before" else ""
        if when:
            raise KeyboardInterrupt
        return made

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        return charge(order, quote(order))

    with wb.Recorder(till.log) as recorder, pytest.raises(KeyboardInterrupt):
        recorder.run(sell, "42", id="order-7")
    told = till.run().resolve("charge", happened=False)
    with pytest.raises(KeyboardInterrupt):
        told.resume(sell)
    till.quoted = "price-2026-12"
    with pytest.raises(errors.UnsafeError, match="under another key"):
        till.run().retry_from("quote", sell, accept=["G15"])
    assert len(till.charges) == 1


@pytest.mark.parametrize("moved", ["dropped", "inserted"])
def test_a_step_that_moved_is_not_done_again_after_a_word_about_it(till: Till, moved: str) -> None:
    paid: list[str] = []

    @wb.step(kind="read")
    def look(order: str) -> str:
        return order

    @wb.step(kind="write")
    def pay(order: str) -> str:
        paid.append(order)
        if len(paid) == 1:
            raise TimeoutError
        return "paid"

    @wb.workflow(name="sell")
    def sell(order: str) -> str:
        look(order)
        return pay(order)

    @wb.workflow(name="sell")
    def mended(order: str) -> str:
        if moved == "inserted":
            look(order)
            look(order)
        return pay(order)

    with wb.Recorder(till.log) as recorder, pytest.raises(TimeoutError):
        recorder.run(sell, "42", id="order-7")
    told = till.run().resolve("pay", happened=True, result="paid")
    with pytest.raises(errors.WorkbenchError, match="has happened; the code now"):
        told.retry_from("look", mended, accept=["G15"] if moved == "dropped" else [])
    assert paid == ["42"]
    assert told.refresh().retry_from("look", sell) == "paid", "where it was, it is given"
    assert paid == ["42"]


def test_what_was_accepted_for_one_rerun_is_used_up_by_it(till: Till) -> None:
    sell = selling(till, "digest")
    till.refused = 3
    run = till.failed(sell)
    with pytest.raises(RefusedError):
        run.rerun(sell, id="second", accept=["charge (3)"])
    assert len(till.charges) == 2
    with pytest.raises(errors.UnsafeError, match="under another key"):
        till.run("second").rerun(sell, id="third")
    assert len(till.charges) == 2
