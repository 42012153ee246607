"""What a person says of a step can be wrong: it is checked where that is possible, corrected, and wedges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.recording.deciding_shop import Died
from workbench import errors
from workbench.analysis import Verdict


@dataclass
class Charge:
    id: str


@dataclass
class Receipt:
    number: int


class Bank:
    """Dies in the call the first time, and keeps what it is told to give back."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.dies = 1
        self.charged = 0
        self.refunded: list[Charge | None] = []

        def refund(order: str, charge: Charge | None) -> None:
            del order
            self.refunded.append(charge)

        @wb.step(kind="compensatable", undo=refund, undo_null_safe=True)
        def charge(order: str) -> Charge:
            self.charged += 1
            if self.dies:
                self.dies -= 1
                raise Died
            return Charge(f"ch_{order}")

        @wb.step(kind="read")
        def receipt(charge_id: str) -> str:
            return f"receipt of {charge_id}"

        @wb.workflow(name="buy")
        def buy(order: str) -> str:
            return str(receipt(charge(order).id))

        self.buy: Any = buy
        with wb.Recorder(log) as recorder, pytest.raises(Died):
            recorder.run(buy, "42", id="order-7")

    def run(self) -> wb.Run:
        return wb.open(self.log).run("order-7")

    def verdict(self) -> Verdict:
        return self.run().verdict(self.buy)


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bank:
    monkeypatch.setenv("WORKBENCH_KEYS", str(tmp_path / "keys"))
    return Bank(tmp_path / "a.wlog")


def test_a_result_that_the_step_cannot_return_is_refused_before_it_is_written(bank: Bank) -> None:
    before = bank.log.read_bytes()
    with pytest.raises(errors.UsageError, match="cannot have returned this") as refused:
        bank.run().resolve("charge", happened=True, result=5, code=bank.buy)
    assert "Charge is expected, not int" in refused.value.message
    assert bank.log.read_bytes().startswith(before)
    assert bank.run().verdict().in_doubt


@pytest.mark.parametrize("result", [None, 5, "ch_42"])
def test_a_wrong_word_makes_resuming_unsafe_and_leaves_every_way_open(bank: Bank, result: Any) -> None:
    bank.run().resolve("charge", happened=True, result=result)  # its code is not at hand there
    resume = bank.verdict().row("resume")
    assert resume is not None
    assert resume.safety == "UNSAFE"
    assert [one.id for one in resume.objections] == ["G6"]
    with pytest.raises(errors.UnsafeError):
        bank.run().resume(bank.buy)
    with wb.Recorder(bank.log) as recorder, pytest.raises(errors.UndecodableError):
        recorder.resume("order-7", bank.buy)
    bank.run().resolve("charge", happened=True, result=Charge("ch_1"))
    assert bank.run().resume(bank.buy) == "receipt of ch_1"
    assert bank.charged == 1


def test_what_happened_and_returned_nobody_knows_what_can_be_undone(bank: Bank) -> None:
    bank.run().resolve("charge", happened=True)
    assert bank.run().compensate(bank.buy).failed is None
    assert bank.refunded == [None]


@pytest.mark.parametrize("first", [True, False])
def test_the_last_word_counts_until_the_code_goes_on(bank: Bank, first: bool) -> None:  # noqa: FBT001 - both cases are tried
    bank.run().resolve("charge", happened=first, result=Charge("ch_1") if first else None)
    bank.run().resolve("charge", happened=not first, result=None if first else Charge("ch_2"))
    told = bank.run().resume(bank.buy)
    assert (told, bank.charged) == (("receipt of ch_42", 2) if first else ("receipt of ch_2", 1))


def test_a_word_corrected_after_the_code_went_on_is_given_by_a_retry(bank: Bank) -> None:
    bank.run().resolve("charge", happened=True, result=Charge("ch_wrong"))
    assert bank.run().resume(bank.buy) == "receipt of ch_wrong"
    bank.run().resolve("charge", happened=True, result=Charge("ch_right"))
    assert bank.verdict().surplus, "the code was told something else"
    retry = bank.verdict().row("retry_from", "charge")
    assert retry is not None
    assert retry.safety == "SAFE"
    assert bank.run().retry_from("charge", bank.buy) == "receipt of ch_right"
    assert bank.charged == 1
    assert bank.verdict().settled


def test_what_returned_in_the_log_is_nothing_that_words_can_change(bank: Bank) -> None:
    bank.run().resolve("charge", happened=False)
    bank.run().resume(bank.buy)
    with pytest.raises(errors.UsageError, match="nothing is in doubt"):
        bank.run().resolve("charge", happened=False)


def test_a_result_of_another_type_than_the_code_at_hand_returns_is_said_by_the_verdict(bank: Bank) -> None:
    bank.run().resolve("charge", happened=False)
    bank.run().resume(bank.buy)

    @wb.step(kind="write", name="charge")
    def charge(order: str) -> Receipt:
        raise AssertionError(order)  # a dry replay executes nothing

    @wb.workflow(name="buy")
    def newer(order: str) -> str:
        return str(charge(order).number)

    resume = bank.run().verdict(newer).row("resume")
    assert resume is not None
    assert resume.safety == "UNSAFE"
    assert "does not fit" in resume.because


def test_that_it_was_undone_by_hand_can_be_taken_back(bank: Bank) -> None:
    bank.run().resolve("charge", happened=True, result=Charge("ch_1"))
    bank.run().resume(bank.buy)
    bank.run().resolve("charge", undone=True)
    assert bank.run().verdict().row("compensate").must_compensate == ()  # type: ignore[union-attr]  # it is there
    bank.run().resolve("charge", undone=False)
    row = bank.run().verdict().row("rerun")
    assert row is not None
    assert row.safety == "UNSAFE"
    assert [str(step.state) for step in bank.run().facts.steps if step.acts] == ["committed"]


def test_an_attempt_that_was_denied_and_acted_after_all_is_one_too_many(bank: Bank) -> None:
    bank.run().resolve("charge", happened=False)
    bank.run().resume(bank.buy)
    bank.run().resolve("charge", happened=True, result=Charge("ch_1"))
    assert [one.twice for one in bank.run().verdict().surplus] == [True]
