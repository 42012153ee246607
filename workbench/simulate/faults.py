"""Which request goes wrong, and how: a fault plan as plain JSON.

A plan is a list of rules. A rule names requests (service, method, part of the path), which of them it strikes
(the n-th, or every) and what then happens. The kinds are the places in which a call can be caught by a crash:

- `delay`: wait `delay_seconds`, then go on as if nothing were.
- `error`: answer `status` and do nothing.
- `hold_before`: keep the connection open and do nothing until released; if the client is gone by then, never do it.
- `hold_reply`: perform the effect with its ledger entry, keep the reply until released.
- `drop_reply`: perform the effect with its ledger entry, close the connection without a reply.

Parsing collects everything that is wrong with its place in the document, since plans are written by hand.
"""

from __future__ import annotations

import json
import random
import threading
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from workbench._errors import UsageError
from workbench.simulate.services.setting import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FaultCounter", "FaultKind", "FaultPlan", "FaultRule"]

_LONGEST_DELAY_SECONDS = 3600
_LOWEST_ERROR = 400
_HIGHEST_ERROR = 599
_ACTING = ("stock", "payment", "subscription", "mail")
_FIELDS = ("service", "method", "path_contains", "occurrence", "every", "kind", "delay_seconds", "status")


class FaultKind(StrEnum):
    """What happens to a struck request; the module's text says what each means."""

    DELAY = "delay"
    ERROR = "error"
    HOLD_BEFORE = "hold_before"
    HOLD_REPLY = "hold_reply"
    DROP_REPLY = "drop_reply"


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One rule of a plan.

    Attributes:
        service: Name of the service whose requests are meant.
        kind: What happens.
        method: HTTP method, or empty for any.
        path_contains: Part of the path, or empty for any.
        occurrence: The how-manieth matching request is struck, from 1. Without meaning when `every` is set.
        every: Strike all matching requests.
        delay_seconds: For `delay`.
        status: For `error`, 400 to 599.
    """

    service: str
    kind: FaultKind
    method: str = ""
    path_contains: str = ""
    occurrence: int = 1
    every: bool = False
    delay_seconds: float = 0.0
    status: int = 0

    def matches(self, service: str, method: str, path: str) -> bool:
        """Whether a request is one that this rule counts."""
        return service == self.service and self.method in ("", method) and self.path_contains in path

    def to_json(self) -> dict[str, object]:
        """The rule as its document says it, without what does not matter for its kind."""
        rule: dict[str, object] = {"service": self.service, "kind": str(self.kind)}
        if self.method:
            rule["method"] = self.method
        if self.path_contains:
            rule["path_contains"] = self.path_contains
        rule |= {"every": True} if self.every else {"occurrence": self.occurrence}
        if self.kind is FaultKind.DELAY:
            rule["delay_seconds"] = self.delay_seconds
        if self.kind is FaultKind.ERROR:
            rule["status"] = self.status
        return rule


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """An immutable list of rules; where two strike the same request, the first one does."""

    rules: tuple[FaultRule, ...] = ()

    def to_json(self) -> list[dict[str, object]]:
        """The plan as a JSON value."""
        return [rule.to_json() for rule in self.rules]

    def dumps(self) -> str:
        """The plan as JSON text."""
        return json.dumps(self.to_json())

    @classmethod
    def drawn(cls, seed: int, rules: int = 2, *, most: int = 4) -> Self:
        """Faults by chance: of any kind but holds, at services that act.

        Args:
            seed: Decides them.
            rules: How many.
            most: The highest occurrence that is struck.
        """
        chance, found = random.Random(seed), []
        for _ in range(rules):
            kind = chance.choice((FaultKind.DELAY, FaultKind.ERROR, FaultKind.DROP_REPLY))
            rule = FaultRule(chance.choice(_ACTING), kind, occurrence=chance.randint(1, most))
            if kind is FaultKind.DELAY:
                rule = replace(rule, delay_seconds=chance.choice((1.0, 10.0, 60.0, 600.0)))
            elif kind is FaultKind.ERROR:
                rule = replace(rule, status=chance.choice((429, 500, 503)))
            found.append(rule)
        return cls(tuple(found))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a plan from JSON text.

        Raises:
            UsageError: It is no JSON, or no plan; the message lists everything that is wrong.
        """
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            message = f"the fault plan is not JSON: {error}"
            raise UsageError(message, hint=_EXAMPLE) from error
        return cls.from_json(document)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read a plan from a JSON value.

        Raises:
            UsageError: It is no plan; the message lists everything that is wrong.
        """
        if not isinstance(document, list):
            message = f"the fault plan must be a list of rules, it is {type(document).__name__}"
            raise UsageError(message, hint=_EXAMPLE)
        problems: list[str] = []
        rules = [_rule(rule, f"$[{index}]", problems) for index, rule in enumerate(document)]
        if problems:
            raise UsageError("the fault plan is wrong:\n" + "\n".join(f"  {line}" for line in problems), hint=_EXAMPLE)
        return cls(tuple(rule for rule in rules if rule is not None))


_EXAMPLE = 'for example [{"service": "payment", "method": "POST", "occurrence": 1, "kind": "hold_reply"}]'


class FaultCounter:
    """Counts matching requests and says which rule strikes; safe to ask from many threads.

    Args:
        plan: The rules.
    """

    def __init__(self, plan: FaultPlan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._seen = [0] * len(plan.rules)

    def strike(self, service: str, method: str, path: str) -> FaultRule | None:
        """Count this request with every rule that it matches; the first rule that is due, if any."""
        due: FaultRule | None = None
        with self._lock:
            for index, rule in enumerate(self._plan.rules):
                if not rule.matches(service, method, path):
                    continue
                self._seen[index] += 1
                if due is None and (rule.every or self._seen[index] == rule.occurrence):
                    due = rule
        return due


def _rule(value: object, where: str, problems: list[str]) -> FaultRule | None:
    """One rule of the document, or `None` with the reasons added to `problems`."""
    if not isinstance(value, dict):
        problems.append(f"{where}: must be an object")
        return None
    found = len(problems)
    problems.extend(
        f"{where}.{name}: unknown, a rule has {', '.join(_FIELDS)}" for name in value if name not in _FIELDS
    )
    problems.extend(
        f"{where}.{name}: must be a text"
        for name in ("method", "path_contains")
        if not isinstance(value.get(name, ""), str)
    )
    if value.get("service") not in SERVICES:
        problems.append(f"{where}.service: must be one of {', '.join(SERVICES)}")
    if value.get("kind") not in list(FaultKind):
        problems.append(f"{where}.kind: must be one of {', '.join(FaultKind)}")
    problems.extend(f"{where}.{line}" for line in _which(value))
    problems.extend(f"{where}.{line}" for line in _measure(value))
    if len(problems) > found:
        return None
    known = {name: value[name] for name in value if name not in ("kind", "method")}
    return FaultRule(kind=FaultKind(value["kind"]), method=value.get("method", "").upper(), **known)


def _which(value: Mapping[str, object]) -> list[str]:
    """What is wrong with the choice of requests."""
    wrong = []
    occurrence = value.get("occurrence", 1)
    if type(occurrence) is not int or occurrence < 1:
        wrong.append("occurrence: must be a whole number, counted from 1")
    if not isinstance(value.get("every", False), bool):
        wrong.append("every: must be true or false")
    if "occurrence" in value and value.get("every"):
        wrong.append("every: strikes all requests, so leave occurrence out")
    return wrong


def _measure(value: Mapping[str, object]) -> list[str]:
    """What is wrong with the numbers that belong to a kind, or stand where they mean nothing."""
    wrong = []
    delay, status = value.get("delay_seconds"), value.get("status")
    if value.get("kind") == FaultKind.DELAY:
        number = isinstance(delay, int | float) and not isinstance(delay, bool)
        if not number or not 0 < float(str(delay)) <= _LONGEST_DELAY_SECONDS:
            wrong.append(f"delay_seconds: a delay needs a number above 0, at most {_LONGEST_DELAY_SECONDS}")
    elif delay is not None:
        wrong.append("delay_seconds: belongs to the kind delay only")
    if value.get("kind") == FaultKind.ERROR:
        if type(status) is not int or not _LOWEST_ERROR <= status <= _HIGHEST_ERROR:
            wrong.append(f"status: an error needs a status from {_LOWEST_ERROR} to {_HIGHEST_ERROR}")
    elif status is not None:
        wrong.append("status: belongs to the kind error only")
    return wrong
