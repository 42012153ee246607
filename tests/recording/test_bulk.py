"""One action for many runs: one after the other, up to the first surprise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.story import Story
from workbench.analysis import Verdict, verdict_of
from workbench.analysis.triage import triage_frame, triage_rows
from workbench.recorder import Undone
from workbench.recording.bulk import act_on_each
from workbench.recording.undoing import Undoing

NOW_NS = 1_790_100_000_000_000_000
TYPES = {"run_id": "category", "outcome": "category", "because": "str", "error_type": "category", "result": "object"}


class World:
    """Five orders that died before their mail was sent; each is resumed by `act`."""

    def __init__(self) -> None:
        self.story = Story()
        for number in range(5):
            run = self.story.run(f"order-{number}")
            run.step("charge", kind="keyed", key=f"charge/{number}").completed()
        self.did: list[str] = []

    def judge(self, run_id: str) -> tuple[Verdict, Verdict]:
        found = verdict_of(self.story.history(), run_id, None, now_ns=NOW_NS)
        return found, found

    def act(self, run_id: str, _: str) -> str:
        self.did.append(run_id)
        return f"resumed {run_id}"

    @property
    def triage(self) -> Any:
        return triage_frame(triage_rows(self.story.history(), None, now_ns=NOW_NS))


@pytest.fixture
def world() -> World:
    return World()


def outcomes(frame: Any) -> list[str]:
    return [str(outcome) for outcome in frame["outcome"]]


def test_runs_are_done_in_the_order_given(world: World) -> None:
    frame = act_on_each(world.triage[::-1], "resume", world.act, world.judge, dry_run=False)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == TYPES
    assert world.did == ["order-4", "order-3", "order-2", "order-1", "order-0"]
    assert outcomes(frame) == ["done"] * 5
    assert frame["result"][0] == "resumed order-4"
    assert set(frame["because"]) == {"no recorded effect is executed again"}


def test_a_dry_run_says_that_it_was_one(world: World) -> None:
    frame = act_on_each(["order-1"], "resume", lambda run_id, _: f"plan of {run_id}", world.judge)
    assert outcomes(frame) == ["planned"]
    assert frame["result"][0] == "plan of order-1"


def test_a_verdict_that_has_changed_since_the_triage_stops_all(world: World) -> None:
    triage = world.triage
    world.story.lost_run("order-2").step("mail", kind="write", at=(2,)).started().died()
    frame = act_on_each(triage, "resume", world.act, world.judge, dry_run=False)
    assert outcomes(frame) == ["done", "done", "surprise", "untouched", "untouched"]
    assert world.did == ["order-0", "order-1"]
    assert "the verdict has changed since the triage: resume was best (SAFE" in frame["because"][2]
    assert frame["because"][4] == "not reached: order-2 came as a surprise"
    assert frame["result"].isna().to_list() == [False, False, True, True, True]


def test_another_reason_is_a_surprise_too(world: World) -> None:
    triage = world.triage
    triage.loc[1, "because"] = "the other side recognises the key of charge (1)"
    frame = act_on_each(triage, "resume", world.act, world.judge, dry_run=False)
    assert outcomes(frame) == ["done", "surprise", "untouched", "untouched", "untouched"]


def test_an_error_stops_all_and_is_told(world: World) -> None:
    def act(run_id: str, step: str) -> str:
        if run_id == "order-1":
            raise LookupError("the card is gone")
        return world.act(run_id, step)

    frame = act_on_each(world.triage, "resume", act, world.judge, dry_run=False)
    assert outcomes(frame) == ["done", "surprise", "untouched", "untouched", "untouched"]
    assert (frame["error_type"][1], frame["because"][1]) == ("LookupError", "the card is gone")


def test_what_is_not_safe_or_changes_nothing_is_not_done(world: World) -> None:
    for action in ("rerun", "compensate"):
        frame = act_on_each(["order-0"], action, world.act, world.judge, dry_run=False)
        assert outcomes(frame) == ["surprise"]
        assert frame["because"][0].startswith(f"{action} is UNSAFE: charge (1) is done")
    world.story.run("done").completed()
    frame = act_on_each(["done"], "resume", world.act, world.judge, dry_run=False)
    assert "would change nothing" in frame["because"][0]
    assert world.did == []


def test_what_the_code_at_hand_makes_unsafe_is_not_done(world: World) -> None:
    def judge(run_id: str) -> tuple[Verdict, Verdict]:
        diverged = verdict_of(world.story.history(), run_id, None, code_check="diverged", now_ns=NOW_NS)
        return world.judge(run_id)[0], diverged

    frame = act_on_each(world.triage, "resume", world.act, judge, dry_run=False)
    assert outcomes(frame) == ["surprise", *["untouched"] * 4]
    assert frame["because"][0].startswith("with the code at hand, resume is UNSAFE: the code diverges")
    assert world.did == []


def test_somebody_who_interrupts_is_heard(world: World) -> None:
    def act(_: str, __: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        act_on_each(["order-0"], "resume", act, world.judge)


@pytest.mark.parametrize(
    ("chosen", "action", "message"),
    [
        (lambda world: world.triage.drop(columns="because"), "resume", "no column 'because'"),
        (lambda _: "order-0", "resume", "several runs"),
        (lambda world: world.triage, "restart", "no action 'restart'"),
    ],
)
def test_a_wrong_call_does_nothing(world: World, chosen: Callable[[World], Any], action: str, message: str) -> None:
    with pytest.raises(wb.errors.UsageError, match=message):
        act_on_each(chosen(world), action, world.act, world.judge)
    assert world.did == []


def test_nothing_chosen_gives_an_empty_frame(world: World) -> None:
    frame = act_on_each(world.triage[:0], "resume", world.act, world.judge)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == TYPES
    assert frame.empty


def test_with_real_runs(tmp_path: Path) -> None:
    from tests.clock import FakeClock
    from tests.recording.shop import approved

    path = tmp_path / "a.wlog"
    with FakeClock().recorder(path) as recorder:
        recorder.run(approved, "book", id="one")
    whole = path.read_bytes()
    cut = next(size for size in range(len(whole) - 1, 0, -1) if _open_run(path, whole[:size]))
    path.write_bytes(whole[:cut])
    recording = wb.open(path)
    triage = recording.triage()
    assert triage["best"].tolist() == ["resume"]
    plans = act_on_each(
        triage,
        "resume",
        lambda id, _: recording.run(id).resume(approved, dry_run=True),
        lambda id: (recording.run(id).verdict(), recording.run(id).verdict(approved)),
    )
    assert plans["result"][0].option.action == "resume"
    assert path.stat().st_size == cut
    done = act_on_each(
        triage,
        "resume",
        lambda id, _: recording.run(id).resume(approved),
        lambda id: (recording.run(id).verdict(), recording.run(id).verdict(approved)),
        dry_run=False,
    )
    assert outcomes(done) == ["done"]
    assert wb.open(path).run().status == "completed"


def _open_run(path: Path, raw: bytes) -> bool:
    path.write_bytes(raw)
    run = wb.open(path).run()
    return run.status == "interrupted" and run.verdict().best == "resume"


def test_what_a_person_accepts_is_left_to_acting_to_refuse(world: World) -> None:
    wanted = {"order-1": ["charge (1)"]}
    for run_id, outcome in (("order-0", "surprise"), ("order-1", "done")):
        frame = act_on_each([run_id], "rerun", world.act, world.judge, dry_run=False, accept=wanted)
        assert outcomes(frame) == [outcome]
    assert world.did == ["order-1"]


def test_what_is_accepted_changes_nothing_about_what_was_expected(world: World) -> None:
    triage = world.triage
    triage.loc[0, "because"] = "so it was"
    frame = act_on_each(triage, "resume", world.act, world.judge, dry_run=False, accept={"order-0": ["charge (1)"]})
    assert outcomes(frame)[0] == "surprise"


def test_an_undo_that_failed_stops_all(world: World) -> None:
    failed = Undoing("order-0", (Undone((1,), "charge", "refund", 1, ValueError("refused")),), 1)
    frame = act_on_each(world.triage, "resume", lambda *_: failed, world.judge, dry_run=False)
    assert outcomes(frame) == ["surprise", *["untouched"] * 4]
    assert (frame["error_type"][0], frame["result"][0]) == ("ValueError", failed)


def test_accepting_for_a_real_run_still_refuses_the_rest(tmp_path: Path) -> None:
    from tests.recording.deciding_shop import shop

    sold = shop(tmp_path)
    sold.dies("mail")
    rec = wb.open(sold.log)
    for accept, outcome in ({}, "surprise"), ({"order-42": ["hold (1)"]}, "surprise"), (None, "surprise"):
        frame = rec.act(["order-42"], "rerun", code=sold.sell, accept=accept)
        assert outcomes(frame) == [outcome]
    every = [one.id for one in rec.run().rerun(sold.sell, dry_run=True).open_objections()]
    plans = rec.act(["order-42"], "rerun", code=sold.sell, accept={"order-42": every})
    assert outcomes(plans) == ["planned"]
    assert sold.world.count("mail") == 1
    done = rec.act(["order-42"], "rerun", code=sold.sell, accept={"order-42": every}, dry_run=False)
    assert outcomes(done) == ["done"]
    assert sold.world.count("mail") == 2
