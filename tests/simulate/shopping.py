"""Workflows and designs of the crash sweep's tests: each hazard as it is written, and as it should be."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import workbench as wb
from workbench.simulate import World, here

CENTS = 4200
DAY_SECONDS = 86_400


# --- steps -----------------------------------------------------------------------------------------------------


@wb.step(kind="read")
def log_in() -> str:
    return str(here().tokens.issue()["access_token"])


@wb.step(kind="read", resource="stock")
def look(sku: str) -> int:
    return here().stock.available(sku)


@wb.step(kind="write")
def ship(sku: str, order: str) -> dict[str, Any]:
    """Trusts whoever has looked."""
    return here().stock.sell(sku, order)


def release(sku: str, order: str, reservation: dict[str, Any] | None) -> None:
    del sku, order
    if reservation is not None:
        here().stock.release(reservation["id"])


@wb.step(kind="keyed", key=lambda sku, order: f"reserve/{sku}/{order}", key_lifetime_seconds=365 * DAY_SECONDS)
def reserve(sku: str, order: str) -> dict[str, Any]:
    """Looks and takes in one; the same order gets the same reservation again."""
    return here().stock.reserve(sku, order)


def find_charge(order: str) -> dict[str, Any] | None:
    return here().payment.standing(order)


def refund(order: str, charge: dict[str, Any] | None) -> None:
    del charge
    for one in here().payment.charges(order):
        here().payment.refund(one["id"])


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=DAY_SECONDS, probe=find_charge)
def charge(order: str) -> dict[str, Any]:
    return here().payment.charge(order, CENTS, key=wb.current_key())


@wb.step(
    kind="compensatable",
    undo=refund,
    undo_null_safe=True,
    key=lambda order: f"charge/{order}",
    key_lifetime_seconds=DAY_SECONDS,
    probe=find_charge,
    timeout_seconds=60,
)
def charge_with_undo(order: str) -> dict[str, Any]:
    return here().payment.charge(order, CENTS, key=wb.current_key())


@wb.step(kind="write", probe=find_charge)
def charge_unkeyed(order: str) -> dict[str, Any]:
    return here().payment.charge(order, CENTS, timeout_seconds=2)


@wb.step(kind="write", timeout_seconds=2)
def charge_in_time(order: str) -> dict[str, Any]:
    return here().payment.charge(order, CENTS)


@wb.step(kind="idempotent")
def extend(token: str, order: str) -> dict[str, Any]:
    return here().subscriptions.extend(order, "2027-01-01", token, order=order)


@wb.step(kind="idempotent")
def extend_with_own_token(order: str) -> dict[str, Any]:
    token = here().tokens.issue()["access_token"]
    return here().subscriptions.extend(order, "2027-01-01", token, order=order)


def find_mail(order: str) -> str | None:
    sent = here().mail.sent(order)
    return str(sent[0]["id"]) if sent else None


@wb.step(kind="write", probe=find_mail, timeout_seconds=60)
def tell(order: str) -> str:
    return here().mail.send(order, "Thank you")


# --- the expired cached token ------------------------------------------------------------------------------------


@wb.workflow
def cached_token(order: str) -> str:
    token = log_in()
    charge(order)
    wb.sleep(600)
    extend(token, order)
    return order


@wb.workflow
def fresh_token(order: str) -> str:
    charge(order)
    wb.sleep(600)
    extend_with_own_token(order)
    return order


# --- the sold-out cart -------------------------------------------------------------------------------------------


@wb.workflow
def cached_look(order: str) -> str:
    if look("sku-7") < 1:
        return "sold out"
    charge(order)
    ship("sku-7", order)
    return order


@wb.workflow
def reserved(order: str) -> str:
    try:
        reserve("sku-7", order)
    except Exception as error:
        if getattr(error, "code", "") != "sold_out":
            raise
        return "sold out"
    charge(order)
    return order


# --- exactly once, really? ---------------------------------------------------------------------------------------


@wb.workflow
def charged_again(order: str) -> str:
    """A client that gives up after two seconds and takes that for a failure."""
    reserve("sku-7", order)
    try:
        charge_unkeyed(order)
    except TimeoutError:
        charge_unkeyed(order)
    return order


@wb.workflow
def charged_under_a_key(order: str) -> str:
    reserve("sku-7", order)
    try:
        charge(order)
    except TimeoutError:
        charge(order)
    return order


# --- the half-done saga ------------------------------------------------------------------------------------------


@wb.workflow
def saga(order: str) -> str:
    charge_with_undo(order)
    raise RuntimeError("the partner is closed")


@wb.workflow
def impatient(order: str) -> str:
    charge_in_time(order)
    return order


# --- any shape ---------------------------------------------------------------------------------------------------


@wb.workflow
def ten_steps(order: str) -> str:
    """Ten steps of every kind."""
    look("sku-7")
    reserve("sku-7", order)
    charge(order)
    tell(order)
    extend_with_own_token(order)
    for number in range(5):
        look("sku-1") if number % 2 else extend_with_own_token(order)
    return order


@wb.step(kind="read")
async def look_async(sku: str) -> int:
    await asyncio.sleep(3600)
    return here().stock.available(sku)


@wb.workflow
async def side_by_side(order: str) -> list[Any]:
    found = await wb.gather(look_async("sku-1"), look_async("sku-7"), charge.defer(order))
    await asyncio.sleep(7200)
    extend_with_own_token(order)
    return list(found)


# --- without a recorder ------------------------------------------------------------------------------------------


def script(world: World, folder: Path) -> None:
    """Nothing is kept: it begins again."""
    del folder
    reservation = world.stock.reserve("sku-7", "order-1")
    world.payment.charge("order-1", CENTS)
    token = world.tokens.issue()["access_token"]
    world.subscriptions.extend("ada", "2027-01-01", token, order=reservation["order"])


def state_machine(world: World, folder: Path) -> None:
    """Each step is written down when it is done."""
    database = sqlite3.connect(folder / "state.sqlite")
    database.execute("create table if not exists done (step text primary key, result text)")

    def once(step: str, act: Any) -> Any:
        row = database.execute("select result from done where step = ?", (step,)).fetchone()
        if row is not None:
            return json.loads(row[0])
        result = act()
        database.execute("insert into done values (?, ?)", (step, json.dumps(result)))
        database.commit()
        return result

    once("reserve", lambda: world.stock.reserve("sku-7", "order-1"))
    once("charge", lambda: world.payment.charge("order-1", CENTS))
    token = world.tokens.issue()["access_token"]
    once("extend", lambda: world.subscriptions.extend("ada", "2027-01-01", token, order="order-1"))


@wb.workflow
def durable(order: str) -> str:
    reserve("sku-7", order)
    charge(order)
    extend_with_own_token(order)
    return order
