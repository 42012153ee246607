"""Hazard 19: layers of hasty retries, which give up before the other side has come to itself."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import workbench as wb
from workbench.course.hazards.scenario import Misfortune, Scenario
from workbench.simulate import World, here

__all__ = ["SCENARIO"]

UP_AGAIN_SECONDS = 300
"""The partner is down for five minutes, and all its clients have noticed at the same time."""


def partner_is_down() -> World:
    """A world whose partner comes back after five minutes."""
    return World(flags={"partner": False}, switches=[(UP_AGAIN_SECONDS, "partner", True)])


def activate_at_partner(customer: str) -> dict[str, Any]:
    """Give what was paid for: at a partner, who answers when it is up."""
    world = here()
    if not world.flags.is_on("partner"):
        raise ConnectionError("503 Service Unavailable")
    return world.subscriptions.extend(customer, "2026-06-02", world.tokens.issue()["access_token"], order=customer)


@wb.step(kind="keyed", key=lambda customer: f"charge/{customer}", key_lifetime_seconds=86_400)
def charge(customer: str) -> dict[str, Any]:
    """Take the money."""
    return here().payment.charge(customer, 4200, key=wb.current_key())


@wb.step(kind="idempotent", retry=wb.Retry(max_attempts=3, first_delay_seconds=1, backoff=1, jitter=0))
def activate_hastily(customer: str) -> dict[str, Any]:
    """Three attempts, a second apart."""
    return activate_at_partner(customer)


@wb.step(kind="idempotent", retry=wb.Retry(max_attempts=8, first_delay_seconds=10, max_delay_seconds=600, jitter=0.5))
def activate(customer: str) -> dict[str, Any]:
    """Ever longer and random pauses, a quarter of an hour in all."""
    return activate_at_partner(customer)


@wb.workflow
def three_times_three(customer: str) -> None:
    """Retries what retries by itself already."""
    charge(customer)
    for _ in range(2):
        with suppress(ConnectionError):
            activate_hastily(customer)
            return
    activate_hastily(customer)


@wb.workflow
def one_patient_layer(customer: str) -> None:
    """The step retries, and nobody else."""
    charge(customer)
    activate(customer)


SCENARIO = Scenario(
    hazard="retry-storm",
    story="A partner was down for five minutes. Each client tried three times a second apart, and its caller did that "
    "three times over: nine calls in a few seconds, then all gave up, with the money taken and nothing given.",
    lesson="One layer retries, with growing and random pauses that outlast an outage.",
    failing=three_times_three,
    fixed=one_patient_layer,
    misfortune=Misfortune(args=("ada",), world=partner_is_down),
    harm="charged and got nothing",
)
