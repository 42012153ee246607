"""The five services together: routes, rebirth from the ledger, and a ledger that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulate.scenery import Scene, charge, code_of, reserve
from workbench.simulate.ledger import RottenLedgerError
from workbench.simulate.services import Knobs, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNTIL = {"until": "2027-01-31"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.ledger.close()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/token"),
        ("PUT", "/stock/sku-7"),
        ("DELETE", "/charges"),
        ("POST", "/subscriptions/ann"),
        ("PUT", "/mail"),
    ],
)
def test_an_unknown_route_is_a_clear_404(scene: Scene, method: str, path: str) -> None:
    assert code_of(scene.ask(method, path)) == (404, "no_route")


def snapshot(scene: Scene) -> list[object]:
    bearer = scene.bearer()
    return [
        scene.ask("GET", "/stock/sku-7").body,
        scene.ask("GET", "/charges").body,
        scene.ask("GET", "/charges", idempotency_key="k").body,
        scene.ask("GET", "/subscriptions/ann", headers=bearer).body,
        scene.ask("GET", "/outbox").body,
    ]


def test_a_shop_is_reborn_from_its_ledger(scene: Scene) -> None:
    bearer = scene.bearer()
    charge(scene, key="k")
    refunded = charge(scene).body["id"]
    scene.ask("POST", "/refunds", {"charge": refunded})
    released = reserve(scene, "a").body["id"]
    reserve(scene, "b", 2)
    scene.ask("DELETE", f"/stock/reservations/{released}")
    scene.ask("PUT", "/subscriptions/ann", UNTIL, headers=bearer)
    scene.ask("POST", "/mail", {"to": "ann", "subject": "s", "body": "b"})
    before = snapshot(scene)
    reborn = scene.reborn()
    try:
        assert snapshot(reborn) == before
        assert charge(reborn, key="k").headers["Idempotent-Replayed"] == "true"
        assert charge(reborn).body["id"] == "ch_0_0003"
        assert reborn.ask("GET", "/subscriptions/ann", headers=bearer).status == 200
    finally:
        reborn.ledger.close()


@pytest.mark.parametrize(
    ("service", "action", "facts"),
    [
        ("weather", "rained", {}),
        ("payment", "stolen", {}),
        ("payment", "refunded", {"id": "re_1", "charge": "ch_1"}),
        ("payment", "charged", {"id": "ch_1", "order": "a", "amount_cents": "a lot"}),
    ],
)
def test_an_entry_that_no_service_could_have_written_is_named(
    scene: Scene, service: str, action: str, facts: dict[str, object]
) -> None:
    scene.ledger.append(service, action, "", facts)
    with pytest.raises(RottenLedgerError, match="line 1"):
        Shop(scene.setting)


def test_without_a_ledger_nothing_happens(scene: Scene) -> None:
    scene.ledger.close()
    assert code_of(charge(scene)) == (503, "ledger_unavailable")
    assert scene.ask("GET", "/charges").body == []


def test_two_seeds_never_give_the_same_id(tmp_path: Path) -> None:
    ids = set()
    for seed in (1, 2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        ids.add(charge(Scene(folder, Knobs(seed=seed))).body["id"])
    assert ids == {"ch_1_0001", "ch_2_0001"}
