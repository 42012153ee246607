"""Hazard 15: the code was changed under a run that is still to go on."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.taped import Tape, has, has_not
from tests.story import Story
from workbench.model import EventType

FLOW = """
@wb.workflow
def flow(order):
    amount = price(order)
    charge(order, amount)
    if amount > 12:
        mail("anna", "big")
    store(order, amount)
    return amount
"""


def diverges(name: str, old: str, new: str, flow: str = FLOW) -> None:
    """The text of the workflow is another today, the run has not ended, and the code does not follow its log."""
    has(15, name, flow, _changed(flow, old, new, 1))


def follows(name: str, old: str, new: str, flow: str = FLOW, cut: int = 1) -> None:
    """The text of the workflow is another today, and the code follows the log of the open run all the same."""
    has_not(15, name, flow, _changed(flow, old, new, cut))


def _changed(flow: str, old: str, new: str, cut: int) -> Tape:
    assert old in flow, old
    return Tape(now=flow.replace(old, new, 1), cut=cut)


# fmt: off
CHARGE = "    charge(order, amount)\n"
diverges("fraud check before the charge", CHARGE, '    price("fraud")\n' + CHARGE)
diverges("charge taken out", CHARGE, "")
diverges("charge after the mail", CHARGE + '    if amount > 12:\n        mail("anna", "big")\n',
        '    if amount > 12:\n        mail("anna", "big")\n' + CHARGE)
diverges("amount as text", CHARGE, "    charge(order, str(amount))\n")
diverges("another threshold", "amount > 12", "amount > 100")
diverges("a pause before the mail", CHARGE, CHARGE + "    wb.sleep(60)\n")
diverges("waits for an approval", CHARGE, '    wb.signal("approved")\n' + CHARGE)
diverges("another text of the mail", '"big"', '"BIG"')
diverges("returns before it stores", "    store(order, amount)\n", "    return amount\n")
diverges("looks twice", "amount = price(order)", "amount = max(price(order), price(order))")
diverges("another step does it", CHARGE, "    store(order, amount)\n")
diverges("in a child now", "    charge(order, amount)\n", "    wb.child(pay, order, amount)\n", """
@wb.workflow
def pay(order, amount):
    return charge(order, amount)
""" + FLOW)
diverges("one turn more before the end", "range(3)", "range(4)", """
@wb.workflow
def flow(order):
    for turn in range(3):
        price(turn)
    return charge(order)
""")
diverges("gathered in another order", 'mail.defer("anna"), charge.defer(order)',
        'charge.defer(order), mail.defer("anna")', """
@wb.workflow
def flow(order):
    wb.gather(mail.defer("anna"), charge.defer(order))
    return store(order)
""")
diverges("async and one look more", 'await look("rail")', 'await look("bus")\n    await look("rail")', """
@wb.workflow
async def flow(order):
    await look("air")
    await look("rail")
    return await look("end")
""")

diverges("amount with a fraction", CHARGE, "    charge(order, float(amount))\n")
diverges("amount in a map", CHARGE, "    charge(order, {'amount': amount})\n")
diverges("async and side by side in another order", 'look("air"), look("rail")', 'look("rail"), look("air")', """
@wb.workflow
async def flow(order):
    await asyncio.gather(look("air"), look("rail"))
    return await look("end")
""")
diverges("one by one the other way round", 'wb.gather(mail.defer("anna"), charge.defer(order))',
        'charge(order)\n    mail("anna")', """
@wb.workflow
def flow(order):
    wb.gather(mail.defer("anna"), charge.defer(order))
    return store(order)
""")
has(15, "a step before one that is open", FLOW, _changed(FLOW, CHARGE, '    price("fraud")\n' + CHARGE, 6))
has(15, "gone from an open log", FLOW, _changed(FLOW, "    amount = price(order)\n", "    amount = 15\n", 5))

has_not(15, "the same code", FLOW, Tape(cut=1))
follows("a comment", CHARGE, "    # the card is charged here\n" + CHARGE)
follows("a docstring", "def flow(order):\n", 'def flow(order):\n    """Check out."""\n')
follows("a local by another name", "    store(order, amount)\n", "    total = amount\n    store(order, total)\n")
follows("a step at the end that is still to come", "    return amount\n", "    mail('bob')\n    return amount\n")
follows("what comes after the cut", "    store(order, amount)\n", "    price('fraud')\n    store(order, amount)\n",
        cut=3)
follows("a pause after the cut", "    store(order, amount)\n", "    wb.sleep(60)\n    store(order, amount)\n", cut=3)
follows("an approval after the cut", "    store(order, amount)\n", "    wb.signal('ok')\n    store(order, amount)\n",
        cut=3)
follows("no longer done after the cut", "    store(order, amount)\n", "", cut=3)
follows("another argument after the cut", "    store(order, amount)\n", "    store(order, str(amount))\n", cut=3)
follows("more turns after the cut", "range(3)", "range(9)", """
@wb.workflow
def flow(order):
    for turn in range(3):
        price(turn)
    return charge(order)
""", cut=4)
follows("async and one more after the cut", 'await look("end")', 'await look("bus") + await look("end")', """
@wb.workflow
async def flow(order):
    await asyncio.gather(look("air"), look("rail"))
    return await look("end")
""", cut=3)
follows("guarded by a patch", CHARGE, '    if wb.patched("fraud"):\n        price("fraud")\n' + CHARGE)
follows("moved into a function", CHARGE, "    pay(order, amount)\n", """
def pay(order, amount):
    charge(order, amount)
""" + FLOW)
follows("a type hint", "def flow(order):", "def flow(order: str) -> int:")
follows("the same text made in another way", '"big"', '"".join(["b", "ig"])')
follows("a guard that does not apply", CHARGE, "    assert amount < 10_000\n" + CHARGE)
follows("a log line", CHARGE, CHARGE + '    logging.getLogger("shop").debug("charged")\n')
follows("another result", "return amount", "return {'amount': amount}")
follows("a comparison turned around", "amount > 12", "12 < amount")
follows("the body of a step", 'return f"paid {order}"', 'return f"paid {order} twice checked"', """
@wb.step(kind="write")
def pay(order):
    return f"paid {order}"

@wb.workflow
def flow(order):
    pay(order)
    return store(order)
""")
# fmt: on


def _source(story: Story, event: EventType, digest: str) -> None:
    row = max(row for row, kind in enumerate(story.columns.type) if kind == event)
    story.bodies[row] |= {"source": digest * 32}


@positive(15)
def recovered_with_another_source(story: Story) -> None:
    run = story.run("order-1")
    _source(story, EventType.RunStarted, "a1")
    run.step("charge", kind="keyed", key="c/1").completed()
    run.recovered(after_seconds=60)
    _source(story, EventType.RunRecovered, "b2")
    run.step("ship", kind="write").started().died()


@negative(15)
def recovered_with_the_same_source(story: Story) -> None:
    run = story.run("order-10")
    _source(story, EventType.RunStarted, "a1")
    run.step("charge", kind="keyed", key="c/1").completed()
    run.recovered(after_seconds=60)
    _source(story, EventType.RunRecovered, "a1")
    run.step("ship", kind="write").started().died()
