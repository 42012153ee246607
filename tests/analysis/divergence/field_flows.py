"""Fourteen workflows as one meets them, by name: the text of a module and of the workflow in it.

Long because it is text: each is changed, compiled and recorded as a module of its own.
"""

from __future__ import annotations

__all__ = ["FLOWS", "HEAD"]

HEAD = """\
from __future__ import annotations
import asyncio
import logging
import os
import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import workbench as wb

log = logging.getLogger(__name__)
"""
FLOWS: dict[str, str] = {}
FLOWS["checkout"] = """
@dataclass
class Line:
    sku: str
    quantity: int


@dataclass
class Order:
    number: str
    lines: list[Line] = field(default_factory=list)


TAX = 0.19


@wb.step(kind="read")
def price(sku: str) -> int:
    return 10 * len(sku)


@wb.step(kind="read")
def stock(sku: str) -> int:
    return 5


@wb.step(kind="write")
def reserve(sku: str, quantity: int) -> str:
    return f"res-{sku}"


@wb.step(kind="write")
def release(reservation: str) -> None:
    pass


@wb.step(kind="write")
def charge(order: str, amount: float) -> str:
    return f"ch-{order}"


@wb.step(kind="write")
def charge_card(order: str, amount: float) -> str:
    return f"ch-{order}"


@wb.step(kind="write")
def ship(order: str, reservations: list[str]) -> str:
    return "parcel"


@wb.step(kind="write")
def mail(order: str, text: str) -> None:
    pass


@wb.step(kind="read")
def fraud_score(order: str) -> float:
    return 0.1


def with_tax(amount: float) -> float:
    return round(amount * (1 + TAX), 2)


def total(order: Order) -> float:
    amount = 0
    for line in order.lines:
        amount += price(line.sku) * line.quantity
    return with_tax(amount)


@wb.workflow
def checkout(number: str) -> str:
    order = Order(number, [Line("book", 2), Line("pencil", 1), Line("cup", 3)])
    amount = total(order)
    reservations = []
    try:
        for line in order.lines:
            if line.quantity > stock(line.sku):
                raise ValueError(line.sku)
            reservations.append(reserve(line.sku, line.quantity))
        payment = charge(order.number, amount)
    except Exception:
        for reservation in reversed(reservations):
            release(reservation)
        raise
    parcel = ship(order.number, reservations)
    if amount > 100:
        mail(order.number, f"thank you, {amount}")
    return f"{payment} {parcel}"
"""
FLOWS["onboarding"] = """
@wb.step(kind="write")
async def create_account(user: str) -> int:
    return 17


@wb.step(kind="write")
async def create_mailbox(account: int) -> str:
    return f"box-{account}"


@wb.step(kind="write")
async def create_calendar(account: int) -> str:
    return f"cal-{account}"


@wb.step(kind="write")
async def slow_badge(account: int) -> str:
    return f"badge-{account}"


@wb.step(kind="write")
async def send(account: int, template: str) -> None:
    pass


@wb.step(kind="write")
async def deactivate(account: int) -> None:
    pass


@wb.step(kind="write")
async def activate(account: int, plan: str = "free") -> str:
    return "active"


REMIND_SECONDS = 20


async def provision(account: int) -> list[str]:
    return list(await asyncio.gather(create_mailbox(account), create_calendar(account), slow_badge(account)))


async def confirmed(account: int) -> bool:
    for attempt in range(3):
        if await wb.signal("go", timeout_seconds=REMIND_SECONDS):
            return True
        await send(account, f"reminder-{attempt}")
    return False


@wb.workflow
async def onboarding(user: str) -> str:
    account = await create_account(user)
    resources = await provision(account)
    log.info("provisioned %s", resources)
    await send(account, "welcome")
    if not await confirmed(account):
        await deactivate(account)
        return "expired"
    return await activate(account)
"""
FLOWS["invoices"] = """
@wb.step(kind="read")
def customers(region: str) -> list[dict]:
    return [
        {"id": 1, "mail": "a@x", "due": 120, "active": True},
        {"id": 2, "mail": "", "due": 30, "active": True},
        {"id": 3, "mail": "c@x", "due": 0, "active": False},
        {"id": 4, "mail": "d@x", "due": 77, "active": True},
    ]


@wb.step(kind="pure")
def render(customer: int, amount: int) -> str:
    return f"invoice {customer} {amount}"


@wb.step(kind="keyed", key=lambda customer, text: f"send/{customer}")
def send_invoice(customer: int, text: str) -> str:
    if customer == 4:
        raise ConnectionError("mail server")
    return "sent"


@wb.step(kind="write")
def post_letter(customer: int, text: str) -> str:
    return "posted"


@wb.step(kind="write")
def book(customer: int, amount: int) -> None:
    pass


def discount(amount: int) -> int:
    if amount > 100:
        return amount - 10
    return amount


def deliver(customer: dict, text: str) -> str:
    if not customer["mail"]:
        return post_letter(customer["id"], text)
    try:
        return send_invoice(customer["id"], text)
    except ConnectionError:
        log.warning("falling back to a letter")
        return post_letter(customer["id"], text)


@wb.workflow
def invoices(region: str) -> dict:
    sent = {}
    for customer in customers(region):
        if not customer["active"] or customer["due"] <= 0:
            continue
        amount = discount(customer["due"])
        text = render(customer["id"], amount)
        sent[customer["id"]] = deliver(customer, text)
        book(customer["id"], amount)
    return sent
"""
FLOWS["etl"] = """
@wb.step(kind="read")
async def partitions(table: str) -> list[str]:
    return ["p1", "p2", "p3"]


@wb.step(kind="read")
async def extract(partition: str, limit: int) -> list[int]:
    return list(range(int(partition[1]) * 3))


@wb.step(kind="pure")
async def transform(rows: list[int]) -> list[int]:
    return [row * 2 for row in rows]


@wb.step(kind="write")
async def load_rows(partition: str, rows: list[int]) -> int:
    return len(rows)


@wb.step(kind="write")
async def publish(table: str, count: int) -> None:
    pass


@wb.step(kind="write")
async def alert(text: str) -> None:
    pass


LIMIT = 1000
MINIMUM = 5


async def process(partition: str) -> int:
    rows = await extract(partition, LIMIT)
    cleaned = await transform(rows)
    return await load_rows(partition, cleaned)


@wb.workflow
async def etl(table: str) -> int:
    names = await partitions(table)
    counts = await wb.gather(*(process(name) for name in names))
    count = sum(counts)
    if count < MINIMUM:
        await alert(f"only {count} rows")
        raise RuntimeError("too few rows")
    await publish(table, count)
    return count
"""
FLOWS["renewal"] = """
class Declined(Exception):
    pass


@wb.step(kind="read")
def plan_of(account: str) -> dict:
    return {"plan": "pro", "cents": 1999, "currency": "EUR"}


@wb.step(kind="keyed", key=lambda account, cents, attempt: f"{account}/{attempt}")
def collect(account: str, cents: int, attempt: int) -> str:
    if attempt < 3:
        raise ValueError("declined")
    return "ok"


@wb.step(kind="write")
def notify(account: str, text: str) -> None:
    pass


@wb.step(kind="write")
def downgrade(account: str) -> None:
    pass


@wb.step(kind="write")
def extend(account: str, days: int) -> str:
    return "extended"


DAY = 86_400
BACKOFF = (1, 3, 7)


@wb.workflow
def renewal(account: str) -> str:
    plan = plan_of(account)
    for attempt, days in enumerate(BACKOFF, start=1):
        try:
            collect(account, plan["cents"], attempt)
        except ValueError as error:
            log.info("attempt %s failed: %s", attempt, error)
            notify(account, f"payment failed, next try in {days} days")
            wb.sleep(days * DAY)
        else:
            return extend(account, 30)
    downgrade(account)
    return "downgraded"
"""
FLOWS["trip"] = """
@wb.step(kind="write")
def cancel_flight(code: str) -> None:
    pass


@wb.step(kind="write")
def cancel_hotel(code: str) -> None:
    pass


@wb.step(kind="write")
def cancel_car(code: str) -> None:
    pass


@wb.step(kind="compensatable", undo=cancel_flight)
def book_flight(trip: str, seats: int = 1) -> str:
    return "F1"


@wb.step(kind="compensatable", undo=cancel_hotel)
def book_hotel(trip: str, nights: int) -> str:
    return "H1"


@wb.step(kind="compensatable", undo=cancel_car)
def book_car(trip: str) -> str:
    raise RuntimeError("no cars left")


@wb.step(kind="write")
def tell(trip: str, text: str) -> None:
    pass


class Saga:
    def __init__(self) -> None:
        self._undo = []

    def did(self, undo, code: str) -> str:
        self._undo.append((undo, code))
        return code

    def roll_back(self) -> None:
        while self._undo:
            undo, code = self._undo.pop()
            undo(code)


@wb.workflow
def trip(name: str) -> str:
    saga = Saga()
    try:
        flight = saga.did(cancel_flight, book_flight(name))
        hotel = saga.did(cancel_hotel, book_hotel(name, nights=3))
        car = saga.did(cancel_car, book_car(name))
    except RuntimeError as error:
        saga.roll_back()
        tell(name, f"could not book: {error}")
        return "cancelled"
    tell(name, f"{flight} {hotel} {car}")
    return "booked"
"""
FLOWS["approval"] = """
@wb.step(kind="read")
async def amount_of(request: str) -> int:
    return 700


@wb.step(kind="write")
async def ask(person: str, request: str) -> None:
    pass


@wb.step(kind="write")
async def pay(request: str, amount: int) -> str:
    return "paid"


@wb.step(kind="write")
async def reject(request: str, why: str) -> str:
    return "rejected"


@wb.step(kind="write")
async def archive(request: str, tags: list[str]) -> None:
    pass


@wb.workflow
async def payout(request: str, amount: int) -> str:
    return await pay(request, amount)


@wb.workflow
async def filing(request: str) -> None:
    await archive(request, ["paid"])


LEVELS = [(500, "lead"), (10_000, "director")]


def approver(amount: int) -> str:
    for limit, person in LEVELS:
        if amount <= limit:
            return person
    return "board"


@wb.workflow
async def approval(request: str) -> str:
    amount = await amount_of(request)
    person = approver(amount)
    await ask(person, request)
    answer = await wb.signal("go", timeout_seconds=3600)
    if answer is None:
        return await reject(request, "nobody answered")
    result = await wb.child(payout, request, amount)
    await wb.child(filing, request)
    return result
"""
FLOWS["moderation"] = """
@wb.step(kind="read")
def fetch(post: str) -> dict:
    return {"text": "buy cheap stuff", "author": "eve", "images": ["i1", "i2"]}


@wb.step(kind="read")
def classify(text: str) -> str:
    return "spam"


@wb.step(kind="read")
def scan_image(image: str) -> bool:
    return image == "i2"


@wb.step(kind="write")
def hide(post: str, reason: str) -> None:
    pass


@wb.step(kind="write")
def warn(author: str, count: int) -> int:
    return count


@wb.step(kind="write")
def ban(author: str) -> None:
    pass


@wb.step(kind="write")
def queue_review(post: str) -> None:
    pass


def verdict(label: str, flagged: list[str]) -> str:
    match label, len(flagged):
        case "ok", 0:
            return "keep"
        case "spam", n if n < 3:
            return "hide"
        case _:
            return "review"


@wb.workflow
def moderation(post: str) -> str:
    content = fetch(post)
    label = classify(content["text"])
    flagged = [image for image in content["images"] if scan_image(image)]
    if wb.patched("warn-authors"):
        warn(content["author"], len(flagged))
    match verdict(label, flagged):
        case "keep":
            return "kept"
        case "hide":
            hide(post, label)
        case _:
            queue_review(post)
    return label
"""
FLOWS["polling"] = """
@wb.step(kind="write")
def start_job(name: str) -> str:
    return "job-1"


@wb.step(kind="read")
def status(job: str, poll: int) -> str:
    return "done" if poll >= 3 else "running"


@wb.step(kind="read")
def fetch_result(job: str) -> list[int]:
    return [3, 1, 2]


@wb.step(kind="write")
def store(name: str, values: list[int], when: str) -> None:
    pass


@wb.step(kind="write")
def kill(job: str) -> None:
    pass


POLL_SECONDS = 30
LIMIT_SECONDS = 3600


@wb.workflow
def polling(name: str) -> int:
    job = start_job(name)
    started = wb.now()
    poll = 1
    while status(job, poll) != "done":
        if (wb.now() - started).total_seconds() > LIMIT_SECONDS:
            kill(job)
            raise TimeoutError(job)
        wb.sleep(POLL_SECONDS)
        poll += 1
    values = fetch_result(job)
    store(name, sorted(values), "today")
    return len(values)
"""
FLOWS["quotes"] = """
@wb.step(kind="read")
async def ask_vendor(vendor: str, item: str) -> int:
    return len(vendor) * 10


@wb.step(kind="read")
async def slow_vendor(item: str) -> int:
    return 5


@wb.step(kind="write")
async def buy(vendor: str, item: str, price: int) -> str:
    return "bought"


@wb.step(kind="write")
async def record_quotes(quotes: dict) -> None:
    pass


VENDORS = ("acme", "globex", "initech")


async def quote(vendor: str, item: str) -> tuple[str, int]:
    price = await ask_vendor(vendor, item)
    return vendor, price


@wb.workflow
async def quotes(item: str) -> str:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(quote(vendor, item)) for vendor in VENDORS]
    found = dict(task.result() for task in tasks)
    try:
        async with asyncio.timeout(0.5):
            found["slow"] = await slow_vendor(item)
    except TimeoutError:
        log.info("no answer from the slow one")
    await record_quotes(found)
    best = min(found, key=found.get)
    return await buy(best, item, found[best])
"""
FLOWS["claim"] = '''
@wb.step(kind="read")
def policy(number: str) -> dict:
    return {"holder": "Ada", "limit": 5000, "deductible": 300}


@wb.step(kind="write")
def assign(number: str, adjuster: str) -> None:
    pass


@wb.step(kind="read")
def estimate(number: str) -> int:
    return 2300


@wb.step(kind="write")
def pay_out(number: str, amount: int) -> str:
    return "transfer"


@wb.step(kind="write")
def deny(number: str, reason: str) -> None:
    pass


@wb.step(kind="write")
def note(number: str, text: str) -> None:
    pass


class Claim:
    """A small state machine."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.state = "new"
        self.policy = {}
        self.amount = 0

    def new(self) -> str:
        self.policy = policy(self.number)
        return "assigned"

    def assigned(self) -> str:
        assign(self.number, "adjuster-7")
        note(self.number, f"holder {self.policy['holder']}")
        return "estimated"

    def estimated(self) -> str:
        self.amount = estimate(self.number) - self.policy["deductible"]
        return "payable" if 0 < self.amount <= self.policy["limit"] else "denied"

    def payable(self) -> str:
        pay_out(self.number, self.amount)
        return "closed"

    def denied(self) -> str:
        deny(self.number, "over the limit")
        return "closed"


@wb.workflow
def claim(number: str) -> int:
    case = Claim(number)
    while case.state != "closed":
        case.state = getattr(case, case.state)()
        log.debug("%s is %s", number, case.state)
    note(number, "closed")
    return case.amount
'''
FLOWS["imports"] = """
from contextlib import contextmanager


@wb.step(kind="read")
def files(folder: str) -> list[str]:
    return ["a.csv", "b.csv", "c.txt", "d.csv"]


@wb.step(kind="read")
def read_rows(name: str) -> int:
    return len(name) * 100


@wb.step(kind="write")
def lock(folder: str) -> str:
    return "lock-1"


@wb.step(kind="write")
def unlock(token: str) -> None:
    pass


@wb.step(kind="idempotent")
def insert(name: str, rows: int) -> int:
    return rows


@wb.step(kind="write")
def report(folder: str, rows: int, names: list[str]) -> None:
    pass


@contextmanager
def locked(folder: str):
    token = lock(folder)
    try:
        yield token
    finally:
        unlock(token)


def batches(names: list[str], size: int):
    for start in range(0, len(names), size):
        yield names[start : start + size]


@wb.workflow
def imports(folder: str) -> int:
    rows = 0
    with locked(folder):
        wanted = [name for name in files(folder) if name.endswith(".csv")]
        for batch in batches(wanted, 2):
            counts = wb.gather(*(read_rows.defer(name) for name in batch))
            for name, count in zip(batch, counts):
                rows += insert(name, count)
    report(folder, rows, wanted)
    return rows
"""
FLOWS["ambient"] = """
@wb.step(kind="write")
def start(user: str, tag: str) -> str:
    return "t"


@wb.step(kind="write")
def push(user: str, channel: str) -> None:
    pass


@wb.step(kind="write")
def discount(user: str, percent: int) -> None:
    pass


@wb.step(kind="write")
def finish(user: str, note: str) -> None:
    pass


SETTINGS = {"channel": "sms", "max": 2}
SEEN: list[str] = []


def channel() -> str:
    return SETTINGS["channel"]


@wb.workflow
def ambient(user: str) -> str:
    tag = "fixed"
    start(user, tag)
    for place in ("a", "b"):
        push(user, channel())
    discount(user, 10)
    finish(user, "ok")
    return "done"
"""
FLOWS["fleet"] = """
@wb.step(kind="read")
async def vehicles(depot: str) -> list[str]:
    return ["van", "truck", "bike"]


@wb.step(kind="read")
async def position(vehicle: str) -> int:
    return len(vehicle)


@wb.step(kind="write")
async def dispatch(vehicle: str, stop: str) -> str:
    return f"{vehicle}->{stop}"


@wb.step(kind="write")
async def summary(depot: str, routes: list[str]) -> None:
    pass


@wb.workflow
async def route(vehicle: str, stops: list[str]) -> str:
    where = await position(vehicle)
    done = ""
    for stop in stops[:where]:
        done = await dispatch(vehicle, stop)
    return done


async def each(items):
    for item in items:
        yield item
        await wb.sleep(1)


@wb.workflow
async def fleet(depot: str) -> int:
    names = await vehicles(depot)
    routes = []
    async for name in each(names):
        routes.append(await wb.child(route, name, ["north", "south"]))
    await summary(depot, routes)
    return len(routes)
"""
