"""A log may come from a stranger and a setting may be a secret: what explaining does not run, and does not show."""

from __future__ import annotations

import builtins
from pathlib import Path

import pytest

from tests.analysis.divergence.field_flows import FLOWS, HEAD
from tests.analysis.divergence.mutants import load, record
from workbench.analysis.divergence import Cause, Sure, explain
from workbench.replay.explore import explore

TAX = "def with_tax(amount: float) -> float:\n    return round"
SET = ".__dict__.__setitem__('reached', 1)"
HEAD_LINE = "def with_tax(amount: float) -> float:"
HOSTILE = (
    f"def with_tax(amount: float, x=os.sys.modules['builtins']{SET}) -> float:\n    return 0 * round",
    f"{HEAD_LINE}\n    import builtins\n    builtins{SET}\n    return 0 * round",
    f"{HEAD_LINE}\n    __builtins__.__setitem__('reached', 1)\n    return 0 * round",
    f"{HEAD_LINE}\n    eval('__builtins__.update(reached=1)')\n    return 0 * round",
    f"{HEAD_LINE}\n    getattr(os, 'sys').modules['builtins']{SET}\n    return 0 * round",
    f"{HEAD_LINE}\n    '{{0.__class__}}'.format(amount)\n    os.sys.modules['builtins']{SET}\n    return 0 * round",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_source_of_a_log_is_not_executed_when_it_says_what_the_code_cannot(hostile: str, tmp_path: Path) -> None:
    text = HEAD + FLOWS["checkout"]
    assert TAX in text
    history = record(tmp_path / "a.wlog", load(text.replace(TAX, hostile)).checkout)
    builtins.__dict__.pop("reached", None)
    explanation = explain(load(text).checkout, history, "r")
    assert explanation.sure is Sure.LIKELY
    assert explanation.cause is Cause.ARGUMENT_CHANGED
    assert not hasattr(builtins, "reached")


def test_values_of_the_environment_are_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = HEAD + FLOWS["ambient"].replace('return SETTINGS["channel"]', "return str(len(os.environ['GATE']))")
    monkeypatch.setenv("GATE", "short")
    history = record(tmp_path / "a.wlog", load(text).ambient)
    monkeypatch.setenv("GATE", "canary-7f3a91")
    explanation = explain(load(text).ambient, history, "r")
    assert explanation.cause is Cause.ENVIRONMENT
    assert "GATE" in str(explanation)
    assert "canary" not in str(explanation)


def test_code_that_does_not_end_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(explore.__kwdefaults__, "seconds", 0.2)  # type: ignore[arg-type]  # it has defaults
    text = HEAD + FLOWS["polling"]
    history = record(tmp_path / "a.wlog", load(text).polling)
    endless = text.replace("    poll = 1\n", "    poll = 1\n    while True:\n        pass\n")
    explanation = explain(load(endless).polling, history, "r")
    assert explanation.diverged
    assert explanation.first is not None
    assert explanation.first.asked == "nothing more"


def test_replays_that_differ_by_themselves_prove_no_global_state(tmp_path: Path) -> None:
    text = HEAD + FLOWS["ambient"].replace("discount(user, 10)", "discount(user, random.Random().randrange(10**9))")
    history = record(tmp_path / "a.wlog", load(text).ambient)
    explanation = explain(load(text).ambient, history, "r")
    assert explanation.cause is Cause.RANDOM
    assert all(reason.cause is not Cause.GLOBAL_STATE for reason in explanation.causes)
