"""Hazard 16: the class of a recorded value belongs to a script or a notebook, and no other program has it."""

from __future__ import annotations

from tests.analysis.hazards.corpus.recording import negative, positive
from tests.analysis.hazards.corpus.taped import Tape, has, has_not
from tests.analysis.hazards.corpus.telling import awaiting, resumed
from tests.story import Story
from workbench.journal.codec import EnumValue, Record, RecordedError
from workbench.model import EventType

SCRIPT = "__main__"


@positive(16)
def dataclass_of_a_notebook(story: Story) -> None:
    run = story.run("order-1")
    run.step("charge", kind="write", module=SCRIPT).completed(Record("Charge", SCRIPT, {"id": "ch_1", "amount": 30}))
    run.step("ship", kind="write", module=SCRIPT).started().died()


@positive(16)
def member_of_an_enumeration_of_a_script(story: Story) -> None:
    run = story.run("order-2")
    run.step("state", kind="read").completed(EnumValue(SCRIPT, "State", "PAID", "paid"))
    run.completed()


@positive(16)
def class_of_a_script_deep_inside(story: Story) -> None:
    run = story.run("order-3")
    lines = {"lines": [{"n": 1, "item": Record("Line", SCRIPT, {"sku": "cup"})}]}
    run.step("cart", kind="read").completed(lines)
    resumed(run)
    run.completed()


@positive(16)
def input_of_a_class_of_a_script(story: Story) -> None:
    run = story.run("order-4", args=[Record("Order", SCRIPT, {"id": 4})])
    run.step("ship", kind="write").started().died()


@positive(16)
def signal_of_a_class_of_a_notebook(story: Story) -> None:
    run = story.run("leave-1", workflow="leave")
    run.signal("decided", Record("Decision", SCRIPT, {"by": "anna"}))
    awaiting(run, "paid")


@positive(16)
def error_of_a_script(story: Story) -> None:
    run = story.run("order-5")
    error = RecordedError(SCRIPT, "OutOfStock", ("sku-7",), "sku-7")
    run.child("pack", "order-5/pack").answered(EventType.ChildFailed, error=error)
    run.step("apologise", kind="write").started().died()


@negative(16)
def plain_results_of_a_script(story: Story) -> None:
    run = story.run("order-10", args=[{"id": 10}])
    run.step("charge", kind="write", module=SCRIPT).completed({"id": "ch_1", "module": "__main__"})
    run.step("label", kind="read", module=SCRIPT).completed("__main__.Charge")
    run.completed("done")


@negative(16)
def class_of_a_module(story: Story) -> None:
    run = story.run("order-11")
    run.step("charge", kind="write", module=SCRIPT).completed(Record("Charge", "shop.model", {"id": "ch_1"}))
    run.step("state", kind="read", module=SCRIPT).completed(EnumValue("shop.model", "State", "PAID", "paid"))
    run.completed()


@negative(16)
def standard_types_of_a_script(story: Story) -> None:
    run = story.run("order-12", args=[("a", 1)])
    run.step("seats", kind="read", module=SCRIPT).completed({"rows": [1, 2], "free": {3, 4}, "pair": (5, 6)})
    run.completed()


@negative(16)
def class_of_a_script_that_only_goes_out(story: Story) -> None:
    run = story.run("order-13")
    run.step("print", kind="write", args=[Record("Label", SCRIPT, {"text": "a"})]).completed("printed")
    run.completed()


NOTEBOOK = """
class Place(NamedTuple):
    row: int
    seat: int

Place.__module__ = "__main__"

@wb.step(kind="write")
def hold(order) -> Any:
    return Place(3, 14)

@wb.workflow
def flow(order):
    hold(order)
    return store(order)
"""
# fmt: off
has(16, "named tuple of a notebook", NOTEBOOK, Tape(cut=1))
has_not(16, "named tuple of a notebook that stays inside", NOTEBOOK.replace(
    "    return Place(3, 14)", "    return list(Place(3, 14))"), Tape(cut=1))
