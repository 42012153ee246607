"""What surrounds a service: its clock, its ledger, its ids and its knobs.

Time, ids and secrets come in through this one port, so that the same seed and the same clock give the same
answers, in a test and in a process alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.simulate.ledger import Ledger, LedgerEntry
    from workbench.simulate.services.message import Request, Response

__all__ = ["NS_PER_SECOND", "SERVICES", "Knobs", "Purchase", "Service", "Setting", "Switch"]

NS_PER_SECOND = 1_000_000_000
SERVICES = ("token", "stock", "payment", "subscription", "mail", "flag", "clock")


class Purchase(NamedTuple):
    """What another buyer takes.

    Attributes:
        after_seconds: When, counted from the opening of the shop.
        sku: What.
        quantity: How many.
    """

    after_seconds: float
    sku: str
    quantity: int = 1


class Switch(NamedTuple):
    """A feature flag that somebody turns.

    Attributes:
        after_seconds: When, counted from the opening of the shop.
        name: Which flag.
        on: Where to.
    """

    after_seconds: float
    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class Knobs:
    """What a scenario may turn.

    Attributes:
        token_lifetime_seconds: How long an access token is good; 15 minutes is what issuers commonly give.
        key_lifetime_seconds: How long a repeated Idempotency-Key is recognised; Stripe keeps keys at least 24 h.
        seed: Goes into every id, so that two shops never give the same one.
        stock: What is on the shelf when the ledger is empty, by sku.
        accounts: Password by user of the token issuer.
        purchases: What other buyers take, in the order of time.
        flags: Feature flags as they are when the ledger is empty.
        switches: Feature flags that somebody turns, in the order of time.
        charge_errors: Status (402 for a declined card, 500 for a broken provider) by number of the charge, from 1,
            that fails with it; nothing is charged then.
        caches_errors: Whether a failed charge is what its key repeats from then on, as Stripe's v1 API does; the
            error then outlives its cause.
    """

    token_lifetime_seconds: int = 900
    key_lifetime_seconds: int = 24 * 3600
    seed: int = 0
    stock: Mapping[str, int] = field(default_factory=lambda: {"sku-1": 1000, "sku-7": 3})
    accounts: Mapping[str, str] = field(default_factory=lambda: {"checkout": "correct-horse"})
    purchases: tuple[Purchase, ...] = ()
    flags: Mapping[str, bool] = field(default_factory=dict)
    switches: tuple[Switch, ...] = ()
    charge_errors: Mapping[int, int] = field(default_factory=dict)
    caches_errors: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """The port through which the world reaches a service.

    Attributes:
        ledger: Where effects are written.
        now_ns: The clock, nanoseconds since the epoch.
        secret: Signs access tokens.
        knobs: What the scenario turned.
        opened_ns: When the shop opened for the first time: what others do is counted from then.
    """

    ledger: Ledger
    now_ns: Callable[[], int]
    secret: bytes = field(repr=False)
    knobs: Knobs = field(default_factory=Knobs)
    opened_ns: int = 0

    def due_ns(self, after_seconds: float) -> int:
        """When something happens that is said to happen so long after the opening."""
        return self.opened_ns + int(after_seconds * NS_PER_SECOND)

    def mint(self, prefix: str, number: int) -> str:
        """The id of the `number`-th thing of a sort, for example `ch_0_0001`.

        The number is how many the service's state already holds, and that is rebuilt from the ledger: a shop that
        was killed goes on counting where it stopped.
        """
        return f"{prefix}_{self.knobs.seed}_{number:04d}"


class Service(Protocol):
    """One of them.

    A service changes its state in `apply` alone: while it works, from the entry that it has just written; after a
    restart, from the entries of the file. So what it knows can never differ from what the ledger says.
    """

    name: str
    actions: frozenset[str]

    def handle(self, request: Request) -> Response:
        """Answer one request, or raise `Refusal`; an effect is in the ledger when this returns."""
        ...

    def apply(self, entry: LedgerEntry) -> None:
        """Take one entry of this service into the state."""
