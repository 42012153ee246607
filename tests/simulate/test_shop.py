"""The shop as a real process over real HTTP: every fault, every limit, every control route."""

from __future__ import annotations

import http.client
import json
import socket
import time
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.simulate.scenery import CHARGE, CREDENTIALS, call, connect, receive, send
from workbench.simulate.faults import FaultKind, FaultPlan, FaultRule
from workbench.simulate.ledger import charged_cents
from workbench.simulate.process import ShopError, running_shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.simulate.process import RunningShop

_orders = count(1)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """One process for all tests here: each takes an order of its own, so they do not see each other."""
    with running_shop(tmp_path_factory.mktemp("shop"), seed=7) as shop:
        yield shop


@pytest.fixture
def shop(process: RunningShop) -> Iterator[RunningShop]:
    yield process
    process.set_faults(FaultPlan())
    process.release()


@pytest.fixture
def body() -> dict[str, object]:
    return CHARGE | {"order": f"order-{next(_orders)}"}


def fault(shop: RunningShop, kind: FaultKind, *, delay_seconds: float = 0.0, status: int = 0) -> None:
    rule = FaultRule("payment", kind, method="POST", delay_seconds=delay_seconds, status=status)
    shop.set_faults(FaultPlan((rule,)))


def charged(shop: RunningShop, body: dict[str, object]) -> int:
    return charged_cents(shop.ledger(), str(body["order"]))


def test_a_whole_checkout(shop: RunningShop) -> None:
    _, token = call(shop, "POST", "/token", CREDENTIALS)
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    status, reservation = call(shop, "POST", "/stock/sku-7/reservations", {"order": "whole", "quantity": 1})
    assert (status, reservation["status"]) == (201, "held")
    status, charge = call(shop, "POST", "/charges", CHARGE | {"order": "whole"}, {"Idempotency-Key": "charge/whole"})
    assert (status, charge["amount_cents"]) == (201, 4200)
    until = {"until": "2027-01-31"}
    assert call(shop, "PUT", "/subscriptions/ann%20b", until, bearer) == (200, until | {"customer": "ann b"})
    assert call(shop, "POST", "/mail", {"to": "ann", "subject": "s", "body": "b"})[0] == 202
    assert call(shop, "GET", "/charges?idempotency_key=charge/whole") == (200, [charge])
    assert call(shop, "DELETE", f"/stock/reservations/{reservation['id']}")[0] == 200
    assert call(shop, "POST", "/refunds", {"charge": charge["id"]})[0] == 201
    assert charged_cents(shop.ledger(), "whole") == 0


def test_one_connection_serves_many_requests(shop: RunningShop) -> None:
    connection = connect(shop)
    send(connection, "GET", "/stock/sku-1")
    receive(connection)
    first = connection.sock
    send(connection, "GET", "/nothing")
    assert receive(connection)[0] == 404
    send(connection, "GET", "/stock/sku-1")
    assert receive(connection)[1]["sku"] == "sku-1"
    assert connection.sock is first
    connection.close()


# --- the faults ----------------------------------------------------------------------------------------------


def test_delay_answers_later_and_acts_once(shop: RunningShop, body: dict[str, object]) -> None:
    fault(shop, FaultKind.DELAY, delay_seconds=0.05)
    started = time.monotonic()
    assert call(shop, "POST", "/charges", body)[0] == 201
    assert time.monotonic() - started >= 0.05
    assert charged(shop, body) == 4200


def test_error_answers_without_acting(shop: RunningShop, body: dict[str, object]) -> None:
    fault(shop, FaultKind.ERROR, status=503)
    status, answer = call(shop, "POST", "/charges", body)
    assert (status, answer["error"]) == (503, "fault")
    assert charged(shop, body) == 0
    assert call(shop, "POST", "/charges", body)[0] == 201


def test_hold_before_acts_only_when_released(shop: RunningShop, body: dict[str, object]) -> None:
    fault(shop, FaultKind.HOLD_BEFORE)
    connection = connect(shop)
    send(connection, "POST", "/charges", body)
    (held,) = shop.held(at_least=1)
    assert (held.kind, held.service, held.method, held.path) == ("hold_before", "payment", "POST", "/charges")
    assert charged(shop, body) == 0
    assert shop.release(held.id) == [held.id]
    assert receive(connection)[0] == 201
    assert charged(shop, body) == 4200
    assert shop.held() == []
    connection.close()


def test_hold_before_never_acts_for_a_client_that_is_gone(shop: RunningShop, body: dict[str, object]) -> None:
    fault(shop, FaultKind.HOLD_BEFORE)
    connection = connect(shop)
    send(connection, "POST", "/charges", body)
    shop.held(at_least=1)
    connection.close()
    shop.release()
    assert call(shop, "GET", f"/charges?order={body['order']}") == (200, [])
    assert charged(shop, body) == 0


def test_hold_reply_acts_and_keeps_the_answer(shop: RunningShop, body: dict[str, object]) -> None:
    fault(shop, FaultKind.HOLD_REPLY)
    connection = connect(shop)
    send(connection, "POST", "/charges", body)
    (held,) = shop.held(at_least=1)
    assert held.kind == "hold_reply"
    assert charged(shop, body) == 4200
    shop.release()
    assert receive(connection)[1]["order"] == body["order"]
    assert charged(shop, body) == 4200
    connection.close()


def test_drop_reply_acts_and_hangs_up(shop: RunningShop, body: dict[str, object]) -> None:
    fault(shop, FaultKind.DROP_REPLY)
    key = {"Idempotency-Key": f"charge/{body['order']}"}
    with pytest.raises(http.client.RemoteDisconnected):
        call(shop, "POST", "/charges", body, key)
    assert charged(shop, body) == 4200
    assert call(shop, "GET", f"/charges?idempotency_key={key['Idempotency-Key']}")[1][0]["order"] == body["order"]
    call(shop, "POST", "/charges", body, key)
    assert charged(shop, body) == 4200


# --- control -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["health", "ledger", "held", "nothing"])
def test_control_without_the_secret_is_refused(shop: RunningShop, route: str) -> None:
    for headers in ({}, {"X-Shop-Control": ""}, {"X-Shop-Control": "é"}, {"X-Shop-Control": shop.control[:-1]}):
        status, answer = call(shop, "GET", f"/_control/{route}", headers=headers)
        assert (status, answer["error"]) == (403, "no_control")


@pytest.mark.parametrize(("route", "body"), [("release", None), ("faults", [])])
def test_steering_without_the_secret_is_refused(shop: RunningShop, route: str, body: object) -> None:
    fault(shop, FaultKind.ERROR, status=503)
    assert call(shop, "POST", f"/_control/{route}", body)[0] == 403
    assert call(shop, "POST", "/charges", CHARGE)[0] == 503


def steer(shop: RunningShop, method: str, route: str, body: object = None) -> tuple[int, Any]:
    return call(shop, method, f"/_control/{route}", body, {"X-Shop-Control": shop.control})


def test_the_control_routes(shop: RunningShop) -> None:
    call(shop, "POST", "/mail", {"to": "t", "subject": "s", "body": "b"})
    status, health = steer(shop, "GET", "health")
    assert status == 200
    assert health == {
        "status": "ok",
        "pid": shop.pid,
        "entries": len(shop.ledger()),
        "torn_bytes": 0,
        "held": 0,
    }
    status, ledger = steer(shop, "GET", "ledger")
    assert ledger["entries"] == [entry.to_json() for entry in shop.ledger()]
    assert steer(shop, "GET", "held") == (200, {"held": []})
    assert steer(shop, "POST", "release") == (200, {"released": []})
    assert steer(shop, "POST", "release", {"id": 99}) == (200, {"released": []})
    assert steer(shop, "GET", "nothing")[0] == 404


@pytest.mark.parametrize(
    ("method", "route", "body"),
    [
        ("POST", "faults", {}),
        ("POST", "faults", [{"service": "payment", "kind": "explode"}]),
        ("POST", "release", {"id": "1"}),
        ("GET", "held?at_least=x", None),
        ("GET", "held?timeout_seconds=nan", None),
        ("GET", "held?timeout_seconds=61", None),
    ],
)
def test_a_wrong_control_request_is_told(shop: RunningShop, method: str, route: str, body: object) -> None:
    status, answer = steer(shop, method, route, body)
    assert (status, answer["error"]) == (400, "invalid_request")


def test_waiting_for_a_hold_ends(shop: RunningShop) -> None:
    assert shop.held(at_least=1, timeout_seconds=0.01) == []
    with pytest.raises(ShopError, match="timeout_seconds"):
        shop.held(timeout_seconds=61)


# --- limits --------------------------------------------------------------------------------------------------


def raw(shop: RunningShop, request: bytes) -> tuple[int, Any]:
    """Send bytes, say that no more will come, and read the one answer."""
    with socket.create_connection(("127.0.0.1", urlsplit(shop.url).port or 0), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


def post(content: bytes, headers: str = "") -> bytes:
    length = headers or f"Content-Length: {len(content)}\r\n"
    return f"POST /charges HTTP/1.1\r\nHost: shop\r\n{length}\r\n".encode() + content


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (post(b"{"), (400, "bad_json")),
        (post(b"\xff"), (400, "bad_json")),
        (post(b'{"amount_cents": NaN}'), (400, "bad_json")),
        (post(b"[" * 100_000), (400, "bad_json")),
        (post(b"9" * 10_000), (400, "bad_json")),
        (post(b'"text"'), (400, "invalid_request")),
        (post(b""), (400, "invalid_request")),
        (post(b"{}", "Content-Length: 10\r\n"), (400, "invalid_request")),
        (post(b"{}", "Content-Length: -1\r\n"), (400, "invalid_request")),
        (post(b"{}", "Content-Length: x\r\n"), (400, "invalid_request")),
        (post(b"", "Content-Length: 1048577\r\n"), (413, "too_large")),
        (post(b"", f"Content-Length: {'9' * 5000}\r\n"), (413, "too_large")),
        (post(b"", "Transfer-Encoding: chunked\r\n"), (411, "length_required")),
        (b"PATCH /charges HTTP/1.1\r\nHost: shop\r\n\r\n", (501, "bad_http")),
        (b"nonsense\r\n\r\n", (400, "bad_http")),
        (b"GET / HTTP/9.9\r\n\r\n", (505, "bad_http")),
    ],
)
def test_what_cannot_be_served_is_refused_in_json(
    shop: RunningShop, request_bytes: bytes, expected: tuple[int, str]
) -> None:
    status, answer = raw(shop, request_bytes)
    assert (status, answer["error"]) == expected


def test_a_body_of_exactly_one_mebibyte_is_read(shop: RunningShop) -> None:
    frame = json.dumps(CHARGE | {"note": ""})
    content = json.dumps(CHARGE | {"note": "x" * ((1 << 20) - len(frame))}).encode()
    assert len(content) == 1 << 20
    assert raw(shop, post(content))[0] == 201


def test_the_shop_said_nothing_on_the_way(shop: RunningShop) -> None:
    assert (shop.ledger_path.parent / "shop.stderr").read_bytes() == b""
    assert shop.ledger_path.stat().st_mode & 0o077 == 0
