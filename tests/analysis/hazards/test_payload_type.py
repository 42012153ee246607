from __future__ import annotations

from typing import Any

from tests.analysis.hazards.looking import case_of, look, seen
from tests.story import Story
from workbench._errors import UndecodableError
from workbench.analysis.hazards import Case, Severity
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
