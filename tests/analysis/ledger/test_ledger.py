"""Money of one order across runs, recoveries, forks, retries and undo."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.engines.real import dbos_file
from tests.story import RunStory, Story
from workbench.analysis.bodies import Bodies
from workbench.analysis.facts import RunFacts, read_facts
from workbench.analysis.ledger import Ledger, at_stake, ledger
from workbench.model import EventType, History


def charge(amount: str = "118.00", currency: str = "EUR", **more: Any) -> dict[str, Any]:
    return {"id": "ch_0000001", "amount": Decimal(amount), "currency": currency} | more


def read(story: Story, *run_ids: str) -> list[tuple[History, RunFacts]]:
    history = story.history()
    return [(history, read_facts(history, run_id)) for run_id in run_ids or history.run_ids]


def sums(found: Ledger) -> dict[str, Any]:
    """The one row of totals, without what is zero."""
    (row,) = found.totals().to_dict("records")
    return {str(name): value for name, value in row.items() if value}


def paid(run: RunStory, amount: str = "118.00", **options: Any) -> None:
    run.step("charge_card", kind="compensatable", args=["42"], **options).completed(charge(amount))


def test_a_charge() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    paid(run, key="charge/42")
    run.step("send_mail", kind="write").completed("ml_1")
    found = ledger(read(story))
    assert sums(found) == {
        "business_key": "42", "currency": "EUR", "charged": Decimal(118), "outstanding": Decimal(118),
        "unrecognised": 1,
    }  # fmt: skip
    rows = found.frame.to_dict("records")
    assert [(row["step"], row["amount"], row["direction"], row["at_risk"]) for row in rows] == [
        ("charge_card (1)", Decimal("118.00"), "charge", False),
        ("send_mail (2)", None, "none", False),
    ]
    assert rows[1]["why"] == "no amount recognised"


def test_an_undone_charge_is_given_back_by_its_own_amount() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    paid(run)
    run.failed("SoldOut")
    run.compensation("charge_card").completed()
    found = ledger(read(story))
    assert sums(found) == {
        "business_key": "42", "currency": "EUR", "charged": Decimal(118), "refunded": Decimal(118),
    }  # fmt: skip
    undo = found.frame.to_dict("records")[1]
    assert (undo["step"], undo["state"]) == ("undo_charge_card of charge_card (1)", "committed")
    assert undo["assumed"] == "the amount of the step that it undoes"


def test_an_undo_in_doubt_and_one_that_failed_give_nothing_back() -> None:
    story = Story()
    run = story.run("a", business_key="42")
    paid(run)
    run.compensation("charge_card").started()
    other = story.run("b", business_key="43")
    paid(other)
    other.compensation("charge_card").failed()
    totals = ledger(read(story)).totals().set_index("business_key")
    assert list(totals["refunded"]) == [0, 0]
    assert list(totals["outstanding"]) == [118, 118]
    assert list(totals["refund_in_doubt"]) == [118, 0]


def test_a_refund_step_and_one_that_only_names_the_charge() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    paid(run)
    run.step("refund_part", kind="write", args=[]).completed({"amount": Decimal(18), "currency": "EUR"})
    support = story.run("ticket-1", workflow="support", business_key="42")
    support.step("refund", kind="write", args=["ch_0000001"]).completed()
    found = ledger(read(story))
    assert sums(found) == {
        "business_key": "42", "currency": "EUR", "charged": Decimal(118), "refunded": Decimal(136),
        "outstanding": Decimal(-18),
    }  # fmt: skip
    assert "whose id it was given" in found.frame["assumed"].iloc[-1]


def test_what_is_in_doubt_is_shown_apart() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    run.step("charge_card", args=[charge()]).started().died()
    found = ledger(read(story))
    assert sums(found) == {
        "business_key": "42", "currency": "EUR", "in_doubt": Decimal(118), "at_risk": Decimal(118),
    }  # fmt: skip
    assert "done again, it could be there twice" in found.frame["why"].iloc[0]


def test_failed_and_not_started_charges_move_nothing() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    run.step("charge_card", args=[charge()]).failed("Declined")
    assert sums(ledger(read(story))) == {"business_key": "42", "currency": "EUR"}


def test_currencies_are_never_added_up() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    run.step("charge_card").completed(charge("10", "EUR"))
    run.step("charge_fee").completed(charge("20", "USD"))
    totals = ledger(read(story)).totals()
    assert list(zip(totals["currency"], totals["charged"], strict=True)) == [("EUR", 10), ("USD", 20)]


def test_the_same_deed_in_a_second_run_is_at_risk() -> None:
    story = Story()
    for run_id in ("order-42", "order-42-again"):
        run = story.run(run_id, business_key="42")
        run.step("charge_card", args=["42"]).completed(charge(id=f"ch_of_{run_id}"))
    found = ledger(read(story))
    assert sums(found)["charged"] == 236
    assert sums(found)["at_risk"] == 118
    assert list(found.frame["at_risk"]) == [False, True]
    assert found.frame["why"].iloc[1] == "was done twice: also event 3 of run order-42"


def test_the_same_key_with_the_same_answer_is_one_deed() -> None:
    story = Story()
    for run_id in ("order-42", "order-42-again"):
        paid(story.run(run_id, business_key="42"), key="charge/42")
    found = ledger(read(story))
    assert sums(found)["charged"] == 118
    assert "at_risk" not in sums(found)
    assert list(found.frame["counted"]) == [True, False]


def test_the_same_key_with_another_answer_is_at_risk() -> None:
    story = Story()
    for run_id in ("order-42", "order-42-again"):
        run = story.run(run_id, business_key="42")
        run.step("charge_card", key="charge/42").completed(charge(id=f"ch_of_{run_id}"))
    found = ledger(read(story))
    assert list(found.frame["at_risk"]) == [False, True]
    assert "unless the other side has recognised key charge/42" in found.frame["why"].iloc[1]


def test_other_orders_and_repeatable_steps_are_no_twins() -> None:
    story = Story()
    for number in (1, 2):
        run = story.run(f"run-{number}", business_key=f"order-{number}")
        run.step("charge_card", args=["x"]).completed(charge())
        again = story.run(f"more-{number}", business_key=f"order-{number}")
        again.step("put_status", kind="idempotent", args=["x"]).completed()
        run.step("put_status", kind="idempotent", args=["x"]).completed()
    assert not ledger(read(story)).frame["at_risk"].any()


def test_an_attempt_that_may_have_acted_as_well() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    run.step("charge_card", args=["42"]).attempt_failed("Timeout").completed(charge())
    found = ledger(read(story))
    assert sums(found)["at_risk"] == 118
    assert found.frame["why"].iloc[0] == "an earlier attempt may have acted as well"


def test_a_child_belongs_to_the_order_of_its_parent() -> None:
    story = Story()
    parent = story.run("order-42", business_key="42")
    parent.child("pay", "pay-1")
    story.run("pay-1", workflow="pay").step("charge_card").completed(charge())
    lone = story.run("lonely")
    lone.step("charge_card").completed(charge())
    found = ledger(read(story))
    assert set(found.frame["business_key"]) == {"42", "lonely"}
    assert list(ledger(read(story), "42").frame["run_id"]) == ["pay-1"]
    assert len(ledger(read(story), "43").frame) == 0


def test_parents_in_a_ring_end() -> None:
    story = Story()
    story.run("a").child("b", "b")
    other = story.run("b")
    other.child("a", "a")
    other.step("charge_card").completed(charge())
    assert set(ledger(read(story)).frame["business_key"]) == {"b"}


def test_a_step_that_was_retried_from_and_would_be_done_again() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    step = run.step("charge_card", kind="write", args=["42"]).completed(charge())
    run.event(EventType.DecisionMade, action="retry_from", cut=step.intent)
    found = ledger(read(story))
    assert list(found.frame["at_risk"]) == [True]


def test_the_frames_keep_their_types_without_rows() -> None:
    empty, story = ledger([]), Story()
    paid(story.run("order-42"))
    full = ledger(read(story))
    assert str(empty.frame.dtypes["amount"]) == str(full.frame.dtypes["amount"]) == "object"
    assert list(empty.totals().columns) == list(full.totals().columns)
    assert str(full.frame.dtypes["time"]) == "datetime64[ns, UTC]"


def test_text_from_a_log_is_text() -> None:
    story = Story()
    run = story.run("<b>\x1b[31m", business_key="<script>\u202e")
    run.step("charge_<i>").completed(charge())
    found = ledger(read(story))
    html = found._repr_html_()
    assert "<script>" not in html
    assert "<i>" not in html
    assert "\x1b" not in str(found)
    assert "\u202e" not in str(found)


def test_a_fork_of_dbos_is_not_charged_twice() -> None:
    recording = wb.open(dbos_file("dbos_checkout"))
    runs = [recording.run(run_id) for run_id in recording.runs["run_id"]]
    found = ledger([(run.history, run.facts) for run in runs])
    totals = found.totals().set_index("business_key")
    assert totals.loc["wf-ok-1", "charged"] == Decimal("39.0")
    twice = found.frame[(found.frame["business_key"] == "wf-ok-1") & found.frame["at_risk"]]
    assert list(twice["step"]) == ["ship (6)"]
    declined = found.frame[found.frame["run_id"] == "wf-decline-3"].set_index("step")
    assert declined.loc["charge_card (3)", "amount"] is None


# --- at stake ------------------------------------------------------------------------------------------------


def stake(story: Story, run_id: str = "order-42") -> tuple[Decimal | None, str]:
    history = story.history()
    amount, currency = at_stake(read_facts(history, run_id), Bodies(history))
    return amount, currency


def test_at_stake_is_what_may_be_gone_and_is_not_back() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    paid(run, "100")
    run.step("charge_fee", args=[charge("5")]).started().died()
    assert stake(story) == (Decimal(105), "EUR")
    run.step("refund_part").completed(charge("30"))
    assert stake(story) == (Decimal(75), "EUR")


def test_nothing_is_at_stake_at_rest_and_currencies_are_not_added() -> None:
    story = Story()
    done = story.run("done")
    paid(done)
    done.completed()
    mixed = story.run("mixed")
    mixed.step("charge_card").completed(charge("1", "EUR"))
    mixed.step("charge_fee").completed(charge("1", "USD"))
    nothing = story.run("nothing")
    nothing.step("send_mail").completed("ml_1")
    assert stake(story, "done") == (None, "")
    assert stake(story, "mixed") == (None, "EUR, USD")
    assert stake(story, "nothing") == (None, "")


DEEDS = st.lists(
    st.tuples(st.sampled_from(["charge", "refund", "doubt", "undone"]), st.integers(1, 10**9), st.sampled_from("AB")),
    max_size=12,
)


@given(DEEDS)
def test_totals_are_the_sums_of_what_happened(deeds: list[tuple[str, int, str]]) -> None:
    story = Story()
    expected = {key: dict.fromkeys(("charged", "refunded", "in_doubt"), Decimal(0)) for key in "AB"}
    for number, (deed, cents, key) in enumerate(deeds):
        run = story.run(f"run-{number}", business_key=key)
        body, amount = {"amount_cents": cents, "currency": "EUR"}, Decimal(cents) / 100
        name = "refund" if deed == "refund" else "charge"
        step = run.step(name, kind="compensatable", args=[{"n": number} | body])
        if deed == "doubt":
            step.started().died()
            expected[key]["in_doubt"] += amount
            continue
        step.completed()
        expected[key]["refunded" if deed == "refund" else "charged"] += amount
        if deed == "undone":
            run.compensation("charge").completed()
            expected[key]["refunded"] += amount
    totals = ledger(read(story)).totals().set_index("business_key")
    for key, sums_ in expected.items():
        for name, amount in sums_.items():
            found = totals.loc[key, name] if key in totals.index else Decimal(0)
            assert found == amount
    for row in totals.to_dict("records"):
        assert row["outstanding"] == row["charged"] - row["refunded"]


def test_a_run_without_events_is_left_out() -> None:
    story = Story()
    paid(story.run("order-42"))
    assert len(ledger(read(story, "order-42", "nobody")).frame) == 1


def test_a_step_in_doubt_with_a_key_is_not_at_risk() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("charge_card", kind="keyed", key="charge/42", args=[charge()]).started().died()
    assert list(ledger(read(story)).frame["at_risk"]) == [False]


def test_the_same_call_twice_in_one_run_is_meant() -> None:
    story = Story()
    run = story.run("order-42")
    for _ in range(2):
        run.step("charge_card", args=["42"]).completed(charge())
    assert sums(ledger(read(story)))["charged"] == 236
    assert not ledger(read(story)).frame["at_risk"].any()


def test_a_refund_that_could_be_of_two_charges_has_no_amount() -> None:
    story = Story()
    run = story.run("order-42", business_key="42")
    for number in (1, 2):
        run.step(f"charge_{number}").completed(charge(id=f"ch_000000{number}", order="order-42"))
    run.step("refund", args=["order-42"]).completed()
    refund = ledger(read(story)).frame.to_dict("records")[-1]
    assert (refund["step"], refund["amount"], refund["why"]) == ("refund (3)", None, "no amount recognised")


def test_a_refund_in_doubt_leaves_the_stake() -> None:
    story = Story()
    run = story.run("order-42")
    paid(run, "100")
    run.step("refund_part", args=[charge("30")]).started().died()
    assert stake(story) == (Decimal(100), "EUR")
