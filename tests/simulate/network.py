"""The way between a step and the services: requests and replies get lost on it, and some arrive late.

Steps say `ask(tag, method, path, body)`; to whom they are connected is said once, by `connect`. The tag is what the
request is about (an order): by it a scenario says which request meets which fate.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench._errors import UsageError
from workbench.simulate.client import RefusedError
from workbench.simulate.services import Request, Response, Shop

__all__ = ["Fate", "Network", "RefusedError", "ask", "connect"]


class Fate(StrEnum):
    """What becomes of one request."""

    ANSWERED = "answered"
    """It arrives, and so does the reply."""
    REFUSED = "refused"
    """The other side says that it does not do it: a definite failure."""
    LOST = "lost"
    """The request never arrives; the client waits, and gives up."""
    UNHEARD = "unheard"
    """The other side acts, its reply never arrives; the client waits, and gives up."""
    LATE = "late"
    """The client waits and gives up; the request arrives after the next one about the same thing, or after the end
    of the client."""


@dataclass
class Network:
    """Carries requests to one shop.

    Attributes:
        shop: The services.
        late: File of requests that are still on their way: they survive their client.
        fates: By tag and number of the request (from 1); all others are answered.
    """

    shop: Shop
    late: Path
    fates: Mapping[tuple[str, int], Fate] = field(default_factory=dict)
    _asked: Counter[str] = field(default_factory=Counter)

    def ask(self, tag: str, request: Request) -> Any:
        """Send a request and wait for its reply.

        Args:
            tag: What it is about; `""` for questions that meet no fate.
            request: The request.

        Returns:
            The body of the answer.

        Raises:
            RefusedError: The service refused, or the request's fate is to be refused.
            TimeoutError: No reply came.
        """
        self._asked[tag] += bool(tag)
        fate = self.fates.get((tag, self._asked[tag]), Fate.ANSWERED)
        if fate is Fate.REFUSED:
            raise RefusedError(429, "too_many_requests")
        if fate is Fate.LATE:
            self.late.write_text(json.dumps([request.method, request.segments, dict(request.headers), request.body]))
        answer = self.shop.handle(request) if fate in {Fate.ANSWERED, Fate.UNHEARD} else None
        if answer is None or fate is Fate.UNHEARD:
            raise TimeoutError(f"{request.method} {request.path}: no answer")
        if tag:
            self.settle()
        return _content(answer)

    def settle(self) -> None:
        """Let what is on its way arrive; nobody hears the reply."""
        if self.late.exists():
            method, segments, headers, body = json.loads(self.late.read_text())
            self.late.unlink()
            self.shop.handle(Request(method, tuple(segments), {}, headers, body))


def _content(answer: Response) -> Any:
    refused = 400 <= answer.status < 500
    if refused:
        error: Any = answer.body
        raise RefusedError(answer.status, str(error.get("error", "")))
    return answer.body


_connected: list[Network] = []


def connect(network: Network | None) -> None:
    """All steps of this process talk over this network from now on; `None` for none."""
    _connected[:] = [] if network is None else [network]


def ask(
    tag: str,
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Any:
    """Send a request over the network to which this process is connected.

    Raises:
        UsageError: It is connected to none.
        RefusedError: The service refused.
        TimeoutError: No reply came.
    """
    if not _connected:
        raise UsageError("the simulated services are not connected", hint="tests.simulate.network.connect(…)")
    segments = tuple(part for part in path.split("/") if part)
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return _connected[0].ask(tag, Request(method, segments, query or {}, lower, body))
