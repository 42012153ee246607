"""What a triage says of a run is what reading and judging that run alone says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tests.analysis.triage.fleets import any_fleet, any_report, shaken, with_holes
from tests.story import BEGAN_NS, NS, Story
from workbench.analysis import Verdict, gates_of, read_facts, verdict, verdict_of
from workbench.analysis.bodies import Bodies
from workbench.analysis.hazards import (
    Case,
    Evidence,
    Hazard,
    Severity,
    Sight,
    findings_of,
    register,
    registered,
    unregister,
)
from workbench.analysis.ledger import at_stake
from workbench.analysis.triage import Attention, failing_step, outlook_of, reasons_frame, triage_frame, triage_rows
from workbench.analysis.triage.likeness import AlikeCase, Likeness
from workbench.analysis.triage.outlook import kind_of
from workbench.analysis.triage.quiet import is_over
from workbench.analysis.triage.shapes import shapes_of
from workbench.analysis.triage.watched import Look, WatchedPayloads
from workbench.model import EventType

NOW_NS = BEGAN_NS + 21 * 24 * 3600 * NS
SEEDS = range(40)


def agrees(seed: int) -> Counter[str]:
    dice = random.Random(seed)
    story = any_fleet(dice)
    history, report = with_holes(dice, story.history()), any_report(dice, story)
    now_ns = NOW_NS + dice.choice([0, 30 * 60, 26 * 3600]) * NS
    rows = triage_rows(history, report, now_ns=now_ns, hazards="none")
    assert [row.run_id for row in rows] == history.run_ids
    for row in rows:
        whole = verdict_of(history, row.run_id, report, now_ns=now_ns)
        facts = read_facts(history, row.run_id, report)
        stake = at_stake(facts, Bodies(history))
        assert (row.best, row.from_step, row.safety, row.because) == tuple(outlook_of(whole)), (seed, row)
        assert (row.best or None) == whole.best
        assert row.status == whole.status
        assert (row.at_stake, row.currency) == (float(stake.amount or 0), stake.currency)
        if whole.status != "completed":
            assert row.business_key == facts.business_key
            failing = failing_step(facts)
            assert row.failing_step == (failing.label if failing else "")
            assert row.error_type == (facts.error_type or (failing.error_type if failing else ""))
    return Counter(f"{row.status} {row.safety}" for row in rows)


def test_triage_agrees_with_the_verdict_on_each_of_many_random_runs() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        seen += agrees(seed)
    assert len(seen) > 10  # the comparison means something
    assert {kind.split()[1] for kind in seen} == {"SAFE", "CHECK", "UNSAFE"}


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1_000, 2_700))
def test_triage_agrees_on_a_hundred_thousand_runs(seed: int) -> None:
    agrees(seed)


def rows_seen(found: Verdict) -> list[tuple[object, ...]]:
    """All that a verdict says of its actions, the steps that it names by place included."""
    return [
        (row.action, row.from_step, row.safety, row.because, row.reasons, row.executes_again, row.already_done,
         row.must_compensate, row.in_doubt, row.useful)
        for row in found.rows
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_runs_that_count_as_alike_have_the_same_verdict_in_every_row(seed: int) -> None:
    """The outlook shows one option; sharing is right when all of them agree."""
    dice = random.Random(seed)
    story = any_fleet(dice, runs=200)
    history, report = with_holes(dice, story.history()), any_report(dice, story)
    shapes = shapes_of(history)
    likeness = Likeness(history, report, shapes)
    known: dict[object, list[tuple[object, ...]]] = {}
    for number, run_id in enumerate(shapes.run_ids):
        rows = shapes.rows_of(number).tolist()
        facts = read_facts(history, run_id, report)
        judged = verdict(run_id, facts.steps, gates_of(facts, report), now_ns=NOW_NS)
        found = rows_seen(judged)
        if not any(child.answer < 0 for child in facts.children):
            kind = kind_of(facts.steps, gates_of(facts, report), NOW_NS)
            assert known.setdefault(kind, found) == found
        pattern = likeness.pattern(run_id, shapes.classes[number], rows)
        if pattern is not None:
            case = AlikeCase(likeness.history, run_id, NOW_NS, report)
            case.rows, case.pattern = rows, pattern
            if is_over(history, rows):  # nothing is done with these, so they are alike in what is left to be settled
                assert pattern.resting == outlook_of(judged)
            else:
                assert known.setdefault((pattern, pattern.held(case)), found) == found


def test_most_runs_share_what_was_found_out_about_another() -> None:
    """Otherwise the test above would compare reading with reading."""
    story = any_fleet(random.Random(3), runs=200)
    history, shapes = story.history(), shapes_of(story.history())
    likeness = Likeness(history, None, shapes)
    found = [
        likeness.pattern(run_id, shapes.classes[number], shapes.rows_of(number).tolist())
        for number, run_id in enumerate(shapes.run_ids)
    ]
    patterns = {id(pattern) for pattern in found if pattern is not None}
    assert sum(pattern is not None for pattern in found) > 2 * len(patterns)


def test_facts_of_a_pattern_are_those_of_the_run_up_to_times_and_texts() -> None:
    dice = random.Random(5)
    story = any_fleet(dice, runs=300)
    history, shapes = story.history(), shapes_of(story.history())
    likeness = Likeness(history, None, shapes)
    compared = 0
    for number, run_id in enumerate(shapes.run_ids):
        rows = shapes.rows_of(number).tolist()
        pattern = likeness.pattern(run_id, shapes.classes[number], rows)
        if pattern is None or is_over(history, rows):
            continue
        compared += 1
        case = AlikeCase(likeness.history, run_id, NOW_NS, None)
        case.rows, case.pattern = rows, pattern
        shared, own = case.facts, read_facts(history, run_id)
        assert shared.business_key == own.business_key
        for left, right in zip(shared.steps, own.steps, strict=True):
            if left.acts:
                assert (left.opened, left.answer, left.run_id) == (right.opened, right.answer, run_id)
            same = dict.fromkeys(["opened", "answer", "seq", "started_ns", "sent_ns", "denied_ns", "ended_ns"], 0)
            same |= {"run_id": "", "error": ""}  # type: ignore[dict-item]  # fields by name
            assert replace(left, **same) == replace(right, **same)  # type: ignore[arg-type]  # fields by name
    assert compared > 50


def test_a_key_that_grows_old_changes_the_outlook_of_its_run_only() -> None:
    story = Story()
    for number in range(2):
        run = story.run(f"order-{number}")
        run.step("ship", kind="keyed", key=f"ship/{number}", key_lifetime_seconds=3600.0).started().died()
        story.wait(7200)
    young, old = triage_rows(story.history(), story.report(), now_ns=story.now_ns - 7000 * NS, hazards="none")[::-1]
    assert (young.best, young.safety) == ("resume", "SAFE")
    assert (old.best, old.safety) == ("", "UNSAFE")
    assert old.because.startswith("resume: ship (1) may or may not have happened")


def test_where_it_hurts() -> None:
    story = Story()
    story.run("fine").completed()
    story.run("waits").step("charge", kind="compensatable").started().died()
    broken = story.run("broken", business_key="customer-7")
    broken.step("charge", kind="compensatable").completed({"amount": 12, "currency": "EUR"})
    broken.step("ship", kind="write").failed("Timeout", definite=False)
    broken.failed("ShopError")
    frame = triage_frame(triage_rows(story.history(), story.report(), now_ns=NOW_NS, hazards="none")).set_index(
        "run_id"
    )
    assert frame["failing_step"].to_list() == ["", "charge (1)", "ship (2)"]
    assert frame["error_type"].astype("object").fillna("").to_list() == ["", "", "ShopError"]
    rows = frame.to_dict("index")
    assert [rows["broken"][name] for name in ("at_stake", "currency", "business_key")] == [12.0, "EUR", "customer-7"]
    assert [rows["fine"][name] for name in ("safety", "because")] == [
        "SAFE", "the run has completed: nothing needs to be done",
    ]  # fmt: skip
    assert frame["best"].isna().to_list() == [True, True, True]


def test_runs_with_the_same_reason_are_counted_together() -> None:
    story = Story()
    for number in range(5):
        run = story.run(f"order-{number}")
        run.step("charge", kind="compensatable").completed({"amount": 10 + number, "currency": "EUR"})
        run.step("mail", kind="write").started().died()
    story.run("done").completed()
    frame = triage_frame(triage_rows(story.history(), story.report(), now_ns=NOW_NS, hazards="none"))
    first, second = reasons_frame(frame).to_dict("records")
    assert (first["runs"], first["failing_step"], first["safety"], first["at_stake"]) == (5, "mail (2)", "UNSAFE", 60.0)
    assert (first["currency"], first["examples"]) == ("EUR", ("order-0", "order-1", "order-2"))
    assert (second["runs"], second["status"]) == (1, "completed")


def test_columns_and_dtypes_stay_the_same_without_runs() -> None:
    some = Story()
    some.run("one").completed()
    empty = triage_frame(triage_rows(Story().history(), None, now_ns=NOW_NS))
    full = triage_frame(triage_rows(some.history(), None, now_ns=NOW_NS, hazards="none"))
    assert list(empty.columns) == list(full.columns)
    assert [str(dtype) for dtype in empty.dtypes] == [str(dtype) for dtype in full.dtypes]
    assert list(reasons_frame(empty).columns) == list(reasons_frame(full).columns)


def test_behind_the_last_sync_of_a_machine_that_restarted_runs_of_one_shape_differ() -> None:
    story = Story()
    for number in range(2):
        step = story.run(f"order-{number}").step("mail", kind="write", key="")
        step.started().died().resolved(happened=False)
    report = story.report(same_boot=False, synced_seq=3)
    before, after = triage_rows(story.history(), report, now_ns=NOW_NS, hazards="none")
    assert (before.best, after.best) == ("resume", "")


def test_a_decision_names_events_by_their_numbers_so_runs_with_one_are_read_each() -> None:
    story = Story()
    for number in range(2):
        run = story.run(f"order-{number}")
        run.step("charge", kind="compensatable").completed()
        run.step("mail", kind="write").started().died()
        run.event(EventType.DecisionMade, action="retry_from", cut=4, by="anna")  # in the middle of the first
    first, second = triage_rows(story.history(), story.report(), now_ns=NOW_NS, hazards="none")
    assert first.because != second.because


def test_whoever_goes_through_a_whole_payload_is_seen_to() -> None:
    payloads = WatchedPayloads(lambda row: {"key": row, "at": []})
    got, looks = payloads.watch(lambda: payloads(3).get("key"))
    assert (got, looks) == (3, [Look(3, ""), Look(3, "key")])
    ways: list[Callable[[dict[str, Any]], Any]] = [
        dict,
        list,
        len,
        bool,
        lambda body: body == {},
        lambda body: {**body},
    ]
    for way in ways:
        assert Look(3, None) in payloads.watch(partial(_looked, way, payloads))[1]
    assert payloads.watch(lambda: "at" in payloads(4))[1] == [Look(4, ""), Look(4, "at")]
    assert type(payloads(3)) is dict


@pytest.mark.parametrize("attention", Attention)
def test_hazards_are_those_that_looking_at_each_run_alone_finds(attention: Attention) -> None:
    seen = set()
    for seed in range(8):
        dice = random.Random(seed)
        story = any_fleet(dice, runs=30)
        history, report = shaken(dice, story.history()), any_report(dice, story)
        for row in triage_rows(history, report, now_ns=NOW_NS, hazards=attention):
            case = Case(history, row.run_id, NOW_NS, report)
            every = attention is Attention.ALL or (attention is Attention.TROUBLED and row.status != "completed")
            wanted = None if every else [hazard for hazard in registered() if hazard.columns_only]
            found = findings_of(case, () if attention is Attention.NONE else wanted)
            ids = {finding.hazard.id for finding in found}
            seen |= ids
            assert ids <= set(row.hazards) if row.status == "completed" else ids == set(row.hazards)
    assert ("clock-skew" in seen and "early-retry" in seen) == (attention is not Attention.NONE)


def test_a_hazard_of_the_user_is_looked_for_in_each_run() -> None:
    def long_ones(case: Case) -> Iterator[Evidence]:
        if case.time_ns(case.rows[-1]) - case.time_ns(case.rows[0]) > 3600 * NS:
            yield Evidence(case.seqs(case.rows[0]), "it took more than an hour")

    story = Story()
    for number in range(2):
        run = story.run(f"order-{number}")
        story.wait(7200 * number)
        run.completed()
    hazard = Hazard("too-long", 0, "Too long", Severity.NOTE, Sight.LOG, "", "", "", long_ones, columns_only=True)
    register(hazard)
    try:
        rows = triage_rows(story.history(), None, now_ns=NOW_NS)
    finally:
        unregister("too-long")
    assert [row.hazards for row in rows] == [(), ("too-long",)]


def _looked(way: Callable[[Any], Any], payloads: Callable[[int], Any]) -> Any:
    return way(payloads(3))


def test_a_check_that_grew_old_is_stale_in_its_run_only() -> None:
    story = Story()
    for number, age in enumerate((10, 400, 10)):
        story.now_ns = BEGAN_NS - 1_000 * NS
        run = story.run(f"order-{number}")
        story.now_ns = BEGAN_NS - age * NS
        run.step("stock", kind="read", args=[f"sku-{number}"]).completed(3)
        run.step("reserve", kind="write", args=[f"sku-{number}"]).failed("Refused")
    rows = triage_rows(story.history(), story.report(), now_ns=BEGAN_NS, hazards="none")
    assert [(row.best, row.from_step) for row in rows] == [("resume", ""), ("retry_from", "stock (1)"), ("resume", "")]


@pytest.mark.parametrize(
    "result", ["eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3OTAwMDAwMDF9.c2ln", {"expires_in": 5, "token": "tok-123456"}]
)
def test_a_token_of_any_shape_is_looked_at_closely(result: Any) -> None:
    story = Story()
    for number in range(2):
        run = story.run(f"order-{number}")
        run.step("login", kind="read").completed(result if number else "short")
        run.step("charge", kind="idempotent", args=["x"]).started().died()
    now_ns = story.now_ns + 60 * NS
    for row in triage_rows(story.history(), story.report(), now_ns=now_ns, hazards="none"):
        whole = verdict_of(story.history(), row.run_id, story.report(), now_ns=now_ns)
        assert (row.best, row.because) == (outlook_of(whole).best, outlook_of(whole).because)
        assert row.best == ("retry_from" if row.run_id == "order-1" else "resume")
