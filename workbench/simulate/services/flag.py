"""Feature flags: what the code asks, and what somebody turns while runs are on their way.

`GET /flags/{name}` → `{name, on}`; `PUT /flags/{name} {on}` turns it. Others turn what `Knobs.switches` says, when it
says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.simulate.services.message import Refusal, Request, Response, invalid, no_route

if TYPE_CHECKING:
    from workbench.simulate.ledger import LedgerEntry
    from workbench.simulate.services.setting import Setting

__all__ = ["Flags"]


class Flags:
    """Which features are on."""

    name = "flag"
    actions = frozenset({"switched", "turned"})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._on = dict(setting.knobs.flags)
        self._others = 0

    def handle(self, request: Request) -> Response:
        """Answer one request under `/flags`."""
        self.let_others_switch()
        match request.method, request.segments:
            case "GET", ("flags", name):
                if name not in self._on:
                    raise Refusal(404, "no_such_flag", f"there is no flag {name}")
                return Response(200, {"name": name, "on": self._on[name]})
            case "PUT", ("flags", name):
                return self._switch(name, request.body)
            case _:
                raise no_route(request)

    def apply(self, entry: LedgerEntry) -> None:
        """Turn one flag; `turned` is what others do."""
        self._others += entry.action == "turned"
        self._on[entry.text("name")] = entry.facts["on"] is True

    def let_others_switch(self) -> None:
        """What others have turned by now, each at its time."""
        for switch in self._setting.knobs.switches[self._others :]:
            due_ns = self._setting.due_ns(switch.after_seconds)
            if due_ns > self._setting.now_ns():
                return
            facts = {"name": switch.name, "on": switch.on}
            self.apply(self._setting.ledger.append(self.name, "turned", "", facts, at_ns=due_ns))

    def _switch(self, name: str, body: object) -> Response:
        on = body.get("on") if isinstance(body, dict) else None
        if not isinstance(on, bool):
            raise invalid("on must be true or false")
        if self._on.get(name) is not on:
            self.apply(self._setting.ledger.append(self.name, "switched", name, {"name": name, "on": on}))
        return Response(200, {"name": name, "on": on})
