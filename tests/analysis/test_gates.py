"""The gates, one by one, by the numbers of the rule table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.story import NS, Story
from workbench.analysis import Verdict, gates_of, read_facts, verdict, verdict_of

ACTIONS = ("resume", "retry_from", "rerun", "compensate")


def reads_only() -> Story:
    """A run in which no step forbids anything."""
    story = Story()
    run = story.run("r")
    run.step("login", kind="read").completed("token")
    run.step("stock", kind="read").completed(1)
    run.step("price", kind="read").started()
    return story


def judged(story: Story, found: dict[str, Any] | None = None, **asked: Any) -> Verdict:
    return verdict_of(story.history(), "r", story.report(**(found or {})), now_ns=story.now_ns, **asked)


def words(found: Verdict) -> list[str]:
    """Safety of each action, `retry_from` by its best step."""
    rows = [found.row(action) for action in ACTIONS]
    return [str(row.safety) for row in rows if row is not None]


def test_no_gate() -> None:
    assert words(judged(reads_only())) == ["SAFE", "SAFE", "SAFE", "SAFE"]


def test_a_log_that_nobody_reported_on_counts_as_whole() -> None:
    story = reads_only()
    assert words(verdict_of(story.history(), "r", now_ns=story.now_ns)) == ["SAFE", "SAFE", "SAFE", "SAFE"]
    assert gates_of(read_facts(story.history(), "r")).rotten is False


def test_g1_rotten_or_gaps() -> None:
    assert words(judged(reads_only(), {"rotten": True})) == ["UNSAFE", "UNSAFE", "UNSAFE", "CHECK"]


def test_g1_the_beginning_is_missing() -> None:
    story = Story()
    story.lost_run("r").step("login", kind="read").started()
    assert words(judged(story)) == ["UNSAFE", "UNSAFE", "UNSAFE", "CHECK"]


def test_g2_a_torn_tail_was_never_acknowledged() -> None:
    assert words(judged(reads_only(), {"torn": True})) == ["SAFE", "SAFE", "SAFE", "SAFE"]


def test_g3_after_a_restart_unsynced_writes_are_in_doubt() -> None:
    story = Story()
    story.run("r").step("charge", kind="write").started().resolved(happened=False)
    assert words(judged(story))[0] == "SAFE"
    found = judged(story, {"same_boot": False, "synced_seq": 1})
    assert words(found) == ["UNSAFE", "UNSAFE", "UNSAFE", "UNSAFE"]
    row = found.row("resume")
    assert row is not None
    assert any("durably" in reason for reason in row.assumed)


def test_g3_an_unknown_boot_is_said() -> None:
    row = judged(reads_only(), {"same_boot": None, "synced_seq": 1}).row("resume")
    assert row is not None
    assert "the machine did not restart since the last write" in row.assumed


def test_g4_another_writer() -> None:
    assert words(judged(reads_only(), {"writer_alive": True})) == ["UNSAFE"] * 4


@pytest.mark.parametrize(
    ("code_check", "expected"),
    [
        ("clean", ["SAFE", "SAFE", "SAFE", "SAFE"]),
        ("unknown", ["CHECK", "CHECK", "SAFE", "CHECK"]),
        ("diverged", ["UNSAFE", "UNSAFE", "SAFE", "CHECK"]),
    ],
)
def test_g5_other_code(code_check: Any, expected: list[str]) -> None:
    assert words(judged(reads_only(), code_check=code_check)) == expected


def test_g5_a_retry_from_before_the_divergence_is_fine() -> None:
    found = judged(reads_only(), code_check="diverged", diverged_at=(2,))
    rows = {row.from_step: row.safety for row in found.rows if row.action == "retry_from"}
    assert rows == {"stock (2)": "SAFE", "price (3)": "UNSAFE", "login (1)": "SAFE"}
    assert words(found) == ["UNSAFE", "SAFE", "SAFE", "CHECK"]


def test_g6_a_result_that_cannot_be_used_again() -> None:
    story = Story()
    run = story.run("r")
    run.step("login", kind="read").completed("token")
    run.step("connect", kind="read").unrecorded()
    run.step("price", kind="read").started()
    found = judged(story)
    rows = {row.from_step: row.safety for row in found.rows if row.action == "retry_from"}
    assert rows == {"connect (2)": "SAFE", "price (3)": "UNSAFE", "login (1)": "SAFE"}
    assert words(found) == ["UNSAFE", "SAFE", "SAFE", "CHECK"]


def test_g7_past_the_point_of_no_return() -> None:
    story = Story()
    run = story.run("r")
    run.step("ship", kind="compensatable", pivot=True, undo_null_safe=True).completed()
    run.step("mail", kind="read").started()
    found = judged(story)
    assert words(found) == ["SAFE", "SAFE", "UNSAFE", "UNSAFE"]
    assert found.best == "resume"
    row = found.row("compensate")
    assert row is not None
    assert row.because == "ship (1) is the point of no return and is done: go forward"


@pytest.mark.parametrize(("probe", "expected"), [("look", "CHECK"), ("", "UNSAFE")])
def test_g7_a_pivot_in_doubt(probe: str, expected: str) -> None:
    story = Story()
    story.run("r").step("ship", kind="compensatable", pivot=True, undo_null_safe=True, probe=probe).started()
    assert words(judged(story))[2:] == [expected, expected]


def test_g8_a_completed_run_needs_nothing() -> None:
    story = Story()
    run = story.run("r")
    run.step("charge", kind="write").completed()
    run.completed()
    found = judged(story)
    row = found.row("resume")
    assert row is not None
    assert (row.safety, row.useful) == ("SAFE", False)
    assert row.because == "the run has completed: there is nothing to resume"
    assert words(found) == ["SAFE", "UNSAFE", "UNSAFE", "UNSAFE"]
    assert found.best is None
    assert "nothing needs to be done" in found.text()


def test_g9_and_g10_stale_results_are_not_handed_out_again() -> None:
    story = reads_only()
    facts = read_facts(story.history(), "r")
    gates = replace(gates_of(facts, story.report()), stale={(1,): "the token expired 17 min ago"})
    found = verdict("r", facts.steps, gates, now_ns=story.now_ns)
    assert words(found) == ["CHECK", "SAFE", "SAFE", "SAFE"]
    row = found.row("retry_from")
    assert row is not None
    assert row.from_step == "login (1)"


def test_g5_a_divergence_between_steps() -> None:
    story = Story()
    run = story.run("r")
    run.step("login", kind="read").completed("token")
    run.timer(5).fired()
    run.step("price", kind="read").started()
    found = judged(story, code_check="diverged", diverged_at=(2,))
    rows = {row.from_step: row.safety for row in found.rows if row.action == "retry_from"}
    assert rows == {"login (1)": "SAFE", "price (3)": "UNSAFE"}
    assert words(judged(story, code_check="diverged", diverged_at=()))[1] == "UNSAFE"
    assert words(judged(story, code_check="diverged", diverged_at=(2, 1)))[1] == "UNSAFE"


def test_g12_a_child_run_may_have_acted() -> None:
    story = Story()
    run = story.run("r")
    run.step("login", kind="read").completed("token")
    run.child("ship", "r/2").completed()
    run.step("price", kind="read").started()
    found = judged(story)
    assert words(found) == ["SAFE", "SAFE", "CHECK", "CHECK"]
    rows = {row.from_step: row.safety for row in found.rows if row.action == "retry_from"}
    assert rows == {"price (3)": "SAFE", "login (1)": "CHECK"}


def with_child(kind: str) -> Story:
    """A run that waits for a child, which died in a step."""
    story = Story()
    story.run("r").child("ship", "r/1")
    story.run("r/1", workflow="ship").step("label", kind=kind).started().died()
    return story


@pytest.mark.parametrize(("kind", "expected"), [("read", "SAFE"), ("write", "UNSAFE")])
def test_g12_an_open_child_is_resumed_with_its_parent(kind: str, expected: str) -> None:
    row = judged(with_child(kind)).row("resume")
    assert row is not None
    assert row.safety == expected
    assert expected == "SAFE" or row.because.startswith("child run ship (1): label (1) may or may not have happened")


def test_g12_an_open_child_that_is_not_in_the_log() -> None:
    story = Story()
    run = story.run("r")
    run.child("ship", "elsewhere")
    run.child("loop", "r")
    row = judged(story).row("resume")
    assert row is not None
    assert row.safety == "CHECK"
    assert len(row.reasons) == 2


def test_g12_consumed_signals_do_not_come_twice() -> None:
    story = Story()
    run = story.run("r")
    run.step("login", kind="read").completed("token")
    run.signal("approved")
    run.step("price", kind="read").started()
    found = judged(story)
    assert words(found) == ["SAFE", "SAFE", "CHECK", "SAFE"]
    rows = {row.from_step: row.safety for row in found.rows if row.action == "retry_from"}
    assert rows == {"price (3)": "SAFE", "login (1)": "CHECK"}


def test_g12_signals_that_wait() -> None:
    story = reads_only()
    story.lost_run("r").received("approved")
    assert words(judged(story)) == ["SAFE", "SAFE", "CHECK", "CHECK"]


@pytest.mark.parametrize(
    ("lifetime", "age_seconds", "expected"),
    [(3600, 60, "SAFE"), (3600, 7200, "UNSAFE"), (None, 7200, "SAFE"), (None, 2 * 86400, "UNSAFE")],
)
def test_g13_the_key_is_too_old(lifetime: float | None, age_seconds: int, expected: str) -> None:
    story = Story()
    run = story.run("r")
    run.step("charge", kind="keyed", key="charge/42", key_lifetime_seconds=lifetime).started().died()
    found = verdict_of(story.history(), "r", story.report(), now_ns=story.now_ns + age_seconds * NS)
    assert words(found)[0] == expected
    row = found.row("resume")
    assert row is not None
    assert any("its key lives 24 h" in reason for reason in row.assumed) == (lifetime is None and expected == "SAFE")
