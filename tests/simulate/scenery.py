"""What the tests of the simulated shop share: a clock that is moved by hand, a world without HTTP, HTTP calls."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbench.simulate.ledger import Ledger
from workbench.simulate.services import Knobs, Request, Response, Setting, Shop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from workbench.simulate.process import RunningShop

NS = 1_000_000_000
CHARGE = {"order": "order-42", "amount_cents": 4200, "currency": "EUR"}
CREDENTIALS = {"user": "checkout", "password": "correct-horse"}


@dataclass
class FakeClock:
    """Stands still until it is told to move."""

    ns: int = 1_700_000_000 * NS

    def __call__(self) -> int:
        return self.ns

    def advance(self, seconds: float) -> None:
        self.ns += int(seconds * NS)


@dataclass
class Scene:
    """A world over a ledger file, with requests as short as a test wants them."""

    folder: Path
    knobs: Knobs = field(default_factory=Knobs)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.folder / "ledger.jsonl", now_ns=self.clock)
        self.setting = Setting(self.ledger, self.clock, b"secret of the test", self.knobs)
        self.shop = Shop(self.setting)

    def reborn(self) -> Scene:
        """The same shop after a crash: nothing is left but the file and the time of day."""
        self.ledger.close()
        return Scene(self.folder, self.knobs, self.clock)

    def ask(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, **query: str
    ) -> Response:
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        segments = tuple(part for part in path.split("/") if part)
        return self.shop.handle(Request(method, segments, query, lower, body))

    def bearer(self) -> dict[str, str]:
        token: Any = self.ask("POST", "/token", CREDENTIALS).body
        return {"Authorization": f"Bearer {token['access_token']}"}

    def actions(self) -> list[tuple[str, str]]:
        return [(entry.service, entry.action) for entry in Ledger.read(self.ledger.path)]


def code_of(response: Response) -> tuple[int, str]:
    """Status and error code of a refusal."""
    body: Any = response.body
    assert set(body) == {"error", "message"}
    return response.status, body["error"]


def charge(scene: Scene, body: object = None, key: str = "") -> Any:
    return scene.ask("POST", "/charges", body or CHARGE, headers={"Idempotency-Key": key} if key else {})


def reserve(scene: Scene, order: str, quantity: int = 1) -> Any:
    return scene.ask("POST", "/stock/sku-7/reservations", {"order": order, "quantity": quantity})


def connect(shop: RunningShop) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(shop.url).netloc, timeout=20)


def send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a request and leave the answer to come when it comes."""
    connection.request(method, path, None if body is None else json.dumps(body), dict(headers or {}))


def receive(connection: http.client.HTTPConnection) -> tuple[int, Any]:
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def call(
    shop: RunningShop, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """One request on a connection of its own."""
    connection = connect(shop)
    try:
        send(connection, method, path, body, headers)
        return receive(connection)
    finally:
        connection.close()
