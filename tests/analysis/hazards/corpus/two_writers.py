"""Hazard 17: two processes execute one run at the same time."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import Look, positive
from tests.analysis.hazards.corpus.telling import resumed
from tests.story import RunStory, Story


def elsewhere(story: Story, run_id: str, workflow: str = "checkout") -> tuple[Story, RunStory]:
    """The log of another process that begins now, and a run of the same id and business key in it."""
    other = Story(origin="other.wlog", now_ns=story.now_ns).process(9001, host="shop-2", boot=99)
    return other, other.run(run_id, workflow=workflow, business_key=run_id)


def together(story: Story, other: Story) -> None:
    """Both have come to the same moment."""
    story.now_ns = other.now_ns = max(story.now_ns, other.now_ns)


@positive(17)
def the_old_process_wakes_and_writes(story: Story) -> None:
    run = story.run("order-1")
    step = run.step("charge", kind="keyed", key="charge/1").started()
    resumed(run, after_seconds=60)
    run.step("reserve", kind="idempotent").completed()
    story.process(4242)
    step.completed("ch_1")
    story.process(4243)
    run.step("ship").completed()
    run.completed()


@positive(17)
def two_intents_of_one_attempt(story: Story) -> None:
    run = story.run("order-2")
    one = run.step("charge", kind="write", args=["order-2"]).started()
    story.process(4243)
    two = run.step("charge", kind="write", args=["order-2"], at=(1,)).started()
    story.process(4242)
    one.completed("ch_1")
    story.process(4243)
    two.completed("ch_2")


@positive(17)
def both_take_turns(story: Story) -> None:
    run = story.run("train-1", workflow="train")
    for turn, pid in enumerate((4243, 4242, 4243, 4242)):
        story.process(pid)
        run.step("epoch", kind="write", args=[turn]).completed()


@positive(17)
def same_run_in_two_logs_at_once(story: Story) -> Look:
    run = story.run("order-3", business_key="order-3")
    run.step("reserve", kind="write").completed()
    other, twin = elsewhere(story, "order-3")
    twin.step("reserve", kind="write").completed()
    together(story, other)
    run.step("charge", kind="write").completed()
    together(story, other)
    twin.step("charge", kind="write").completed()
    twin.completed()
    run.completed()
    return Look(others=((other, "order-3"),))


@positive(17)
def a_pause_longer_than_the_lease(story: Story) -> None:
    run = story.run("shard-1", workflow="rebalance")
    step = run.step("copy", kind="write", args=["shard-1"]).started()
    resumed(run, after_seconds=120, pid=5151)
    again = run.step("copy", kind="write", args=["shard-1"], at=(1,)).started(attempt=2)
    story.process(4242)
    step.completed("by 4242")
    story.process(5151)
    again.completed("by 5151")
    run.step("switch", kind="write").completed()


@positive(17)
def another_host_took_over_a_live_run(story: Story) -> None:
    run = story.run("device-1", workflow="flash")
    run.step("erase", kind="write").completed()
    story.process(300, host="edge-2", boot=40)
    run.recovered()
    run.step("write", kind="write").started()
    story.process(4242)
    run.step("verify", kind="read").completed(result=True)


@positive(17)
def ended_by_one_and_continued_by_the_other(story: Story) -> None:
    run = story.run("mail-1", workflow="campaign")
    first = run.step("send_a", kind="write").started()
    story.process(4243)
    run.recovered()
    run.step("send_b", kind="write").completed()
    run.completed()
    story.process(4242)
    first.completed()


@positive(17)
def the_twin_is_on_another_host(story: Story) -> Look:
    run = story.run("ledger-1", workflow="close", business_key="ledger-1")
    step = run.step("post", kind="write", args=["2026-09"]).started()
    other, twin = elsewhere(story, "ledger-1", "close")
    twin.step("post", kind="write", args=["2026-09"]).completed("by shop-2")
    together(story, other)
    step.completed("by shop-1")
    run.completed()
    return Look(others=((other, "ledger-1"),))


@positive(17)
def three_processes(story: Story) -> None:
    run = story.run("grid-1", workflow="grid")
    for pid in (5001, 5002, 5003, 5001, 5002):
        story.process(pid)
        run.step("cell", kind="write", args=[pid]).completed()


@positive(17)
def signal_handled_by_both(story: Story) -> None:
    run = story.run("claim-1", workflow="claim")
    run.signal("documents", 1)
    story.process(4243)
    run.recovered()
    run.step("pay", kind="write", args=["claim-1"]).started()
    story.process(4242)
    run.step("pay", kind="write", args=["claim-1"], at=(2,)).started()


@positive(17)
def result_for_an_intent_before_the_recovery(story: Story) -> None:
    run = story.run("order-4")
    old = run.step("ship", kind="write", args=["order-4"]).started()
    resumed(run, after_seconds=10)
    new = run.step("ship", kind="write", args=["order-4"], at=(1,)).started(attempt=2)
    story.process(4242)
    old.completed("p-1")
    story.process(4243)
    new.completed("p-2")


@positive(17)
def twin_still_open(story: Story) -> Look:
    run = story.run("iot-1", workflow="feed", business_key="iot-1")
    run.step("feed", kind="write", args=["tank-1"]).completed()
    other, twin = elsewhere(story, "iot-1", "feed")
    twin.step("feed", kind="write", args=["tank-1"]).completed()
    together(story, other)
    run.step("feed", kind="write", args=["tank-2"]).completed()
    together(story, other)
    twin.step("feed", kind="write", args=["tank-2"]).started()
    return Look(others=((other, "iot-1"),))


@positive(17)
def old_worker_fails_what_the_new_one_did(story: Story) -> None:
    run = story.run("order-5")
    old = run.step("charge", kind="write").started()
    resumed(run, after_seconds=90)
    run.step("charge", kind="write", at=(1,)).started(attempt=2).completed("ch_2")
    story.process(4242)
    old.failed("LeaseLost", definite=False)


@positive(17)
def interleaved_in_a_loop(story: Story) -> None:
    run = story.run("import-1", workflow="import_rows")
    for batch in range(3):
        story.process(7001, host="w-1", boot=1)
        run.step("insert", kind="write", args=[batch, "w-1"]).completed()
        story.process(7002, host="w-2", boot=2)
        run.step("insert", kind="write", args=[batch, "w-2"]).completed()


@positive(17)
def back_after_the_takeover_had_ended(story: Story) -> None:
    run = story.run("backup-1", workflow="backup")
    run.step("snapshot", kind="write").completed()
    resumed(run, after_seconds=600, pid=8080)
    run.step("upload", kind="write").completed()
    story.process(4242)
    run.step("upload", kind="write", at=(2,)).started()
