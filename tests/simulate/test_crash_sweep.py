"""`wb.sweep_crashes`: known bad workflows do harm under naive hands, well declared ones do none under the verdict's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.simulate import shopping
from workbench._errors import UsageError
from workbench.journal import open_log
from workbench.recording import CrashSweep
from workbench.simulate import CrashPoint, Script, World, at_rest, children
from workbench.simulate.children import ChildError, in_child

pytestmark = pytest.mark.xdist_group("lives")  # many lives are forked, from a process that is still small

ARGS = ("order-1",)
SLOW = [{"service": "payment", "kind": "delay", "delay_seconds": 3, "method": "POST", "occurrence": 1}]
IRRELEVANT = [{"service": "mail", "kind": "error", "status": 500, "occurrence": 1}]


def last_one() -> World:
    return World(stock={"sku-7": 1}, purchases=[(600, "sku-7")])


def by_policy(swept: CrashSweep) -> dict[str, int]:
    bad = swept.failures["policy"].value_counts()
    return {name: int(bad.get(name, 0)) for name in swept.stage.design.policies}


# --- the hazards, and their cures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "world", "options", "naive", "says"),
    [
        (shopping.cached_token, World, {"downtime": [1200], "steps": ["charge"]}, "resume", "expired token"),
        (shopping.cached_look, last_one, {"downtime": [1200], "steps": ["charge"]}, "resume", "too many of sku-7"),
        (shopping.charged_again, World, {"faults": [SLOW], "points": ["nowhere"]}, "retry", "charged 2 times"),
        (shopping.saga, World, {}, "resume", "charged and got nothing"),
    ],
)
def test_a_known_bad_workflow_does_harm_when_nobody_asks(
    code: Any, world: Callable[[], World], options: dict[str, Any], naive: str, says: str
) -> None:
    swept = wb.sweep_crashes(code, ARGS, world, policies=[naive], **options)
    assert by_policy(swept)[naive] > 0
    assert swept.failures["violations"].str.contains(says).any()


@pytest.mark.parametrize(
    ("code", "world", "options"),
    [
        (shopping.fresh_token, World, {"downtime": [1200]}),
        (shopping.reserved, last_one, {"downtime": [60, 1200]}),
        (shopping.charged_under_a_key, World, {"faults": [SLOW]}),
        (shopping.saga, World, {}),
        (shopping.side_by_side, World, {"steps": ["look_async", "charge", ""]}),
    ],
)
def test_a_well_declared_workflow_does_no_harm_to_who_follows_the_verdict(
    code: Any, world: Callable[[], World], options: dict[str, Any]
) -> None:
    swept = wb.sweep_crashes(code, ARGS, world, policies=["verdict"], **options)
    assert list(swept.failures["violations"]) == []
    assert set(swept.frame["ending"]) <= {"completed", "compensated"}
    assert swept.frame.loc[swept.frame["point"] != "nowhere", "died"].all()


def test_an_undo_does_not_overtake_the_request_that_it_undoes() -> None:
    swept = wb.sweep_crashes(
        shopping.saga, ARGS, World, points=["in_call"], downtime=[0], policies=["verdict"], steps=["charge_with_undo"]
    )
    assert list(swept.failures["violations"]) == []


STEPS = ("fresh", "charge", "undoable", "reserve", "mail", "look")


@wb.workflow
def any_steps(calls: list[str]) -> int:
    """Steps of all kinds in any order, each about an order of its own; money is always followed by goods."""
    for number, call in enumerate(calls):
        order = f"order-{number}"
        if call in {"charge", "undoable", "reserve"}:
            shopping.reserve("sku-1", order)
            shopping.charge_with_undo(order) if call == "undoable" else shopping.charge(order)
        elif call == "mail":
            shopping.tell(order)
        elif call == "fresh":
            shopping.charge(order)
            shopping.extend_with_own_token(order)
        else:
            shopping.look("sku-1")
    return len(calls)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.lists(st.sampled_from(STEPS), min_size=1, max_size=4),
    downtime=st.sampled_from([0.0, 90.0, 7200.0]),
    seed=st.integers(0, 999),
)
def test_whoever_follows_the_verdict_ends_well_wherever_a_worker_dies(
    calls: list[str], downtime: float, seed: int
) -> None:
    world = World(seed=seed, latency_seconds=(0.05, 0.5))
    swept = wb.sweep_crashes(any_steps, (calls,), world, downtime=[downtime], policies=["verdict"], sample=3)
    assert list(swept.failures["violations"]) == []
    assert set(swept.frame["ending"]) == {"completed"}


# --- where workers die ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saga() -> CrashSweep:
    return wb.sweep_crashes(shopping.saga, ARGS, World, policies=["resume", "verdict"])


def test_every_moment_of_a_step_is_a_place_to_die(saga: CrashSweep) -> None:
    seen = {(plan.place.step, plan.place.point) for plan in saga.plans}
    step = "charge_with_undo (1)"
    assert {point for label, point in seen if label == step} == {
        CrashPoint.BEFORE_INTENT, CrashPoint.IN_INTENT, CrashPoint.BEFORE_CALL, CrashPoint.IN_CALL,
        CrashPoint.REPLY_LOST, CrashPoint.AFTER_EFFECT, CrashPoint.IN_RESULT, CrashPoint.AFTER_RESULT,
        CrashPoint.BEFORE_UNDO, CrashPoint.AFTER_UNDO,
    }  # fmt: skip
    assert {("", CrashPoint.NOWHERE), ("", CrashPoint.AFTER_END)} <= seen


@pytest.mark.parametrize(
    ("point", "torn", "charged", "on_its_way"),
    [
        ("before_intent", False, 0, 0),
        ("in_intent", True, 0, 0),
        ("before_call", False, 0, 0),
        ("in_call", False, 0, 1),
        ("reply_lost", False, 1, 0),
        ("after_effect", False, 1, 0),
        ("in_result", True, 1, 0),
        ("after_result", False, 1, 0),
    ],
)
def test_each_death_is_a_real_one_and_leaves_its_own_log_and_world(
    saga: CrashSweep, point: str, *, torn: bool, charged: int, on_its_way: int
) -> None:
    number = next(n for n, plan in enumerate(saga.plans) if plan.place.point == point)
    wreck = saga.stage.folder / f"wreck-{number:05d}"
    world = World(folder=wreck)
    assert [entry.action for entry in world.entries] == ["charged"] * charged
    assert len(world.wire.traffic.on_its_way()) == on_its_way
    report = open_log(world.log).report
    assert (report.torn, report.closed, report.rotten) == (torn, False, False)


def test_what_arrives_after_the_death_is_done(saga: CrashSweep) -> None:
    rows = saga.frame[(saga.frame["point"] == "in_call") & (saga.frame["policy"] == "resume")]
    world = saga.world(rows.iloc[0])
    assert list(world.requests["told"])[:2] == ["nothing", "nobody"]
    assert [entry.action for entry in world.entries][:1] == ["charged"]


def test_the_timeout_of_a_step_is_one_of_virtual_time() -> None:
    swept = wb.sweep_crashes(
        shopping.impatient, ARGS, World, faults=[SLOW], points=["nowhere"], policies=["resume"], downtime=[0]
    )
    assert list(swept.frame["ending"]) == ["failed"]
    assert "TimeoutError" in swept.frame["error"].iloc[0]
    assert list(swept.world(0).requests["told"]) == ["nothing", "nobody"]  # it came a second after the client had left
    assert list(swept.frame["violations"]) == ["order-1 was charged and got nothing"]


def test_a_worker_that_dies_while_it_undoes_is_followed_to_the_end(saga: CrashSweep) -> None:
    undoing = saga.frame[saga.frame["point"].isin(["before_undo", "after_undo"])]
    assert set(undoing["policy"]) == {"verdict"}  # nobody else undoes
    assert undoing["died"].all()
    assert set(undoing["outcome"]) == {"compensated"}


def test_a_person_finds_out_what_a_step_without_a_probe_would_have_returned() -> None:
    swept = wb.sweep_crashes(
        shopping.cached_look, ARGS, World, policies=["verdict"], steps=["ship"], points=["before_call", "reply_lost"]
    )
    assert list(swept.frame["outcome"]) == ["completed"] * 2
    assert swept.frame["trail"].str.startswith("a person looks for ship (3)").all()
    done = swept.open(1)
    assert done.payload(int(done.events.loc[done.events["event"] == "StepResolved", "seq"].iloc[0]))["result"][
        "order"
    ] == ("order-1")


# --- what a person holds -------------------------------------------------------------------------------------------


def test_what_a_policy_of_ones_own_calls_its_end_counts_as_failed() -> None:
    def nobody(*_: object) -> str:
        return "left alone"

    swept = wb.sweep_crashes(shopping.reserved, ARGS, World, policies=[nobody], points=["before_intent"], invariants=())
    assert set(swept.frame["ending"]) == {"left alone"}
    assert set(swept.frame["outcome"]) == {"failed"}
    assert len(swept.figure().data) > 0


def test_each_row_opens_as_a_recording_and_as_a_world(saga: CrashSweep) -> None:
    row = saga.frame[saga.frame["outcome"] == "compensated"].iloc[0]
    run = saga.open(row)
    assert run.status == "compensated"
    assert run.replay(shopping.saga).outcome.word == "failed"
    assert list(saga.world(row).ledger["action"]) == ["charged", "refunded"]
    with pytest.raises(UsageError, match="no row 999"):
        saga.open(999)


def test_the_frame_the_figure_and_the_words_agree(saga: CrashSweep) -> None:
    frame = saga.frame
    assert list(frame.columns[:6]) == ["step", "point", "downtime_seconds", "policy", "faults", "outcome"]
    assert frame["outcome"].cat.ordered
    assert len(frame) == len(saga) == len(list(saga))
    assert frame["log"].map(lambda log: Path(log).exists()).all()
    heat = saga.figure().data[0]
    assert list(heat.x) == ["resume", "verdict"]
    assert len(heat.y) == len({(plan.place.step, plan.place.point) for plan in saga.plans})
    bad = sum(str(sign) == "✘" for row in heat.text for sign in row)
    assert bad == len(saga.failures)  # one downtime, so a cell is a life
    first = saga.failures.index[0]
    assert any(f"sweep.open({first})" in hover for row in heat.customdata for hover in row)
    assert f"{len(saga)} lives, {bad} did harm" in repr(saga)
    assert "wb.sweep_crashes(saga" in saga._repr_html_()


def test_text_of_the_code_is_text_in_figure_and_html() -> None:
    @wb.step(kind="read", name="<b>look</b>")
    def look() -> int:
        return 1

    @wb.workflow(name="<script>")
    def flow() -> int:
        return look()

    swept = wb.sweep_crashes(flow, (), World, policies=["resume"], invariants=[lambda _: "<i>wrong</i>"])
    assert "<script>" not in swept._repr_html_()
    assert "<b>" not in str(swept.figure().to_dict())
    assert "<i>" not in str(swept.figure().to_dict())


# --- the smallest failure --------------------------------------------------------------------------------------------


def test_a_failure_is_made_small_and_its_line_lives_it_again() -> None:
    swept = wb.sweep_crashes(
        shopping.cached_token, ARGS, World(token_lifetime_seconds=900), downtime=[86_400],
        faults=[IRRELEVANT], policies=["resume"], steps=["charge"], points=["after_result"],
    )  # fmt: skip
    smallest = swept.smallest
    assert smallest is not None
    assert smallest.plan.faults.rules == ()
    assert smallest.plan.downtime_seconds == 300  # 900 s of life less the 600 s of sleep
    again = eval(  # noqa: S307 - the line is for people to paste
        smallest.call, {"wb": wb, "cached_token": shopping.cached_token, "world": World(token_lifetime_seconds=900)}
    )
    assert [life.violations for life in again] == [smallest.life.violations]


def test_what_does_no_harm_cannot_be_made_smaller(saga: CrashSweep) -> None:
    good = next(number for number, life in enumerate(saga) if not life.violations)
    with pytest.raises(UsageError, match="did no harm"):
        saga.minimise(good)


# --- many lives ------------------------------------------------------------------------------------------------------


def facts(swept: CrashSweep) -> list[tuple[str, ...]]:
    columns = ["step", "point", "policy", "outcome", "violations", "trail"]
    return [tuple(map(str, row)) for row in swept.frame[columns].itertuples(index=False)]


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    def swept(seed: int) -> list[tuple[str, ...]]:
        return facts(wb.sweep_crashes(shopping.ten_steps, ARGS, World, sample=4, seed=seed, policies=["resume"]))

    assert swept(1) == swept(1)
    assert len(swept(1)) == 4
    assert swept(1) != swept(2)


def test_threads_and_other_processes_live_the_same_lives(tmp_path: Path) -> None:
    def swept(**options: Any) -> list[tuple[str, ...]]:
        given: dict[str, Any] = {"steps": ["extend"], "downtime": [1200], "policies": ["rerun", "verdict"]}
        return facts(wb.sweep_crashes(shopping.cached_token, ARGS, World, **given, **options))

    here = swept(jobs=1)
    with ThreadPoolExecutor(2) as threads:
        assert swept(executor=threads) == here
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as processes:  # quick, and all the same it pickles
        assert swept(executor=processes, folder=tmp_path / "shared") == here


def test_code_that_another_process_cannot_import_is_refused() -> None:
    @wb.workflow
    def local() -> None:
        shopping.look("sku-1")

    with (
        ProcessPoolExecutor(1, mp_context=get_context("fork")) as processes,
        pytest.raises(UsageError, match="cannot import"),
    ):
        wb.sweep_crashes(local, (), World, policies=["resume"], executor=processes)


# --- invariants ------------------------------------------------------------------------------------------------------


def test_a_persons_own_invariants_are_asked_and_those_of_a_process_at_rest_only_then() -> None:
    asked = wb.sweep_crashes(
        shopping.charged_again, ARGS, World, steps=["charge_unkeyed"], points=["before_call"], policies=["resume"],
        invariants=[has_mail, at_rest(has_refund)],
    )  # fmt: skip
    assert list(asked.frame["ending"]) == ["stopped"]  # the recorder does not repeat a step in doubt
    assert list(asked.frame["violations"]) == ["no mail was sent"]


def has_mail(world: World) -> str:
    return "" if any(entry.service == "mail" for entry in world.entries) else "no mail was sent"


def has_refund(world: World) -> bool:
    return any(entry.action == "refunded" for entry in world.entries)


def test_an_invariant_may_just_be_false() -> None:
    swept = wb.sweep_crashes(
        shopping.reserved, ARGS, World, points=["nowhere"], policies=["resume"], invariants=[has_refund]
    )
    assert list(swept.frame["violations"]) == ["has_refund does not hold"]


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"policies": ["pray"]}, "no policy 'pray'"),
        ({"policies": []}, "no place to die"),
        ({"downtime": []}, "no place to die"),
        ({"points": ["at_noon"]}, "at_noon"),
        ({"steps": ["nothing"]}, "no place to die"),
        ({"faults": [[{"service": "payment"}]]}, "kind"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        wb.sweep_crashes(shopping.reserved, ARGS, World, **options)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(UsageError, match="not empty"):
        wb.sweep_crashes(shopping.reserved, ARGS, World, folder=tmp_path)


def test_a_life_that_hangs_and_one_that_breaks_are_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_PATIENCE_SECONDS", 1)
    with pytest.raises(ChildError, match="hangs"):
        in_child(lambda: [None for _ in iter(int, 1)])
    with pytest.raises(ChildError, match="ZeroDivisionError"):
        in_child(lambda: 1 / 0)


def test_a_script_has_no_recording_and_says_where_to_look() -> None:
    swept = wb.sweep_crashes(Script(shopping.script), (), World, points=["before_call"])
    with pytest.raises(UsageError, match="records nothing"):
        swept.open(0)
    assert set(swept.frame["log"]) == {""}
