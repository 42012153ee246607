"""What time the services think it is: their clock need not be the worker's.

`GET /clock` → `{now_ns, iso}`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.simulate.services.message import Request, Response, no_route
from workbench.simulate.services.setting import NS_PER_SECOND, Setting

if TYPE_CHECKING:
    from workbench.simulate.ledger import LedgerEntry

__all__ = ["TimeOfDay"]


class TimeOfDay:
    """Tells the time."""

    name = "clock"
    actions: frozenset[str] = frozenset()

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def handle(self, request: Request) -> Response:
        """Answer `GET /clock`."""
        if (request.method, request.segments) != ("GET", ("clock",)):
            raise no_route(request)
        now_ns = self._setting.now_ns()
        return Response(200, {"now_ns": now_ns, "iso": datetime.fromtimestamp(now_ns / NS_PER_SECOND, UTC).isoformat()})

    def apply(self, entry: LedgerEntry) -> None:
        """It does nothing, so it knows of nothing."""
