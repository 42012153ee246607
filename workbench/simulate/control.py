"""The routes by which a test or the demo steers a running shop.

All need the header `X-Shop-Control` with the secret of this process, because any program on the machine can reach
a loopback port, and a web page can too.

| route | answer |
|---|---|
| `GET /_control/health` | `{status, pid, entries, torn_bytes, held}` |
| `GET /_control/ledger` | `{path, torn_bytes, entries: [...]}` |
| `GET /_control/held?at_least=1&timeout_seconds=5` | `{held: [{id, kind, service, method, path}]}`, when so many |
| `POST /_control/release` `{id}` or nothing for all | `{released: [id]}` |
| `POST /_control/faults` `[rule, …]` | `{rules: n}`; counting starts anew, what is held stays held |
"""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from workbench._errors import LogError, UsageError
from workbench.simulate.faults import FaultCounter, FaultPlan
from workbench.simulate.services.message import Refusal, Request, Response, invalid, no_route

if TYPE_CHECKING:
    from workbench.simulate.holds import Holds
    from workbench.simulate.ledger import Ledger

__all__ = ["CONTROL_HEADER", "CONTROL_SEGMENT", "Control"]

CONTROL_HEADER = "X-Shop-Control"
CONTROL_SEGMENT = "_control"
_LONGEST_WAIT_SECONDS = 60.0


class Control:
    """Steers one shop.

    Args:
        secret: What the header must hold.
        ledger: The shop's ledger.
        holds: The shop's waiting requests.
        plan: The faults to begin with.

    Attributes:
        faults: The counter of the plan that is in force.
    """

    def __init__(self, secret: str, ledger: Ledger, holds: Holds, plan: FaultPlan) -> None:
        self._secret = secret
        self._ledger = ledger
        self._holds = holds
        self.faults = FaultCounter(plan)

    def handle(self, request: Request) -> Response:
        """Answer one control request."""
        given = request.headers.get(CONTROL_HEADER.lower(), "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            message = f"control routes need the header {CONTROL_HEADER} with the secret of the ready line"
            return Refusal(403, "no_control", message).response
        try:
            return self._answer(request)
        except Refusal as refusal:
            return refusal.response

    def _answer(self, request: Request) -> Response:
        match request.method, request.segments[1:]:
            case "GET", ("health",):
                return self._health()
            case "GET", ("ledger",):
                return self._entries()
            case "GET", ("held",):
                return self._held(request)
            case "POST", ("release",):
                return self._release(request)
            case "POST", ("faults",):
                return self._replace(request)
            case _:
                raise no_route(request)

    def _health(self) -> Response:
        health = {"status": "ok", "pid": os.getpid(), "entries": self._ledger.count}
        return Response(200, {**health, "torn_bytes": self._ledger.torn_bytes, "held": len(self._holds.held())})

    def _entries(self) -> Response:
        try:
            found = self._ledger.scan(self._ledger.path)
        except LogError as error:
            raise Refusal(500, "ledger_unreadable", error.message) from error
        entries = [entry.to_json() for entry in found.entries]
        return Response(
            200, {"path": str(self._ledger.path), "torn_bytes": self._ledger.torn_bytes, "entries": entries}
        )

    def _held(self, request: Request) -> Response:
        try:
            at_least = int(request.query.get("at_least", "0"))
            timeout_seconds = float(request.query.get("timeout_seconds", "0"))
        except ValueError as error:
            raise invalid(f"at_least and timeout_seconds are numbers: {error}") from error
        if not 0 <= timeout_seconds <= _LONGEST_WAIT_SECONDS:
            raise invalid(f"timeout_seconds must be from 0 to {_LONGEST_WAIT_SECONDS}")
        held = self._holds.held(at_least=at_least, timeout_seconds=timeout_seconds)
        return Response(200, {"held": [waiting.to_json() for waiting in held]})

    def _release(self, request: Request) -> Response:
        hold_id = None if request.body in (None, {}) else request.whole("id")
        return Response(200, {"released": self._holds.release(hold_id)})

    def _replace(self, request: Request) -> Response:
        try:
            plan = FaultPlan.from_json(request.body)
        except UsageError as error:
            raise invalid(error.message) from error
        self.faults = FaultCounter(plan)
        return Response(200, {"rules": len(plan.rules)})
