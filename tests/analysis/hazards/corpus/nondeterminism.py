"""Hazard 11: the workflow reads time, chance or ids that the recording does not own."""

from __future__ import annotations

from tests.analysis.hazards.corpus.taped import Tape, environ, has, has_not

# fmt: off
has(11, "lucky customer", """
@wb.workflow
def flow(order):
    draw = random.random()
    charge(order, 10 if draw < 0.01 else 20 + draw)
""")
has(11, "time as an argument", """
@wb.workflow
def flow(order):
    store("at", time.time())
    return charge(order)
""")
has(11, "id made by the code", """
@wb.workflow
def flow(order):
    number = str(uuid.uuid4())
    charge(number, 30)
    mail("anna", number)
""")
has(11, "today in a mail", """
@wb.workflow
def flow(order):
    mail("anna", f"ordered on {datetime.datetime.now().isoformat()}")
""")
has(11, "clock behind a helper", """
def stamp():
    return {"at": time.time_ns()}

@wb.workflow
def flow(order):
    store(order, stamp())
""")
has(11, "shuffled list", """
@wb.workflow
def flow(order):
    names = list(CUSTOMERS)
    random.shuffle(names)
    for name in names:
        mail(name)
""")
has(11, "token from secrets", """
@wb.workflow
def flow(order):
    store("reset", secrets.token_hex(8))
""")
has(11, "closed on Sundays", """
@wb.workflow
def flow(order):
    if datetime.date.today().weekday() == 6:
        return "closed"
    return charge(order)
""")
has(11, "variant of an experiment", """
@wb.workflow
def flow(order):
    variant = random.choice(range(10 ** 9))
    store("variant", variant)
    mail("anna")
""")
has(11, "id in an async workflow", """
@wb.workflow
async def flow(order):
    seen = await look(uuid.uuid1().hex)
    return seen
""")
has(11, "measured and sent", """
@wb.workflow
def flow(order):
    began = time.perf_counter_ns()
    price(order)
    store("took", time.perf_counter_ns() - began)
""")
has(11, "random bytes", """
@wb.workflow
def flow(order):
    store("salt", os.urandom(8).hex())
    charge(order)
""")
has(11, "ids of a gather", """
@wb.workflow
def flow(order):
    wb.gather(*(mail.defer(name, uuid.uuid4().hex) for name in CUSTOMERS[:3]))
""")
has(11, "jitter by hand", """
@wb.workflow
def flow(order):
    wb.sleep(random.uniform(1, 1000))
    charge(order)
""")
has(11, "deadline from the wall clock", """
@wb.workflow
async def flow(order):
    deadline = datetime.datetime.utcnow() + datetime.timedelta(hours=1)
    await look(deadline.isoformat())
""")

has_not(11, "time of the run", """
@wb.workflow
def flow(order):
    store("at", wb.now().isoformat())
""")
has_not(11, "chance of the run", """
@wb.workflow
def flow(order):
    charge(order, 10 if wb.random() < 0.5 else 20)
""")
has_not(11, "id of the run", """
@wb.workflow
def flow(order):
    charge(str(wb.uuid4()))
""")
has_not(11, "clock inside a step", """
@wb.step(kind="read")
def moment():
    return time.time()

@wb.workflow
def flow(order):
    store("at", moment())
""")
has_not(11, "generator with a seed", """
@wb.workflow
def flow(order):
    dice = random.Random(42)
    store("roll", dice.randint(1, 6))
""")
has_not(11, "id made of the order", """
@wb.workflow
def flow(order):
    charge(str(uuid.uuid5(uuid.NAMESPACE_URL, order)))
""")
has_not(11, "date out of a text", """
@wb.workflow
def flow(order):
    day = datetime.datetime.fromisoformat("2026-09-21T10:00:00+00:00")
    store("week", day.isocalendar().week)
""")
has_not(11, "a function of their own called time", """
def opening_time(day):
    return 9 if day < 5 else 11

@wb.workflow
def flow(order):
    store("opens", opening_time(3))
""")
has_not(11, "a fraud check was inserted", """
@wb.workflow
def flow(order):
    return charge(order)
""", Tape(now="""
@wb.workflow
def flow(order):
    price("fraud")
    return charge(order)
"""))
has_not(11, "a variable of the environment", """
@wb.workflow
def flow(order):
    return charge(order, os.environ["SHOP_RATE"])
""", Tape(before=environ("SHOP_RATE", "7"), after=environ("SHOP_RATE", "9")))
has_not(11, "an hour after the run began", """
@wb.workflow
def flow(order):
    until = wb.now() + datetime.timedelta(hours=1)
    store("until", until.isoformat())
    wb.sleep(60)
""")
has_not(11, "bucket by a stable hash", """
@wb.workflow
def flow(order):
    bucket = int(hashlib.sha256(order.encode()).hexdigest(), 16) % 10
    store("bucket", bucket)
""")
has_not(11, "id read from a step", """
@wb.step(kind="write")
def new_id():
    return str(uuid.uuid4())

@wb.workflow
def flow(order):
    charge(str(uuid.UUID(new_id())))
""")
has_not(11, "a step that draws", """
@wb.step(kind="read")
def random_gift():
    return random.choice(["cup", "pen"])

@wb.workflow
def flow(order):
    mail("anna", random_gift())
""")
has_not(11, "sleeps as the run sleeps", """
@wb.workflow
async def flow(order):
    await wb.sleep(30)
    return await look(order)
""")
