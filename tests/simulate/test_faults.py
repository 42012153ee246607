"""Fault plans: what they strike, and what is said about a wrong one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench._errors import UsageError
from workbench.simulate.faults import FaultCounter, FaultKind, FaultPlan, FaultRule

RULE = {"service": "payment", "kind": "hold_reply"}
EVERY_KIND = [
    RULE | {"method": "POST", "path_contains": "/charges", "occurrence": 2},
    {"service": "stock", "kind": "delay", "delay_seconds": 0.5, "every": True},
    {"service": "mail", "kind": "error", "status": 503, "occurrence": 1},
    {"service": "token", "kind": "hold_before", "occurrence": 1},
    {"service": "subscription", "kind": "drop_reply", "occurrence": 3},
]


def test_a_plan_survives_its_own_json() -> None:
    plan = FaultPlan.from_json(EVERY_KIND)
    assert plan.to_json() == EVERY_KIND
    assert FaultPlan.parse(plan.dumps()) == plan
    assert {rule.kind for rule in plan.rules} == set(FaultKind)


def test_a_rule_strikes_the_first_request_unless_it_says_otherwise() -> None:
    assert FaultPlan.from_json([RULE]).rules == (FaultRule("payment", FaultKind.HOLD_REPLY, occurrence=1),)
    assert FaultPlan.from_json([RULE | {"method": "post"}]).rules[0].method == "POST"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"service": "payments"}, "service"),
        ({"service": 1}, "service"),
        ({"service": None}, "service"),
        ({"kind": "explode"}, "kind"),
        ({"kind": ["delay"]}, "kind"),
        ({"method": 1}, "method"),
        ({"path_contains": None}, "path_contains"),
        ({"occurrence": 0}, "occurrence"),
        ({"occurrence": True}, "occurrence"),
        ({"occurrence": 1.0}, "occurrence"),
        ({"every": 1}, "every"),
        ({"every": True, "occurrence": 1}, "every"),
        ({"kind": "delay"}, "delay_seconds"),
        ({"kind": "delay", "delay_seconds": 0}, "delay_seconds"),
        ({"kind": "delay", "delay_seconds": float("nan")}, "delay_seconds"),
        ({"kind": "delay", "delay_seconds": 3601}, "delay_seconds"),
        ({"kind": "delay", "delay_seconds": True}, "delay_seconds"),
        ({"delay_seconds": 1}, "delay_seconds"),
        ({"kind": "error"}, "status"),
        ({"kind": "error", "status": 200}, "status"),
        ({"kind": "error", "status": "503"}, "status"),
        ({"status": 503}, "status"),
        ({"occurence": 1}, "occurence"),
    ],
)
def test_a_wrong_rule_is_told_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(UsageError) as caught:
        FaultPlan.from_json([RULE, RULE | change])
    assert f"$[1].{place}: " in caught.value.message
    assert caught.value.message.count("$[") == 1


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        FaultPlan.from_json([7, {"kind": "x"}])
    for place in ("$[0]", "$[1].service", "$[1].kind"):
        assert place in caught.value.message


@pytest.mark.parametrize("text", ["", "[", "{}", "7", "[" * 100_000])
def test_what_is_no_plan_is_a_usage_error_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        FaultPlan.parse(text)
    assert "hold_reply" in caught.value.hint


def strikes(plan: list[dict[str, Any]], requests: list[tuple[str, str, str]]) -> list[str]:
    counter = FaultCounter(FaultPlan.parse(json.dumps(plan)))
    struck = [counter.strike(*request) for request in requests]
    return [rule.kind.value if rule else "" for rule in struck]


CHARGE, PROBE, REFUND = ("payment", "POST", "/charges"), ("payment", "GET", "/charges"), ("payment", "POST", "/refunds")


def test_only_matching_requests_count() -> None:
    rule = RULE | {"method": "POST", "path_contains": "charge", "occurrence": 2}
    requests = [CHARGE, PROBE, REFUND, ("stock", "POST", "/charges"), CHARGE, CHARGE]
    assert strikes([rule], requests) == ["", "", "", "", "hold_reply", ""]


def test_every_strikes_all() -> None:
    assert strikes([RULE | {"every": True}], [CHARGE, REFUND]) == ["hold_reply", "hold_reply"]


def test_of_two_rules_the_first_strikes_and_both_count() -> None:
    second = {"service": "payment", "kind": "drop_reply", "occurrence": 2}
    assert strikes([RULE, second], [CHARGE, CHARGE]) == ["hold_reply", "drop_reply"]
    assert strikes([RULE, second | {"occurrence": 1}], [CHARGE, CHARGE]) == ["hold_reply", ""]


@given(seed=st.integers(), rules=st.integers(0, 6))
def test_faults_by_chance_are_plans_and_the_same_for_the_same_seed(seed: int, rules: int) -> None:
    plan = FaultPlan.drawn(seed, rules)
    assert len(plan.rules) == rules
    assert FaultPlan.parse(plan.dumps()) == plan == FaultPlan.drawn(seed, rules)
