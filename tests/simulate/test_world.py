"""`World`: services with knobs, a wire on which things go wrong, virtual time, and the truth as frames."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.simulate import shopping
from tests.test_front_door import in_bare_install
from workbench._errors import UsageError
from workbench.simulate import RefusedError, World, here
from workbench.simulate import world as world_room

HOUR = 3600.0


def fault(kind: str, **more: Any) -> list[dict[str, object]]:
    return [{"service": "payment", "method": "POST", "kind": kind, **more}]


def actions(world: World) -> list[str]:
    return [entry.action for entry in world.entries]


def test_hours_pass_in_no_time_and_a_token_grows_old() -> None:
    world, began = World(token_lifetime_seconds=900), time.monotonic()
    token = world.tokens.issue()["access_token"]
    world.sleep(24 * HOUR)
    with pytest.raises(RefusedError, match="expired_token") as refused:
        world.subscriptions.extend("ada", "2027-01-01", token)
    assert refused.value.definite
    assert time.monotonic() - began < 10


def test_others_buy_and_switch_when_their_time_comes_whether_or_not_anybody_asks() -> None:
    world = World(
        stock={"sku-7": 2},
        purchases=[(2 * HOUR, "sku-7"), (HOUR, "sku-7", 1), (3 * HOUR, "sku-7")],
        flags={"fraud-check": False},
        switches=[(HOUR, "fraud-check", True)],
    )
    assert (world.stock.available("sku-7"), world.flags.is_on("fraud-check")) == (2, False)
    world.sleep(1.5 * HOUR)
    assert (world.stock.available("sku-7"), world.flags.is_on("fraud-check")) == (1, True)
    world.sleep(5 * HOUR)
    world.settle()
    assert actions(world) == ["bought", "turned", "bought", "turned_away"]
    hours = [round((entry.time_ns - world_room.OPENED_NS) / 1e9 / HOUR, 3) for entry in world.entries]
    assert hours == [1, 1, 2, 3]
    assert world.at(world.folder).entries == world.entries


def test_a_shop_that_ships_without_looking_oversells_and_a_reservation_does_not() -> None:
    world = World(stock={"sku-7": 1})
    world.stock.sell("sku-7", "a")
    world.stock.sell("sku-7", "b")
    assert world.stock.available("sku-7") == -1
    with pytest.raises(RefusedError, match="sold_out"):
        world.stock.reserve("sku-7", "c")


@pytest.mark.parametrize(("caches", "second"), [(True, 500), (False, 201)])
def test_a_broken_provider_repeats_its_error_under_the_key_where_it_keeps_errors(*, caches: bool, second: int) -> None:
    world = World(charge_errors={1: 500}, caches_errors=caches, key_lifetime_seconds=3600)

    def status() -> int:
        try:
            world.payment.charge("o", 100, key="k")
        except RefusedError as error:
            return 0 if error.definite else error.status
        return 201

    assert [status(), status()] == [500, second]
    world.sleep(2 * HOUR)
    assert status() == 201  # the key has expired
    assert actions(world).count("erred") == 1


def test_a_declined_card_is_a_definite_refusal() -> None:
    world = World(charge_errors={1: 402})
    with pytest.raises(RefusedError, match="card_declined") as refused:
        world.payment.charge("o", 100)
    assert refused.value.definite
    world.payment.charge("o", 100)
    assert actions(world) == ["erred", "charged"]


def test_a_slow_answer_is_given_up_and_the_charge_comes_all_the_same() -> None:
    world = World(faults=fault("delay", delay_seconds=3))
    before = world.clock.ns
    with pytest.raises(TimeoutError):
        world.payment.charge("o", 100, timeout_seconds=2)
    assert round((world.clock.ns - before) / 1e9) == 2
    assert actions(world) == []
    world.sleep(5)
    assert actions(world) == ["charged"]
    assert round((world.entries[0].time_ns - before) / 1e9) == 3  # its own time, not that of who looks
    assert list(world.requests["told"]) == ["nothing", "nobody"]


@pytest.mark.parametrize(
    ("kind", "more", "raised", "done"),
    [
        ("hold_before", {}, TimeoutError, []),
        ("hold_reply", {}, TimeoutError, ["charged"]),
        ("drop_reply", {}, TimeoutError, ["charged"]),
        ("error", {"status": 503}, RefusedError, []),
    ],
)
def test_each_fault_leaves_its_own_pair_of_told_and_true(
    kind: str, more: dict[str, Any], raised: type[Exception], done: list[str]
) -> None:
    world = World(faults=fault(kind, **more))
    with pytest.raises(raised):
        world.payment.charge("o", 100)
    assert actions(world) == done
    world.payment.charge("o", 100)
    assert actions(world) == [*done, "charged"]


def test_faults_are_counted_on_where_another_worker_goes_on(tmp_path: Path) -> None:
    first = World(faults=fault("error", status=500, occurrence=2), folder=tmp_path)
    first.payment.charge("o", 100)
    first.close()
    second = first.at(tmp_path)
    with pytest.raises(RefusedError, match="500"):
        second.payment.charge("o", 100)
    second.payment.charge("o", 100)
    assert [one.number for one in second.asked] == [1, 2, 3]
    assert second.clock.ns >= first.clock.ns


def test_the_same_seed_gives_the_same_world_and_another_seed_another_one() -> None:
    def story(seed: int) -> list[tuple[int, str, object]]:
        world = World(seed=seed, latency_seconds=(0.1, 2.0))
        assert world.run(shopping.fresh_token, "order-1") == "order-1"
        return [(entry.time_ns, entry.action, entry.facts) for entry in world.entries]

    assert story(1) == story(1)
    assert story(1) != story(2)


def test_a_workers_wrong_clock_is_not_that_of_the_services() -> None:
    world = World(skew_seconds=-7200)

    @wb.step(kind="read")
    def ask_time() -> int:
        now_ns: int = here().ask("GET", "/clock")["now_ns"]
        return now_ns

    @wb.workflow
    def compare() -> float:
        return (ask_time() / 1e9) - wb.now().timestamp()

    assert round(world.run(compare)) == 7200


def test_async_workflows_wait_in_virtual_time_and_side_by_side() -> None:
    world, began = World(), time.monotonic()

    @wb.step(kind="read")
    def slow(seconds: float) -> float:
        here().sleep(seconds)
        return seconds

    @wb.workflow
    async def race() -> list[float]:
        return list(await wb.gather(slow.defer(3600), slow.defer(7200), slow.defer(1800)))

    assert world.run(race) == [3600, 7200, 1800]
    assert 2 * HOUR <= (world.clock.ns - world_room.OPENED_NS) / 1e9 < 2.1 * HOUR
    assert time.monotonic() - began < 10


def test_everything_can_be_looked_at_as_frames() -> None:
    world = World(faults=fault("drop_reply"))
    assert world.run(shopping.charged_again, "order-1") == "order-1"  # the client takes silence for a failure
    assert list(world.ledger["action"]) == ["reserved", "charged", "charged"]
    charge = world.ledger.iloc[1]
    assert (charge["order"], charge["amount_cents"], charge["service"]) == ("order-1", 4200, "payment")
    assert str(world.ledger["time"].dtype) == "datetime64[ns, UTC]"
    assert world.requests.loc[1, "entries"] == [2]
    (payment,) = world.services[world.services["service"] == "payment"].to_dict("records")
    assert [payment[name] for name in ("requests", "unanswered", "effects", "did")] == [2, 1, 2, "2 charged"]
    assert "3 effects" in repr(world)


def test_a_world_needs_nothing_but_a_base_install(tmp_path: Path) -> None:
    out = in_bare_install(
        """
        import sys
        import workbench as wb
        assert "workbench.simulate" not in sys.modules
        world = wb.simulate.World(stock={"sku-7": 1})
        print(world.stock.reserve("sku-7", "order-1")["status"], len(world.entries))
        """,
        tmp_path,
    )
    assert out == "held 1\n"


def test_an_unknown_knob_and_a_wrong_fault_are_named() -> None:
    with pytest.raises(UsageError, match="token_lifetime"):
        World(token_lifetime=3)  # type: ignore[call-arg]  # that is the test
    with pytest.raises(UsageError, match="service"):
        World(faults=[{"service": "weather", "kind": "error", "status": 500}])


def test_a_step_outside_every_world_says_how_to_enter_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world_room, "_here", [])
    with pytest.raises(UsageError, match="no simulated world"):
        here()
    with World() as world:
        assert here() is world
