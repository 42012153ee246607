"""The services alone, with a clock that is moved by hand: what harms, what protects, and for how long."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulate.scenery import CHARGE, CREDENTIALS, NS, Scene, charge, code_of, reserve
from workbench.simulate.ledger import Ledger, charged_cents, extensions
from workbench.simulate.services import Knobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNTIL = {"until": "2027-01-31"}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.ledger.close()


def entries(scene: Scene) -> Any:
    return Ledger.read(scene.ledger.path)


# --- token ---------------------------------------------------------------------------------------------------


def test_a_token_is_a_jwt_with_its_dates(scene: Scene) -> None:
    answer: Any = scene.ask("POST", "/token", CREDENTIALS)
    header, claims, _signature = answer.body["access_token"].split(".")
    decoded = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims)]
    now = scene.clock.ns // NS
    assert decoded[0] == {"alg": "HS256", "typ": "JWT"}
    assert decoded[1] == {"iss": "https://token.shop.example", "sub": "checkout", "iat": now, "exp": now + 900}
    assert answer.body["token_type"] == "Bearer"  # noqa: S105 - a word of RFC 6750
    assert answer.body["expires_in"] == 900


def test_a_token_works_until_the_second_it_expires(scene: Scene) -> None:
    bearer = scene.bearer()
    scene.clock.advance(899)
    assert scene.ask("PUT", "/subscriptions/ann", UNTIL, headers=bearer).status == 200
    scene.clock.advance(1)
    refused = scene.ask("PUT", "/subscriptions/ann", {"until": "2028-01-31"}, headers=bearer)
    assert code_of(refused) == (401, "expired_token")
    assert "WWW-Authenticate" in refused.headers
    assert len(extensions(entries(scene), "ann")) == 1


def test_the_lifetime_is_a_knob(tmp_path: Path) -> None:
    scene = Scene(tmp_path, Knobs(token_lifetime_seconds=5))
    bearer = scene.bearer()
    scene.clock.advance(5)
    assert code_of(scene.ask("GET", "/subscriptions/ann", headers=bearer)) == (401, "expired_token")


@pytest.mark.parametrize("body", [CREDENTIALS | {"password": "wrong"}, {"user": "nobody", "password": "\ud800"}])
def test_a_wrong_password_gets_no_token(scene: Scene, body: dict[str, str]) -> None:
    assert code_of(scene.ask("POST", "/token", body)) == (401, "invalid_grant")
    assert scene.actions() == []


def test_the_ledger_never_holds_a_credential(scene: Scene) -> None:
    token = scene.bearer()["Authorization"].removeprefix("Bearer ")
    written = scene.ledger.path.read_text()
    assert token not in written
    assert CREDENTIALS["password"] not in written


def forged(token: str) -> list[str]:
    head, claims, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return ["", "x", "..", f"{head}.{claims}.", f"{none}.{claims}.", f"{none}.{claims}.{signature}", f"{token}é"]


def test_a_forged_token_is_refused(scene: Scene) -> None:
    token = scene.bearer()["Authorization"].removeprefix("Bearer ")
    for wrong in forged(token):
        answer = scene.ask("GET", "/subscriptions/ann", headers={"Authorization": f"Bearer {wrong}"})
        assert answer.status == 401, wrong
    assert code_of(scene.ask("GET", "/subscriptions/ann")) == (401, "missing_token")


# --- payment -------------------------------------------------------------------------------------------------


def test_the_same_key_charges_once_and_replays_the_answer(scene: Scene) -> None:
    first, again = charge(scene, key="charge/order-42"), charge(scene, key="charge/order-42")
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body == CHARGE | {"id": "ch_0_0001", "status": "succeeded"}
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert charged_cents(entries(scene), "order-42") == 4200


def test_a_replayed_answer_is_the_one_that_was_given_even_after_a_refund(scene: Scene) -> None:
    first = charge(scene, key="k")
    scene.ask("POST", "/refunds", {"charge": first.body["id"]})
    assert charge(scene, key="k").body == first.body


def test_the_order_of_fields_is_no_other_body(scene: Scene) -> None:
    charge(scene, key="k")
    assert charge(scene, dict(reversed(CHARGE.items())), key="k").headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(scene: Scene) -> None:
    charge(scene, key="k")
    assert code_of(charge(scene, CHARGE | {"amount_cents": 1}, key="k")) == (422, "key_reused")
    assert charged_cents(entries(scene), "order-42") == 4200


def test_an_expired_key_charges_again(scene: Scene) -> None:
    charge(scene, key="k")
    scene.clock.advance(24 * 3600 - 1)
    assert charge(scene, key="k").headers["Idempotent-Replayed"] == "true"
    scene.clock.advance(1)
    assert charge(scene, key="k").body["id"] == "ch_0_0002"
    assert charge(scene, key="k").body["id"] == "ch_0_0002"
    assert charged_cents(entries(scene), "order-42") == 8400


def test_without_a_key_a_repetition_charges_twice(scene: Scene) -> None:
    assert charge(scene).body["id"] != charge(scene).body["id"]
    assert charged_cents(entries(scene), "order-42") == 8400


def test_the_probe_finds_a_charge_by_its_key_long_after(scene: Scene) -> None:
    assert scene.ask("GET", "/charges", idempotency_key="k").body == []
    made = charge(scene, key="k").body
    charge(scene, CHARGE | {"order": "order-43"})
    scene.clock.advance(10 * 24 * 3600)
    assert scene.ask("GET", "/charges", idempotency_key="k").body == [made]
    by_order: Any = scene.ask("GET", "/charges", order="order-43").body
    assert [found["order"] for found in by_order] == ["order-43"]


def test_a_refund_happens_once_and_nets_to_zero(scene: Scene) -> None:
    made = charge(scene).body
    first, again = (scene.ask("POST", "/refunds", {"charge": made["id"]}) for _ in range(2))
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    assert charged_cents(entries(scene), "order-42") == 0
    found: Any = scene.ask("GET", "/charges").body
    assert found[0]["status"] == "refunded"
    assert code_of(scene.ask("POST", "/refunds", {"charge": "ch_9"})) == (404, "no_such_charge")


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        CHARGE | {"amount_cents": 0},
        CHARGE | {"amount_cents": True},
        CHARGE | {"amount_cents": 1.5},
        CHARGE | {"amount_cents": 10**13},
        CHARGE | {"order": " "},
        CHARGE | {"order": "x" * 10_001},
        CHARGE | {"currency": "EURO"},
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_trace(scene: Scene, body: object) -> None:
    assert code_of(scene.ask("POST", "/charges", body)) == (400, "invalid_request")
    assert scene.actions() == []


# --- stock ---------------------------------------------------------------------------------------------------


def available(scene: Scene) -> int:
    body: Any = scene.ask("GET", "/stock/sku-7").body
    assert body["sku"] == "sku-7"
    return int(body["available"])


def test_the_last_one_goes_to_the_first(scene: Scene) -> None:
    assert available(scene) == 3
    assert reserve(scene, "a", 2).status == 201
    assert code_of(reserve(scene, "b", 2)) == (409, "sold_out")
    assert available(scene) == 1


def test_a_reservation_is_made_once_per_order(scene: Scene) -> None:
    first, again = reserve(scene, "a"), reserve(scene, "a")
    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    assert available(scene) == 2
    assert code_of(reserve(scene, "a", 2)) == (409, "other_quantity")


def test_a_released_reservation_is_back_on_the_shelf_once(scene: Scene) -> None:
    made = reserve(scene, "a").body
    for _ in range(2):
        released: Any = scene.ask("DELETE", f"/stock/reservations/{made['id']}")
        assert (released.status, released.body["status"]) == (200, "released")
    assert available(scene) == 3
    assert scene.actions() == [("stock", "reserved"), ("stock", "released")]
    assert reserve(scene, "a").body["id"] != made["id"]


def test_what_the_shop_does_not_have_is_not_found(scene: Scene) -> None:
    assert code_of(scene.ask("GET", "/stock/sku-0")) == (404, "no_such_sku")
    assert code_of(scene.ask("DELETE", "/stock/reservations/rs_9")) == (404, "no_such_reservation")


# --- subscription and mail -----------------------------------------------------------------------------------


def test_a_repeated_put_changes_nothing(scene: Scene) -> None:
    bearer = scene.bearer()
    for _ in range(2):
        assert scene.ask("PUT", "/subscriptions/ann", UNTIL, headers=bearer).body == UNTIL | {"customer": "ann"}
    assert len(extensions(entries(scene), "ann")) == 1
    assert scene.ask("GET", "/subscriptions/ann", headers=bearer).body == UNTIL | {"customer": "ann"}
    assert code_of(scene.ask("GET", "/subscriptions/bob", headers=bearer)) == (404, "no_such_customer")
    nonsense = scene.ask("PUT", "/subscriptions/ann", {"until": "soon"}, headers=bearer)
    assert code_of(nonsense) == (400, "invalid_request")


def test_a_repeated_mail_is_a_second_mail(scene: Scene) -> None:
    mail = {"to": "ann@example.com", "subject": "Thanks", "body": "It is on its way."}
    answers: list[Any] = [scene.ask("POST", "/mail", mail) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    outbox = [mail | answer.body for answer in answers]
    assert scene.ask("GET", "/outbox", to="ann@example.com").body == outbox
    assert scene.ask("GET", "/outbox").body == outbox
    assert scene.ask("GET", "/outbox", to="bob@example.com").body == []
