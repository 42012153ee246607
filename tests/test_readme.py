"""The Python of the README runs, from top to bottom, with what it leaves out written here."""

from __future__ import annotations

import importlib
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import workbench as wb
from tests.clock import FakeClock

README = (Path(__file__).parent.parent / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
_LEFT_OUT = """
from dataclasses import dataclass

@dataclass
class Order:
    id: str
    sku: str
    cents: int

@dataclass
class Charge:
    id: str
    cents: int

@dataclass
class Receipt:
    charge: str

class SoldOut(Exception): ...

class CardDeclined(Exception): ...

def refund(order, cents, charge): ...

def find_charge(order, cents): ...

order = Order("order-42", "book", 11800)

"""
_BODIES = {
    "def check_stock(sku: str) -> int: ...": "def check_stock(sku: str) -> int: return 3",
    "-> Charge: ...": "-> Charge: return Charge('ch_0', cents)",
    "    ...\n": "    return Receipt(charge.id)\n",
}
_HISTORY = {
    "events": [
        {
            "eventId": "1", "eventTime": "2026-03-01T09:00:00Z", "eventType": "WorkflowExecutionStarted",
            "workflowExecutionStartedEventAttributes": {"workflowType": {"name": "Checkout"}},
        }
    ]
}  # fmt: skip
_DBOS = """
CREATE TABLE workflow_status (workflow_uuid TEXT PRIMARY KEY, name TEXT, status TEXT, created_at INTEGER);
CREATE TABLE operation_outputs (workflow_uuid TEXT, function_id INTEGER, function_name TEXT, output TEXT);
INSERT INTO workflow_status VALUES ('order-7', 'checkout', 'PENDING', 1772355600000);
"""


def _changed(shop: str) -> str:
    """The new version: a fraud check before the charge."""
    shop = shop[: shop.index("with wb.Recorder")].replace("def checkout", "def new_checkout")
    shop = shop.replace("    charge = charge_card", "    check_fraud(order.id)\n    charge = charge_card")
    return shop.replace("@wb.workflow", '@wb.step(kind="read")\ndef check_fraud(order): ...\n\n\n@wb.workflow')


def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    shop, *others = BLOCKS
    for left_out, written in _BODIES.items():
        assert shop.count(left_out) == 1
        shop = shop.replace(left_out, written)
    (tmp_path / "store").mkdir()
    shop = _LEFT_OUT + shop
    (tmp_path / "store" / "shop.py").write_text(shop)
    (tmp_path / "store" / "new_shop.py").write_text(_changed(shop))
    (tmp_path / "logs").mkdir()
    (tmp_path / "history.json").write_text(json.dumps(_HISTORY))
    with closing(sqlite3.connect(tmp_path / "dbos.sqlite")) as database:
        database.executescript(_DBOS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(wb, "Recorder", FakeClock().recorder, raising=False)  # a timer of an hour passes at once
    names = dict(vars(importlib.import_module("store.shop")))
    names["new_checkout"] = importlib.import_module("store.new_shop").new_checkout
    with wb.Recorder(tmp_path / "logs" / "night.wlog") as recorder:
        for number in ("order-42", "order-43"):
            recorder.run(names["checkout"], names["Order"](number, "book", 11800), id=number, business_key=number)
    for block in others:
        exec(compile(block, "README.md", "exec"), names)  # noqa: S102 - the README's own examples
    said = capsys.readouterr().out
    (explained,) = (block for block in others if "rec.check(" in block)
    promised = [line.removeprefix("# ") for line in explained.splitlines() if line.startswith("# ")]
    assert [line for line in promised if line not in said and "…" not in line] == []
    assert len(promised) > 4
