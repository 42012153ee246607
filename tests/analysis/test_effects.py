"""Each state of an effect, told as a story; what is read off the log besides the state."""

from __future__ import annotations

from typing import Any

import pytest

from tests.story import RunStory, Story
from workbench._errors import UndecodableError
from workbench.analysis import State, effects_frame, effects_of, read_facts, steps_frame
from workbench.analysis.bodies import code_of, message_of
from workbench.model import History, Kind


def charge(run: RunStory, **declared: Any) -> Any:
    return run.step("charge", kind="compensatable", key="charge/42", undo="refund", **declared)


def state_after(*words: str) -> State:
    """The state of a charge after the named events of its story."""
    story = Story()
    run = story.run("order-42")
    step = charge(run)
    for word in words:
        target: Any = run.compensation("charge") if word.startswith("undo_") else step
        name = word.removeprefix("undo_")
        if name == "lost":
            target.failed("Timeout", definite=False)
        elif name == "denied":
            target.started().resolved(happened=False)
        else:
            {"failed": lambda one=target: one.failed("Refused")}.get(name, getattr(target, name))()
    (effect,) = effects_of(story.history(), "order-42")
    return effect.state


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["denied"], State.NOT_STARTED),
        (["started"], State.IN_DOUBT),
        (["lost"], State.IN_DOUBT),
        (["cancelled"], State.IN_DOUBT),
        (["denied", "started"], State.IN_DOUBT),
        (["completed"], State.COMMITTED),
        (["failed"], State.FAILED),
        (["completed", "undo_completed"], State.COMPENSATED),
        (["completed", "undo_started"], State.COMPENSATION_IN_DOUBT),
        (["completed", "undo_lost"], State.COMPENSATION_IN_DOUBT),
        (["completed", "undo_failed"], State.COMPENSATION_FAILED),
        (["completed", "undo_failed", "undo_completed"], State.COMPENSATED),
        (["completed", "undo_completed", "started"], State.IN_DOUBT),
        (["failed", "started"], State.IN_DOUBT),
    ],
)
def test_states(words: list[str], expected: State) -> None:
    assert state_after(*words) is expected


def test_an_undo_that_failed_without_saying_how_has_failed_and_proves_nothing() -> None:
    story = Story()
    run = story.run("r")
    charge(run).completed()
    run.compensation("charge").failed("Refused", definite=None)
    run.compensation("charge").failed("Refused", definite=None)
    (effect,) = effects_of(story.history(), "r")
    assert (effect.state, effect.undo_failures, effect.undo_definite) == (State.COMPENSATION_FAILED, 2, False)
    assert effect.error_type == "Refused"


def test_an_attempt_after_the_result_may_have_acted_as_well() -> None:
    story = Story()
    charge(story.run("r")).completed().started()
    (effect,) = effects_of(story.history(), "r")
    assert (effect.state, effect.repeated) == (State.COMMITTED, True)


def test_effects_are_the_steps_that_act() -> None:
    story = Story()
    run = story.run("r")
    run.step("login", kind="read").completed("token")
    run.step("total", kind="pure").completed(118)
    charge(run).completed({"id": "ch_1"})
    run.step("mail").started()
    assert [effect.label for effect in effects_of(story.history(), "r")] == ["charge (3)", "mail (4)"]
    frame = effects_frame(story.history(), "r")
    assert list(frame.columns) == list(steps_frame([story.history()]).columns)
    assert frame["state"].tolist() == ["committed", "in_doubt"]
    assert frame["kind_assumed"].tolist() == [False, True]
    assert effects_of(story.history(), "unknown") == []


def idle_charge() -> Story:
    """A charge whose last logged word is that it did not happen."""
    story = Story()
    charge(story.run("r")).started().died().resolved(happened=False)
    return story


def test_after_a_restart_of_the_machine_an_idle_step_beyond_the_last_sync_may_have_begun() -> None:
    story = idle_charge()
    (effect,) = effects_of(story.history(), "r", story.report(same_boot=False, synced_seq=2))
    assert effect.state is State.IN_DOUBT
    assert any("may have begun" in reason for reason in effect.assumed)
    assert (
        "may have begun"
        in effects_frame(story.history(), "r", story.report(same_boot=False, synced_seq=2))["assumed"][0]
    )


@pytest.mark.parametrize(
    "found",
    [
        {"same_boot": True, "synced_seq": 2},
        {"same_boot": False},
        {"same_boot": False, "synced_seq": 2, "closed": True},
        {"same_boot": None, "synced_seq": 2},
    ],
)
def test_an_idle_step_stays_idle_where_nothing_can_be_lost(found: dict[str, Any]) -> None:
    story = idle_charge()
    (effect,) = effects_of(story.history(), "r", story.report(**found))
    assert effect.state is State.NOT_STARTED


def test_facts_of_a_step() -> None:
    story = Story()
    run = story.run("order-42")
    step = run.step("charge", kind="keyed", key="charge/42", at=(3, 1))
    step.attempt_failed("Timeout", "no answer in 2 s").started()
    step.completed({"id": "ch_1"})
    (facts,) = read_facts(story.history(), "order-42").steps
    assert (facts.label, facts.kind, facts.key, facts.key_changed) == ("charge (3.1)", Kind.KEYED, "charge/42", False)
    assert (facts.attempts, facts.code, facts.error_type) == (2, "flows.py:41", "")
    assert (facts.ended_ns - facts.started_ns) / 1e9 == 3


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (["/srv/shop/flows.py", 43, "checkout"], "flows.py:43"),
        (["C:\\shop\\flows.py", 43, "checkout"], "flows.py:43"),
        (["<ipython-input-3>", 2, "<module>"], "<ipython-input-3>:2"),
        (["", 0, ""], ""),
        (None, ""),
    ],
)
def test_where_a_call_stands(at: Any, expected: str) -> None:
    assert code_of(at) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [(None, ""), ({"message": "declined"}, "declined"), ("declined", "declined"), (ValueError("declined"), "declined")],
)
def test_the_text_of_an_error_of_any_engine(error: Any, expected: str) -> None:
    assert message_of({"error": error}) == expected


def test_a_key_that_changes_between_attempts_is_noticed() -> None:
    story = Story()
    step = story.run("r").step("charge", kind="keyed", key="one")
    step.attempt_failed("Timeout").started(key="two")
    (facts,) = read_facts(story.history(), "r").steps
    assert (facts.key, facts.key_changed) == ("one", True)


def test_results_that_cannot_be_used_again() -> None:
    story = Story()
    run = story.run("r")
    run.step("open_socket").unrecorded()
    run.step("fetch").completed("value")
    history = story.history()

    def broken(row: int) -> Any:
        body = history.payload(row)
        if body.get("result") == "value":
            raise UndecodableError("unknown extension 99")
        return body

    damaged = History(history.columns, history.runs, history.names, history.tags, broken)
    unrecorded, unreadable = read_facts(damaged, "r").steps
    assert "was not recorded" in unrecorded.unusable
    assert "unknown extension 99" in unreadable.unusable
    assert unreadable.state is State.COMMITTED
