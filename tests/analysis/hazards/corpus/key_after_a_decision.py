"""Hazard 7 beside decisions and refusals: going back keeps the key, unless nothing of the first sending is left."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.telling import resumed
from tests.story import RunStory, StepStory, Story
from workbench.model import EventType


def went_back(run: RunStory, to: StepStory) -> None:
    """Somebody decides to go on from a step, in a new process."""
    run.event(EventType.DecisionMade, action="retry_from", cut=to.intent, by="anna", why="again")
    resumed(run)


@positive(7)
def went_back_to_a_charge_in_doubt(story: Story) -> None:
    run = story.run("order-21")
    charge = run.step("charge", kind="keyed", key="u-61", args=["card-1", 30]).started().died()
    resumed(run)
    charge.failed("Timeout", definite=False)
    went_back(run, charge)
    run.step("charge", kind="keyed", key="u-62", args=["card-1", 30], at=(1,)).completed("ch_2")
    run.completed()


@positive(7)
def went_back_and_a_step_was_put_before_it(story: Story) -> None:
    run = story.run("order-22")
    charge = run.step("charge", kind="keyed", key="u-71", args=["card-1", 30]).completed("ch_1")
    run.step("ship").failed("Timeout", definite=False)
    went_back(run, charge)
    run.step("check_fraud", kind="read", args=["card-1"], at=(1,)).completed(result=True)
    run.step("charge", kind="keyed", key="u-72", args=["card-1", 30], at=(2,)).completed("ch_2")
    run.completed()


@positive(7)
def went_back_twice(story: Story) -> None:
    run = story.run("order-23")
    charge = run.step("charge", kind="keyed", key="u-81", args=["card-1", 30]).completed("ch_1")
    went_back(run, charge)
    charge = run.step("charge", kind="keyed", key="u-81", args=["card-1", 30], at=(1,)).completed("ch_1")
    went_back(run, charge)
    run.step("charge", kind="keyed", key="u-82", args=["card-1", 30], at=(1,)).completed("ch_2")
    run.completed()


@positive(7)
def went_on_by_decision_with_a_new_key(story: Story) -> None:
    run = story.run("order-24")
    charge = run.step("charge", kind="keyed", key="u-91", args=["card-1", 30]).started().died()
    run.event(EventType.DecisionMade, action="resume", by="anna", why="the probe said nothing")
    resumed(run)
    charge.started(key="u-92").completed("ch_2")
    run.completed()


# --- near misses -----------------------------------------------------------------------------------------------


@negative(7)
def went_back_with_the_same_key(story: Story) -> None:
    run = story.run("order-31")
    charge = run.step("charge", kind="keyed", key="charge/31", args=["card-1", 30]).completed("ch_1")
    run.step("ship").failed("Timeout", definite=False)
    went_back(run, charge)
    run.step("charge", kind="keyed", key="charge/31", args=["card-1", 30], at=(1,)).completed("ch_1")
    run.completed()


@negative(7)
def a_person_said_that_it_had_not_happened(story: Story) -> None:
    run = story.run("order-32")
    charge = run.step("charge", kind="keyed", key="u-1", args=[30]).started().died().resolved(happened=False)
    resumed(run)
    charge.started(key="u-2").completed("ch_2")
    run.completed()


@negative(7)
def code_asks_another_card_after_a_refusal(story: Story) -> None:
    run = story.run("order-33")
    run.step("charge", kind="keyed", key="charge/33/1", args=[30]).failed("CardDeclined", definite=True)
    run.step("charge", kind="keyed", key="charge/33/2", args=[30]).completed("ch_1")
    run.completed()


@negative(7)
def went_back_after_a_refusal(story: Story) -> None:
    run = story.run("order-34")
    charge = run.step("charge", kind="keyed", key="charge/34/1", args=[30]).failed("CardDeclined", definite=True)
    run.failed("CardDeclined")
    went_back(run, charge)
    run.step("charge", kind="keyed", key="charge/34/2", args=[30], at=(1,)).completed("ch_1")
    run.completed()


@negative(7)
def mended_code_does_something_else_there(story: Story) -> None:
    run = story.run("order-35")
    hold = run.step("hold", kind="keyed", key="hold/35", args=["card-1", 30]).completed("h_1")
    run.failed("OutOfStock")
    went_back(run, hold)
    run.step("send_invoice", kind="keyed", key="invoice/35", args=["anna", 30], at=(1,)).completed()
    run.completed()


@negative(7)
def cards_of_a_run_that_went_back(story: Story) -> None:
    run = story.run("gift-31", workflow="gift_cards")
    cards = [
        run.step("issue_card", kind="keyed", key=f"gift-31/{n}", args=["anna", 50]).completed(n) for n in (1, 2, 3)
    ]
    went_back(run, cards[0])
    for number in (1, 2, 3):
        step = run.step("issue_card", kind="keyed", key=f"gift-31/{number}", args=["anna", 50], at=(number,))
        step.completed(number)
    run.completed()
