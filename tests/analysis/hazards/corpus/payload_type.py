"""Hazard 16: a recorded value does not fit the types of today's code, or cannot be read at all."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.taped import Tape, has, has_not
from tests.analysis.hazards.corpus.telling import activity, dbos_step
from tests.story import Story
from workbench.journal.codec import Record

CHARGE = """
@dataclass
class Charge:
    id: str
    amount: int

@wb.step(kind="write")
def pay(order) -> Charge:
    return Charge("ch_1", 30)

@wb.workflow
def flow(order):
    paid = pay(order)
    store(order)
    return "done"
"""
COLOUR = """
class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"

@wb.step(kind="read")
def pick(order) -> Colour:
    return Colour.BLUE

@wb.workflow
def flow(order):
    pick(order)
    return store(order)
"""
LINES = """
@dataclass
class Line:
    sku: str
    count: int = 1

@wb.step(kind="read")
def lines(order) -> list[Line]:
    return [Line("cup", 2), Line("pen")]

@wb.workflow
def flow(order):
    lines(order)
    return store(order)
"""
PLACE = """
class Place(NamedTuple):
    row: int
    seat: int

@wb.step(kind="write")
def hold(order) -> Place:
    return Place(3, 14)

@wb.workflow
def flow(order):
    hold(order)
    return store(order)
"""
PLAIN = """
@wb.step(kind="read")
def count(order) -> Any:
    return "many"

@wb.workflow
def flow(order):
    count(order)
    return store(order)
"""

COUNT = """
@wb.step(kind="read")
def count(order) -> Any:
    return 3

@wb.workflow
def flow(order):
    count(order)
    return store(order)
"""
IDS = """
@wb.step(kind="read")
def ids(order) -> Any:
    return {"new": [4, 7], "old": []}

@wb.workflow
def flow(order):
    ids(order)
    return store(order)
"""
LIES = """
@wb.step(kind="read")
def size(order) -> int:
    return "large"

@wb.step(kind="read")
def note(order) -> str:
    return None

@wb.workflow
def flow(order):
    size(order)
    note(order)
    return store(order)
"""
UNTYPED = """
@dataclass
class Ticket:
    number: int

@wb.step(kind="write")
def issue(order) -> Any:
    return Ticket(9)

@wb.workflow
def flow(order):
    issue(order)
    return store(order)
"""


def misfits(name: str, flow: str, old: str, new: str) -> None:
    """The types are others today, the run has not ended, and what it recorded does not fit them."""
    has(16, name, flow, _retyped(flow, old, new))


def fits(name: str, flow: str, old: str, new: str) -> None:
    """The types are others today, and what the open run recorded fits them all the same."""
    has_not(16, name, flow, _retyped(flow, old, new))


def _retyped(flow: str, old: str, new: str) -> Tape:
    assert old in flow, old
    return Tape(now=flow.replace(old, new), cut=1)


# fmt: off
misfits("field renamed", CHARGE, "    amount: int", "    cents: int")
misfits("field added without a default", CHARGE, "    amount: int\n", "    amount: int\n    currency: str\n")
misfits("field of another type", CHARGE, "    amount: int", "    amount: datetime.datetime")
misfits("field taken out", CHARGE, "    id: str\n", "")
misfits("class of another name", CHARGE, "Charge", "Payment")
misfits("member taken out", COLOUR, '    BLUE = "blue"\n', "")
misfits("field renamed inside a list", LINES, "    sku: str", "    article: str")
misfits("required field inside a list", LINES, "    sku: str\n", "    sku: str\n    tax: Decimal\n")
misfits("named tuple with another field", PLACE, "    seat: int", "    chair: int")
misfits("a number where a text was", PLAIN, "-> Any", "-> int")
misfits("a date where a text was", PLAIN, "-> Any", "-> datetime.date")
misfits("a list where a map was", LINES, "-> list[Line]", "-> dict[str, Line]")
misfits("a text where a number was", COUNT, "-> Any", "-> str")
misfits("texts where numbers were, deep inside", IDS, "-> Any", "-> dict[str, list[str]]")
misfits("field of another type inside a list", LINES, "    count: int = 1", '    count: str = "one"')
misfits("enumeration of another name", COLOUR, "Colour", "Shade")
misfits("input of the workflow of another type", PLAIN, "def flow(order):", "def flow(order: Decimal):")
misfits("a sum of money where a number was", COUNT, "-> Any", "-> Optional[Decimal]")
misfits("class that is gone and was not annotated", UNTYPED, "Ticket", "Voucher")
misfits("seat of another type in a named tuple", PLACE, "    seat: int", "    seat: str")
# fmt: on


@positive(16)
def result_that_cannot_be_decoded(story: Story) -> None:
    run = story.run("order-1")
    run.step("charge", kind="keyed", key="c/1").completed({"id": 1})
    story.damaged.add(len(story.bodies) - 1)
    run.step("ship", kind="write").started().died()


@positive(16)
def result_that_could_not_be_recorded(story: Story) -> None:
    run = story.run("order-2")
    run.step("connect", kind="read").unrecorded()
    run.step("ship", kind="write").started().died()


@positive(16)
def signal_that_cannot_be_decoded(story: Story) -> None:
    run = story.run("leave-1", workflow="leave")
    run.received("decided", {"by": "anna"})
    story.damaged.add(len(story.bodies) - 1)
    run.timer(60)


@positive(16, engine="temporal")
def temporal_payload_of_an_unknown_codec(story: Story) -> None:
    run = story.run("wf-1", workflow="OrderWorkflow")
    raw = Record("Undecoded", "", {"encoding": "binary/zstd", "size": 4, "raw": b"(\xb5/\xfd", "why": "unknown codec"})
    activity(run, "Charge", 9).completed(raw)
    activity(run, "Ship", 9)


def unread(encoding: str, why: str = "") -> Record:
    """What stands for a payload that nobody here can read."""
    reason = {"why": why} if why else {}
    return Record("Undecoded", "", {"encoding": encoding, "size": 4, "raw": b"(\xb5/\xfd", **reason})


@positive(16, engine="temporal")
def temporal_encrypted_from_the_second_step_on(story: Story) -> None:
    run = story.run("wf-2", workflow="OrderWorkflow", args=[{"order": 9}])
    activity(run, "Reserve", 9).completed({"id": "r-1"})
    activity(run, "Charge", unread("binary/encrypted")).completed(unread("binary/encrypted"))
    run.completed(unread("binary/encrypted"))


@positive(16, engine="temporal")
def temporal_json_that_is_none(story: Story) -> None:
    run = story.run("wf-3", workflow="OrderWorkflow")
    activity(run, "Charge", 9).completed(unread("json/plain"))
    run.completed()


@positive(16, engine="temporal")
def temporal_signal_of_an_unknown_codec(story: Story) -> None:
    run = story.run("wf-4", workflow="LeaveWorkflow", args=["anna"])
    run.signal("decided", unread("application/cbor"))
    activity(run, "Book", "anna").completed("b-1")
    run.completed("b-1")


# fmt: off
has_not(16, "the same types", CHARGE, Tape(cut=1))
fits("field added with a default", CHARGE, "    amount: int\n", '    amount: int\n    currency: str = "EUR"\n')
fits("method added", CHARGE, "    amount: int\n",
        "    amount: int\n\n    def cents(self) -> int:\n        return self.amount * 100\n")
fits("member added", COLOUR, '    BLUE = "blue"\n', '    BLUE = "blue"\n    GREEN = "green"\n')
fits("another member taken out", COLOUR, '    RED = "red"\n', "")
fits("fields in another order", LINES, "    sku: str\n    count: int = 1\n",
        '    count: int = 1\n    sku: str = ""\n')
fits("default changed inside a list", LINES, "count: int = 1", "count: int = 0")
fits("wider annotation", PLAIN, "-> Any", "-> object")
fits("a text as ever", PLAIN, "-> Any", "-> str")
fits("a text or nothing", PLAIN, "-> Any", "-> Optional[str]")
fits("docstring of the class", PLACE, "    row: int\n", '    "A place in the hall."\n    row: int\n')
fits("sequence of lines", LINES, "-> list[Line]", "-> Sequence[Line]")
fits("no annotation any more", CHARGE, " -> Charge", "")
fits("a number with a fraction is also a whole one", COUNT, "-> Any", "-> float")
fits("a number or a text", COUNT, "-> Any", "-> str | int")
fits("numbers deep inside", IDS, "-> Any", "-> dict[str, list[int]]")
fits("the old name of a class is kept", CHARGE, '@wb.step(kind="write")\ndef pay(order) -> Charge:',
        'Payment = Charge\n\n@wb.step(kind="write")\ndef pay(order) -> Payment:')
fits("a class above the recorded one", CHARGE.replace("@dataclass\nclass Charge:",
        "@dataclass\nclass Paid:\n    pass\n\n@dataclass\nclass Charge(Paid):"), "-> Charge:", "-> Paid:")
fits("annotations that never told the truth", LIES, "    return store(order)",
        "    # kept for a year\n    return store(order)")
fits("bodies of steps whose annotations never told the truth", LIES, '    return "large"', '    return "small"')
fits("class came from another module", CHARGE.replace("@wb.step", "Charge.__module__ = 'old_shop'\n\n@wb.step"),
        "Charge.__module__ = 'old_shop'\n", "")
has_not(16, "type of a step that is still to come", PLAIN, _retyped(PLAIN, "-> Any", "-> int")._replace(cut=4))
fits("a class without an annotation", UNTYPED, "    number: int", "    number: int = 0")
# fmt: on


@negative(16)
def all_can_be_read(story: Story) -> None:
    run = story.run("order-10")
    run.step("charge", kind="keyed", key="c/1").completed(Record("Charge", "shop.flows", {"id": 1, "amount": 30}))
    run.step("ship", kind="write").started().died()


@negative(16, engine="temporal")
def temporal_plain_payloads(story: Story) -> None:
    run = story.run("wf-10", workflow="OrderWorkflow")
    activity(run, "Charge", 9).completed({"id": "ch_1"})
    activity(run, "Ship", 9)


@negative(16, engine="temporal")
def temporal_encrypted_from_end_to_end(story: Story) -> None:
    hidden = unread("binary/encrypted")
    run = story.run("wf-11", workflow="OrderWorkflow", args=[hidden])
    activity(run, "Charge", hidden).completed(hidden)
    activity(run, "Ship", hidden).completed()
    run.completed(hidden)


@negative(16, engine="dbos")
def dbos_pickles_of_classes(story: Story) -> None:
    run = story.run("dbos-10", workflow="order")
    dbos_step(run, "count", 4)
    dbos_step(run, "charge", unread("py_pickle", "it needs class shop.Charge"))
    run.completed()


@negative(16, engine="temporal")
def temporal_a_file_in_plain_bytes(story: Story) -> None:
    run = story.run("wf-12", workflow="ScanWorkflow", args=["scan-7"])
    activity(run, "Load", "scan-7").completed(b"%PDF-1.7")
    run.completed()
