from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import workbench as wb
from tests.analysis.hazards.looking import case_of, look, seen
from tests.clock import FakeClock
from tests.story import Story
from workbench._errors import UndecodableError
from workbench.analysis.hazards import Case, Severity, findings_of
from workbench.journal import open_log
from workbench.journal.codec import Record


def told(*results: Any) -> Story:
    story = Story()
    run = story.run("order-42")
    for result in results:
        run.step("charge").completed(result)
    run.completed()
    return story


def charge(module: str = "shop.model", **fields: Any) -> Record:
    return Record("Charge", module, {"id": "ch_1", **fields})


def test_a_class_that_moved() -> None:
    story = told(charge("__main__"), charge("shop.model"))
    assert seen(case_of(story), "payload-type") == [(Severity.DANGER, (5, 3))]


def test_a_field_that_came() -> None:
    (finding,) = look(case_of(told(charge(), charge(currency="EUR"))), "payload-type")
    assert "gained currency" in finding.evidence.text


def test_the_same_class_with_other_values_and_another_class() -> None:
    refund = Record("Refund", "shop.model", {"charge": "ch_1"})
    assert look(case_of(told(charge(), charge(), [refund], {"a": 1})), "payload-type") == []


def test_what_was_not_recorded_or_cannot_be_read() -> None:
    story = Story()
    story.run("order-42").step("open").unrecorded()
    assert seen(case_of(story), "payload-type") == [(Severity.DANGER, (3,))]

    def unreadable(row: int) -> Any:
        if row == 2:
            raise UndecodableError("extension 42 is not known")
        return story.bodies[row]

    story.bodies[2] = {"result": 1}
    history = story.history()
    object.__setattr__(history, "payloads", unreadable)
    (finding,) = look(Case(history, "order-42", story.now_ns), "payload-type")
    assert "extension 42 is not known" in finding.evidence.text


@dataclass(frozen=True)
class Paid:
    id: str


@wb.step(kind="write", name="pay")
def pay() -> dict[str, str]:
    return {"number": "ch_1"}


@wb.step(kind="write", name="pay")
def pay_typed() -> Paid:
    return Paid("ch_1")


@wb.workflow
def old() -> str:
    return str(pay())


@wb.workflow
def new() -> str:
    return pay_typed().id


def test_a_recorded_value_that_does_not_fit_the_type_of_today(tmp_path: Path) -> None:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(old, id="order-42")
    history = open_log(tmp_path / "a.wlog").history
    for code, found in ((new, True), (old, False)):
        case = Case(history, "order-42", history.columns.time_ns[-1], code=code)
        assert bool(look(case, "payload-type")) is found
        assert "detector-failed" not in {finding.hazard.id for finding in findings_of(case)}
