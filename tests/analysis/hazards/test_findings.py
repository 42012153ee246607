"""The list of findings, its frame, the registry, and that nothing a log can hold breaks a detector."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.analysis.hazards.looking import case_of
from tests.engines.real import dbos_file, temporal_files
from tests.story import Story
from workbench._errors import LogError, UsageError
from workbench.analysis.hazards import (
    ALSO_FLAGGED,
    HAZARDS,
    Case,
    Evidence,
    Hazard,
    Severity,
    Sight,
    findings_of,
    register,
    registered,
    stale_steps,
    table_of,
    unregister,
)
from workbench.engines import load
from workbench.journal.codec import Record, Redacted
from workbench.model import EventType

FIRST_COLUMNS = ["hazard", "title", "severity", "run_id", "seqs", "evidence", "fix", "false_alarm_if"]
EVERY = (*HAZARDS, *ALSO_FLAGGED)


def troubled() -> Case:
    """An open run with an expired token and a charge in doubt."""
    story = Story()
    run = story.run("order-42<b>")
    run.step("log_in", kind="read").completed(
        {"access_token": Redacted("access_token", "0f" * 6, {}, b"x"), "expires_in": 60}
    )
    run.step("charge \x1b[31m").started().died()
    return case_of(story, "order-42<b>", after_seconds=3600)


# --- the catalogue -------------------------------------------------------------------------------------------------


def test_the_numbers_are_those_of_the_catalogue() -> None:
    assert [hazard.number for hazard in HAZARDS] == list(range(1, 27))
    assert {hazard.number for hazard in ALSO_FLAGGED} == {0}
    assert len({hazard.id for hazard in EVERY}) == len(EVERY) == 30


@pytest.mark.parametrize("hazard", EVERY, ids=lambda hazard: hazard.id)
def test_each_says_why_what_to_do_and_when_it_is_no_trouble(hazard: Hazard) -> None:
    assert len(hazard.explanation) > 60
    assert hazard.explanation.endswith(".")
    assert "\n    " in hazard.fix, "a snippet"
    assert hazard.false_alarm_if
    assert hazard.source


def test_the_table_has_one_row_per_hazard() -> None:
    lines = table_of(EVERY).splitlines()
    assert len(lines) == 2 + len(EVERY)
    assert {line.count("|") - line.count("\\|") for line in lines} == {8}
    assert lines[2].startswith(
        "| 1 | **Expired credential in a cached result** | `expired-credential` | danger | log |"
    )


# --- findings ------------------------------------------------------------------------------------------------------


def test_the_worst_comes_first() -> None:
    found = findings_of(troubled())
    assert [(finding.hazard.id, finding.severity) for finding in found] == [
        ("in-doubt", "danger"),
        ("expired-credential", "warning"),
    ]
    assert [finding.id for finding in found] == ["in-doubt:order-42<b>:4", "expired-credential:order-42<b>:3"]


def test_the_text_and_the_html_are_harmless() -> None:
    found = findings_of(troubled())
    text = repr(found)
    assert text.startswith("danger:\n  Step in doubt: charge \\x1b[31m (2) may have happened")
    assert "\x1b" not in text
    page = found._repr_html_()
    assert "\x1b" not in page
    assert "<h4>danger</h4>" in page
    assert "find_charge" in page, "the fix"
    assert "<b>" not in page
    assert repr(findings_of(troubled(), ())) == "no hazard found"


def test_the_frame() -> None:
    frame = findings_of(troubled()).frame
    assert list(frame.columns)[:8] == FIRST_COLUMNS
    assert list(frame.hazard) == ["in-doubt", "expired-credential"]
    assert list(frame.seqs) == [[4], [3]]
    assert frame.severity.cat.ordered
    assert (frame.severity > "note").all()
    empty = findings_of(troubled(), ()).frame
    assert dict(empty.dtypes.drop(["hazard", "title", "run_id"])) == dict(
        frame.dtypes.drop(["hazard", "title", "run_id"])
    )
    assert isinstance(empty.hazard.dtype, pd.CategoricalDtype)


def test_an_unknown_run_has_no_findings() -> None:
    case = case_of(Story(), "nobody")
    assert findings_of(case) == []
    assert stale_steps(case) == {}


# --- the registry --------------------------------------------------------------------------------------------------


def own(detect: Any, id: str = "no-weekend") -> Hazard:
    return Hazard(id, 0, "Acts on a weekend", Severity.NOTE, Sight.LOG, "Because.", "Wait.", "", detect)


@pytest.fixture
def registry() -> Iterator[None]:
    before = registered()
    yield
    for hazard in registered():
        if hazard not in before:
            unregister(hazard.id)


@pytest.mark.usefixtures("registry")
def test_a_hazard_of_the_users_own() -> None:
    register(own(lambda case: [Evidence(case.seqs(case.rows[0]), "it is Saturday")]))
    assert [finding.hazard.id for finding in findings_of(troubled())][-1] == "no-weekend"
    with pytest.raises(UsageError, match="'no-weekend' already"):
        register(own(lambda _: ()))
    with pytest.raises(UsageError, match="'in-doubt' already"):
        register(own(lambda _: (), "in-doubt"))
    unregister("no-weekend")
    with pytest.raises(UsageError, match="'no-weekend' was registered"):
        unregister("no-weekend")
    with pytest.raises(UsageError):
        unregister("in-doubt")


def fails(case: Case) -> Iterator[Evidence]:
    yield Evidence(case.seqs(case.rows[0]), "before")
    raise KeyError("lost \x1b")


@pytest.mark.usefixtures("registry")
def test_a_detector_that_fails_is_said_and_costs_nothing_else() -> None:
    register(own(fails))
    found = findings_of(troubled())
    assert [finding.hazard.id for finding in found] == [
        "in-doubt",
        "expired-credential",
        "detector-failed",
        "no-weekend",
    ]
    failed = found[2]
    assert failed.evidence.text == "the detector of no-weekend failed: KeyError: 'lost \\x1b'"
    assert failed.id == "detector-failed:order-42<b>:no-weekend"


# --- anything ------------------------------------------------------------------------------------------------------


def nested(depth: int) -> Any:
    value: Any = "end"
    for _ in range(depth):
        value = [value]
    return value


HOSTILE: list[Any] = [
    Decimal("NaN"), Decimal("sNaN"), {"expires_in": Decimal("NaN"), "token": "abc"}, Decimal("1E+999999"),
    None, True, -1, 10**400, -(10**30), float("nan"), float("inf"), "", "\ud800", "\x1b[2J", b"\xff\x00", [], {},
    {1: 2, None: 3},
    nested(100), {"expires_in": float("inf")}, {"expires_at": 10**400, "token": "abc"}, {"expires_in": "9" * 5_000},
    {"token": "eyJ" + "a" * 50_000 + "." + "b" * 50_000}, {"exp": "9999-12-31T23:59:59Z", "session": "s"},
    {"valid_until": "0001-01-01"}, {"token": Redacted("jwt", "0f" * 6, {"exp": 10**30})}, "?" * 10_000 + "&Signature=",
    Redacted("jwt", "0f" * 6, {"exp": nested(50)}),
    Record("Gone", "pkg", {"expires_in": -5, "access_token": b"x" * 99}),
    {"a": "⟨redacted:jwt:0f0f0f0f0f0f⟩"}, "2" * 64, {("a", 1): "tuple key"},
    {"etag": nested(10)}, {"args": {"args": {}}},
]  # fmt: skip


@pytest.mark.parametrize("hazard", EVERY, ids=lambda hazard: hazard.id)
def test_hostile_payloads(hazard: Hazard) -> None:
    story = Story()
    run = story.run("order-42")
    names = (
        "args",
        "kwargs",
        "result",
        "value",
        "error",
        "seconds",
        "due_ns",
        "key",
        "id",
        "recoveries",
        "source",
        "happened",
    )
    for number, value in enumerate(HOSTILE):
        for kind in EventType:
            if kind not in {
                EventType.RunCompleted,
                EventType.RunFailed,
                EventType.RunCancelled,
                EventType.DecisionMade,
            }:
                step = run.step("fetch", kind="keyed", at=(number + 1,))
                run.event(kind, step.declaration, (number + 1,), (2, "Odd", 3), **dict.fromkeys(names, value))
        story.wait(4_000)
    for ended in (False, True):
        if ended:
            run.failed("Odd")
        case = case_of(story, after_seconds=1e9)
        for finding in findings_of(case, [hazard]):
            assert finding.hazard is hazard, finding.evidence.text
        stale_steps(case)


def test_histories_of_real_engines_are_read_without_a_failure() -> None:
    runs, found = 0, set()
    for path in [*temporal_files(), *(dbos_file(name) for name in ("dbos_checkout", "dbos_after_crash"))]:
        for case in cases_in(path):
            runs += 1
            found |= {(finding.hazard.id, path.name) for finding in findings_of(case)}
            stale_steps(case)
    assert runs > 100
    assert "detector-failed" not in {id for id, _ in found}
    assert ("in-doubt", "sdk-go__activity.cancel.sm.repro.json") in found
    # Nothing of the kind is in them.
    assert {"expired-credential", "duplicate-effect", "clear-secret", "stale-check"}.isdisjoint(id for id, _ in found)


def cases_in(path: Path) -> Iterator[Case]:
    try:
        loaded = load(path)
    except LogError:
        return
    for run_id in loaded.history.run_ids:
        yield Case(loaded.history, run_id, max(loaded.history.columns.time_ns), loaded.report)


def test_detectors_by_columns_read_no_payload_of_a_run_without_trouble() -> None:
    story = Story()
    run = story.run("order-42")
    run.step("stock", kind="read").attempt_failed("Timeout").completed(3)
    run.step("charge", kind="compensatable", key="charge/42").completed()
    run.timer(3600).fired()
    run.signal("approved", "yes")
    run.recovered()
    run.completed()

    def unread(row: int) -> Any:
        raise AssertionError(f"the payload of row {row} was read")

    blind = Case(dataclasses.replace(story.history(), payloads=unread), "order-42", story.now_ns)
    wanted = [hazard for hazard in EVERY if hazard.columns_only]
    assert {"clock-skew", "in-doubt", "two-writers", "early-retry"} <= {hazard.id for hazard in wanted}
    assert findings_of(blind, wanted) == []
