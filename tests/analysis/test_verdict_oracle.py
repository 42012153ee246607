"""The verdict against the worlds: no disagreement, and never SAFE where a world ends badly."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.analysis.worlds import DAY, NS, RANK, oracle, undoable
from workbench.analysis import Action, Gates, RunStatus, Safety, State, StepFacts, verdict
from workbench.analysis.docket import Docket
from workbench.analysis.facts import Child
from workbench.analysis.gates import Ruling
from workbench.analysis.judgement import Judge
from workbench.analysis.options import consider
from workbench.analysis.retry import best_start, ceiling, ratings
from workbench.analysis.safety import Deed
from workbench.model import Declaration, Kind

NOW_NS = 2_000_000_000 * NS
ROLLED_BACK = (State.COMPENSATED, State.COMPENSATION_IN_DOUBT, State.COMPENSATION_FAILED)
RUNS_PER_SEED = 500


def any_step(dice: random.Random, number: int, opened: int, answer: int) -> StepFacts:
    """A step in any state that a log can show."""
    kind = dice.choice(list(Kind))
    states = list(State) if kind is Kind.COMPENSATABLE else [state for state in State if state not in ROLLED_BACK]
    state = dice.choice(states)
    answered = answer >= 0
    superseded = not answered and dice.random() < 0.3
    if superseded:
        state = dice.choice([found for found in states if found is not State.NOT_STARTED])
    elif state is State.COMMITTED and not answered:
        state = State.IN_DOUBT
    if state is State.NOT_STARTED and answered:
        state = State.FAILED
    declaration = Declaration(
        name=f"{kind}_{number}",
        kind=kind,
        kind_assumed=dice.random() < 0.2,
        undo="undo" if kind is Kind.COMPENSATABLE and dice.random() < 0.9 else "",
        probe=dice.choice(["", "look"]),
        undo_probe=dice.choice(["", "look_for_undo"]),
        pivot=dice.random() < 0.1,
        undo_null_safe=dice.random() < 0.5,
        key_lifetime_seconds=dice.choice([None, 3600.0, 7.0 * DAY]),
    )
    failures = dice.choice([1, 2, 3]) if state is State.COMPENSATION_FAILED else 0
    repeated = state in {State.COMMITTED, *ROLLED_BACK} and dice.random() < 0.2
    return StepFacts(
        run_id="order-42",
        position=(number + 1,),
        declaration=declaration,
        state=state,
        answered=answered,
        repeated=repeated,
        contradicted=state in {State.COMMITTED, State.COMPENSATED} and dice.random() < 0.1,
        twice=repeated and state is State.COMMITTED and dice.random() < 0.3,
        takes_word=state is State.COMMITTED and (not answered or dice.random() < 0.3) and dice.random() < 0.3,
        attempts=1,
        opened=opened,
        answer=answer,
        started_ns=NOW_NS - int(dice.choice([60.0, 7200.0, 2.0 * DAY, 30.0 * DAY]) * NS),
        key=dice.choice(["", "charge/42", "order-42/1"]),
        key_changed=dice.random() < 0.1,
        body_changed=dice.random() < 0.1,
        superseded=superseded,
        undo_failures=failures,
        undo_definite=dice.random() < 0.5,
    )


def any_run(dice: random.Random, most: int = 5) -> tuple[list[StepFacts], Gates]:
    """Steps that follow each other, overlap, or never got an answer."""
    steps: list[StepFacts] = []
    row = 0
    for number in range(dice.randint(1, most)):
        row += 10
        answer = -1 if dice.random() < 0.25 else row + dice.choice([1, 5, 5, 15, 25])
        steps.append(any_step(dice, number, row, answer))
    contested = frozenset(step.position for step in steps if dice.random() < 0.1)
    status = dice.choice([RunStatus.INTERRUPTED, RunStatus.FAILED, RunStatus.COMPLETED])
    return steps, Gates(status=status, contested=contested)


def compare(seed: int, runs: int) -> None:
    """Every action and every candidate of many runs."""
    dice = random.Random(seed)
    answers: Counter[str] = Counter()
    for _ in range(runs):
        steps, gates = any_run(dice)
        docket = Docket(steps, Judge(NOW_NS, gates.contested))
        cases: list[tuple[Action, int]] = [(action, 0) for action in Action if action is not Action.RETRY_FROM]
        cases += [(Action.RETRY_FROM, start) for start in range(len(steps) + 1)]
        safety: dict[tuple[Action, int], str] = {}
        for action, start in cases:
            expected = oracle(steps, action, start, NOW_NS, gates.contested)
            option = consider(docket, gates, action, start)
            safety[action, start] = expected
            answers[expected] += 1
            assert not (option.safety == "SAFE" and expected != "SAFE"), ("false SAFE", action, start, steps)
            assert option.safety == expected, (action, start, expected, option, steps)
        rated = [RANK[level] for level in ratings(docket, gates)]
        assert rated == [safety[Action.RETRY_FROM, start] for start in range(len(steps))]
        check_best_start(docket, gates, rated)
        check_undo_order(docket, gates)
    assert min(answers[word] for word in RANK) > runs // 10  # the comparison means something


def any_gates(dice: random.Random, steps: list[StepFacts], gates: Gates) -> Gates:
    """Gates that tell early from late candidates."""

    def some(share: float) -> list[StepFacts]:
        return [step for step in steps if dice.random() < share]

    return replace(
        gates,
        children=tuple(Child(step.label, "", step.opened + 3, -1) for step in some(0.1)),
        resumed_children=tuple(
            (Child(step.label, "", step.opened + 3, -1), Ruling(Safety.CHECK, "see the child")) for step in some(0.1)
        ),
        signals=tuple(("approved", step.opened + 3) for step in some(0.1)),
        stale={step.position: "expired" for step in some(0.1)},
        code_check=dice.choice(["clean", "diverged", None]),
        diverged_at=dice.choice([None, (2,), (3,), (9,)]),
    )


def test_the_sweep_over_candidates_agrees_with_each_of_them() -> None:
    dice = random.Random(11)
    for _ in range(1_000):
        steps, gates = any_run(dice, most=8)
        steps = [replace(step, unusable="lost" if dice.random() < 0.05 else "") for step in steps]
        gates = any_gates(dice, steps, gates)
        docket = Docket(steps, Judge(NOW_NS, gates.contested))
        one_by_one = [consider(docket, gates, Action.RETRY_FROM, start).safety for start in range(len(steps))]
        assert [RANK[level] for level in ratings(docket, gates)] == one_by_one


def check_best_start(docket: Docket, gates: Gates, rated: list[str]) -> None:
    """No candidate up to the trouble is rated better, none as good is later."""
    last = ceiling(docket.steps, gates)
    assert all(step.answered for step in docket.steps[:last])
    best = best_start(docket, gates)
    level = RANK.index(rated[best])
    assert best <= last
    assert all(RANK.index(word) >= level for word in rated[: last + 1])
    assert all(RANK.index(word) > level for word in rated[best + 1 : last + 1])


def check_undo_order(docket: Docket, gates: Gates) -> None:
    """Undone in the order of the list, no step is undone while a later one still stands."""
    option = consider(docket, gates, Action.COMPENSATE)
    over = {"not_started", "failed", "compensated"}
    standing = [step for step in docket.steps if undoable(step) and step.state not in over]
    assert len(option.must_compensate) == len(standing)
    for label in option.must_compensate:
        assert standing.pop().label == label


@pytest.mark.parametrize("seed", range(10))
def test_five_thousand_random_runs(seed: int) -> None:
    compare(seed, RUNS_PER_SEED)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 300))
def test_a_hundred_thousand_random_runs(seed: int) -> None:
    compare(seed, RUNS_PER_SEED)


# --- the table, cell by cell: semantics.md 3.4, 864 combinations -----------------------------------------------

PROSE: dict[tuple[str, str], str] = {
    # by state: not_started in_doubt committed failed compensated compensation_in_doubt compensation_failed
    ("pure", "any"): "SAFE SAFE SAFE SAFE - - -",
    ("read", "any"): "SAFE SAFE SAFE SAFE - - -",
    ("idempotent", "forward"): "SAFE SAFE SAFE SAFE - - -",
    ("keyed", "same key"): "SAFE SAFE SAFE SAFE - - -",
    ("keyed", "new key"): "SAFE CHECK UNSAFE SAFE - - -",
    ("idempotent", "compensate"): "SAFE CHECK UNSAFE SAFE - - -",
    ("keyed", "compensate"): "SAFE CHECK UNSAFE SAFE - - -",
    ("compensatable", "resume"): "SAFE CHECK SAFE SAFE UNSAFE UNSAFE UNSAFE",
    ("compensatable", "again"): "SAFE CHECK UNSAFE SAFE SAFE CHECK UNSAFE",
    ("compensatable", "compensate"): "SAFE SAFE SAFE SAFE SAFE SAFE SAFE",
    ("write", "resume"): "SAFE CHECK SAFE SAFE - - -",
    ("write", "again"): "SAFE CHECK UNSAFE SAFE - - -",
    ("write", "compensate"): "SAFE CHECK UNSAFE SAFE - - -",
}
ACTIONS = ("resume", "retry", "rerun", "compensate")


def prose(kind: str, action: str, state: State, *, key_ok: bool, null_safe: bool, probe: bool) -> str:
    """The cell as the rules' prose gives it, footnotes 2, 6 and 7 applied."""
    row = {"pure": "any", "read": "any"}.get(kind)
    if kind == "keyed" and not key_ok and action in {"resume", "retry"}:
        kind = "write"  # footnote 2: an expired key protects as little as none
    if row is None and action == "compensate":
        row = "compensate"
    if row is None:
        row = {
            "idempotent": "forward",
            "keyed": "same key" if key_ok else "new key",
        }.get(kind, "resume" if action == "resume" else "again")
    word = PROSE[kind, row].split()[list(State).index(state)]
    unsure = state in {State.IN_DOUBT, State.COMPENSATION_IN_DOUBT}
    if kind == "compensatable" and action == "compensate" and unsure and not null_safe:
        word = "CHECK"  # footnote 6
    return "UNSAFE" if word == "CHECK" and not probe else word  # footnote 7 and the definition of CHECK


def cell_facts(kind: Kind, state: State, **declared: Any) -> StepFacts:
    declaration = Declaration(
        "step", kind, kind_assumed=False, undo="undo" if kind is Kind.COMPENSATABLE else "", **declared
    )
    answered = state not in {State.NOT_STARTED, State.IN_DOUBT, State.FAILED}
    return StepFacts(
        "r", (1,), declaration, state, answered=answered, attempts=1, opened=1, answer=2 if answered else -1,
        started_ns=NOW_NS - NS, undo_failures=1, undo_definite=True,
    )  # fmt: skip


def test_every_cell_of_the_table() -> None:
    seen = 0
    for kind, state, action in itertools.product(Kind, State, ACTIONS):
        if state in ROLLED_BACK and kind is not Kind.COMPENSATABLE:
            continue
        for key_ok, null_safe, probe in itertools.product((True, False), repeat=3):
            key = "business/42" if key_ok and kind is Kind.KEYED else ""
            asked = {"probe": "look", "undo_probe": "look"} if probe else {}
            facts = cell_facts(kind, state, undo_null_safe=null_safe, **asked)
            facts = replace(facts, key=key)
            deed = Deed.UNDO if action == "compensate" else Deed(action)
            expected = prose(kind, action, state, key_ok=key_ok, null_safe=null_safe, probe=probe)
            assert Judge(NOW_NS)(facts, deed).safety == expected, (kind, state, action, key_ok, null_safe, probe)
            seen += 1
    assert seen == 864


def test_the_verdict_shows_what_the_oracle_says() -> None:
    dice = random.Random(7)
    for _ in range(200):
        steps, gates = any_run(dice)
        found = verdict("order-42", steps, gates, now_ns=NOW_NS)
        numbers = {step.label: number for number, step in enumerate(steps)}
        for row in found.rows:
            start = len(steps) if row.from_step == "end" else numbers.get(row.from_step, 0)
            assert row.safety == oracle(steps, row.action, start, NOW_NS, gates.contested)
        best = found.best_option
        assert best is None or best.safety == "SAFE"
