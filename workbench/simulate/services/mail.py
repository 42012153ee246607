"""The mail service: what is sent cannot be taken back, and a repetition is a second mail.

`POST /mail {to, subject, body}` → 202 `{id}`; `GET /outbox?to=…` shows what went out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.simulate.services.message import Request, Response, no_route

if TYPE_CHECKING:
    from workbench.simulate.ledger import LedgerEntry
    from workbench.simulate.services.setting import Setting

__all__ = ["Mail"]


class Mail:
    """The outbox."""

    name = "mail"
    actions = frozenset({"sent"})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._sent: list[dict[str, str]] = []

    def handle(self, request: Request) -> Response:
        """Answer `POST /mail` or `GET /outbox`."""
        match request.method, request.segments:
            case "POST", ("mail",):
                return self._send(request)
            case "GET", ("outbox",):
                to = request.query.get("to")
                return Response(200, [mail for mail in self._sent if to is None or mail["to"] == to])
            case _:
                raise no_route(request)

    def apply(self, entry: LedgerEntry) -> None:
        """Put one mail into the outbox."""
        self._sent.append({name: entry.text(name) for name in ("id", "to", "subject", "body")})

    def _send(self, request: Request) -> Response:
        identity = self._setting.mint("ml", len(self._sent) + 1)
        facts = {"id": identity} | {name: request.text(name) for name in ("to", "subject", "body")}
        self.apply(self._setting.ledger.append(self.name, "sent", "", facts))
        return Response(202, {"id": identity})
