"""A fleet: a hundred thousand checkouts of a shop, as a week of work leaves them in one log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.journal import LogWriter, open_writer
from workbench.journal.codec import RecordedError, encode
from workbench.model import NOWHERE, Declaration, EventType, Kind

__all__ = ["MIX", "TROUBLES", "write_fleet", "write_long_run"]

_DAY = 24 * 3600.0
_NS = 1_000_000_000
_BEGAN_NS = 1_790_000_000 * _NS
_APART_NS = 6 * _NS

_CHECKOUT = Declaration("checkout", Kind.PURE, kind_assumed=False)
_PRICE = Declaration("price", Kind.READ, kind_assumed=False)
_RESERVE = Declaration("reserve", Kind.IDEMPOTENT, kind_assumed=False, resource="stock")
_CHARGE = Declaration(
    "charge", Kind.COMPENSATABLE, kind_assumed=False, undo="refund", probe="find_charge", undo_null_safe=True
)
_SHIP = Declaration("ship", Kind.KEYED, kind_assumed=False, probe="find_parcel", key_lifetime_seconds=7 * _DAY)
_MAIL = Declaration("mail", Kind.WRITE, kind_assumed=False)


class _Order:
    """Writes one run, an event after the other."""

    def __init__(self, writer: LogWriter, number: int) -> None:
        self.writer = writer
        self.number = number
        self.id = f"order-{number:06}"
        self.run = writer.run_number(self.id)
        self.calls = 0
        self.amount = 1_000 + number * 7 % 90_000

    def event(self, event: EventType, declaration: Declaration, body: dict[str, Any], **facts: Any) -> int:
        """One event at the current position."""
        position = (self.calls,) if EventType.StepStarted <= event < EventType.DecisionMade else NOWHERE
        name = self.writer.name_number(declaration)
        return self.writer.append(event, self.run, name, position, encode(body), **facts)

    def begin(self) -> None:
        """The run starts."""
        self.event(
            EventType.RunStarted, _CHECKOUT,
            {
                "args": [self.id, self.amount], "kwargs": {}, "workflow": "shop.flows:checkout",
                "business_key": f"customer-{self.number % 9_973}", "parent": "", "source": "",
            },
        )  # fmt: skip

    def start(self, step: Declaration, key: str = "", attempt: int = 1) -> int:
        """A step begins, at the next position unless it is tried again."""
        self.calls += attempt == 1
        body: dict[str, Any] = {"args": [self.id, self.amount], "kwargs": {"currency": "EUR"}} if attempt == 1 else {}
        body |= {"key": key} if key else {}
        return self.event(
            EventType.StepStarted, step, body | {"at": ["/srv/shop/flows.py", 40 + self.calls, "checkout"]},
            attempt=attempt,
        )  # fmt: skip

    def answer(self, step: Declaration, cause: int, attempt: int = 1) -> None:
        """It returns."""
        result = {"id": f"{step.name}_{self.number:08x}", "amount": self.amount, "currency": "EUR", "status": "ok"}
        self.event(EventType.StepCompleted, step, {"result": result}, cause=cause, attempt=attempt)

    def call(self, step: Declaration, key: str = "") -> None:
        """A step that goes well."""
        self.answer(step, self.start(step, key))

    def fail(self, step: Declaration, cause: int, error: str, *, definite: bool, last: bool = True) -> None:
        """It raises."""
        body = {"definite": definite, "error": _error(error)} | ({} if last else {"retry_in_seconds": 1.0})
        event = EventType.StepFailed if last else EventType.AttemptFailed
        self.event(event, step, body, cause=cause, attempt=1, tag=self.writer.tag_number(error))

    def end(self, error: str = "") -> None:
        """The run returns or raises."""
        if error:
            body = {"error": _error(error)}
            self.event(EventType.RunFailed, _CHECKOUT, body, tag=self.writer.tag_number(error))
        else:
            self.event(EventType.RunCompleted, _CHECKOUT, {"result": {"order": self.id, "paid": self.amount}})


def _error(name: str) -> RecordedError:
    return RecordedError(module="shop.errors", type_name=name, args=("no",), message="the other side said no")


def _paid(order: _Order) -> None:
    order.begin()
    order.call(_PRICE)
    order.call(_RESERVE)
    order.call(_CHARGE, f"charge/{order.id}")


def completed(order: _Order) -> None:
    """Everything goes well."""
    _paid(order)
    order.call(_SHIP, f"ship/{order.id}")
    order.call(_MAIL)
    order.end()


def retried(order: _Order) -> None:
    """The parcel service is asked twice, and then all goes well."""
    _paid(order)
    key = f"ship/{order.id}"
    order.fail(_SHIP, order.start(_SHIP, key), "Timeout", definite=False, last=False)
    order.answer(_SHIP, order.start(_SHIP, key, attempt=2), attempt=2)
    order.call(_MAIL)
    order.end()


def declined(order: _Order) -> None:
    """The card is declined, and the run fails."""
    order.begin()
    order.call(_PRICE)
    order.call(_RESERVE)
    order.fail(_CHARGE, order.start(_CHARGE, f"charge/{order.id}"), "CardDeclined", definite=True)
    order.end("CardDeclined")


def shipping_failed(order: _Order) -> None:
    """The card was charged, and the next call failed: nobody knows whether a parcel is on its way."""
    _paid(order)
    order.fail(_SHIP, order.start(_SHIP, f"ship/{order.id}"), "Timeout", definite=False)
    order.end("Timeout")


def died_charging(order: _Order) -> None:
    """The process died while it charged the card."""
    order.begin()
    order.call(_PRICE)
    order.call(_RESERVE)
    order.start(_CHARGE, f"charge/{order.id}")


def died_between(order: _Order) -> None:
    """The process died after the charge."""
    _paid(order)


def rolled_back(order: _Order) -> None:
    """Shipping was refused, and the charge is undone."""
    _paid(order)
    order.fail(_SHIP, order.start(_SHIP, f"ship/{order.id}"), "NoSuchAddress", definite=True)
    order.calls = 3
    cause = order.event(
        EventType.CompensationStarted, _CHARGE, {"undo": "refund", "key": f"refund/{order.id}"}, attempt=1
    )
    order.event(
        EventType.CompensationCompleted, _CHARGE, {"result": {"refunded": order.amount}}, cause=cause, attempt=1
    )
    order.end("NoSuchAddress")


def mail_lost(order: _Order) -> None:
    """The process died while it sent a mail that must not be sent twice."""
    _paid(order)
    order.call(_SHIP, f"ship/{order.id}")
    order.start(_MAIL)


TROUBLES: tuple[Callable[[_Order], None], ...] = (
    declined, shipping_failed, died_charging, died_between, rolled_back, mail_lost,
)  # fmt: skip
"""What goes wrong, in equal parts."""

MIX = 0.10
"""Share of runs in trouble in a realistic fleet; one in twenty of the others has retried."""


def write_fleet(path: Path, runs: int, *, troubled: float = MIX) -> None:
    """Record that many runs, one every six seconds by the clock of the log.

    Args:
        path: The log.
        runs: How many.
        troubled: Share of runs in trouble, 0 to 1; which ones is the same every time.
    """
    clock = _Clock()
    writer = open_writer(path, wall_ns=clock, mono_ns=clock)
    for number in range(runs):
        clock.now_ns = _BEGAN_NS + number * _APART_NS
        order = _Order(writer, number)
        if number * 7_919 % 1_000 < troubled * 1_000:
            TROUBLES[number * 104_729 % 997 % len(TROUBLES)](order)
        else:
            (retried if number % 20 == 0 else completed)(order)
    writer.close()


def write_long_run(path: Path, steps: int) -> None:
    """Record one run of that many steps, two events each, whose last one fails: nobody knows whether it shipped.

    Args:
        path: The log.
        steps: How many.
    """
    clock = _Clock()
    writer = open_writer(path, wall_ns=clock, mono_ns=clock)
    order = _Order(writer, 1)
    order.begin()
    for number in range(steps - 1):
        step = (_PRICE, _RESERVE, _CHARGE, _SHIP)[number % 4]
        order.call(step, f"{step.name}/{number}" if step in {_CHARGE, _SHIP} else "")
    order.fail(_SHIP, order.start(_SHIP, f"ship/{steps}"), "Timeout", definite=False)
    order.end("Timeout")
    writer.close()


class _Clock:
    """Ten milliseconds between two events."""

    now_ns = _BEGAN_NS

    def __call__(self) -> int:
        self.now_ns += 10_000_000
        return self.now_ns
