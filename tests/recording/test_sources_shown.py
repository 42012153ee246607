"""Recorded and present source, where they differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import workbench as wb

BEFORE = """\
import workbench as wb

@wb.step(kind="read")
def price(sku): return len(sku)

@wb.workflow
def sell(sku):
    amount = price(sku)
    return amount + 1
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / f"shop_{tmp_path.name}.py").write_text(BEFORE)
    return tmp_path / f"shop_{tmp_path.name}.py"


def loaded(path: Path) -> Callable[..., Any]:
    from workbench.recording import code_at

    return code_at(f"{path}:sell")


def test_an_excerpt_is_of_the_code_that_was_replayed(shop: Path) -> None:
    import linecache

    log = shop.with_suffix(".wlog")
    with wb.Recorder(log) as recorder:
        recorder.run(loaded(shop), "abc", id="r")
    unchanged = wb.open(log).run("r").replay(loaded(shop))
    unchanged.goto(1)
    assert not unchanged.source().differs
    assert unchanged.excerpt(0) == ["▶    8 │     amount = price(sku)"]

    shop.write_text("# a line more\n" + BEFORE.replace("amount = price(sku)", "amount = price(sku)  # dear"))
    linecache.checkcache()
    trace = wb.open(log).run("r").replay(loaded(shop))
    trace.goto(1)
    assert trace.stop.line == 9
    assert trace.excerpt(0) == [
        "▶    9 │     amount = price(sku)  # dear", "  recorded otherwise:", "▶    8 │     amount = price(sku)",
    ]  # fmt: skip
    source = trace.source()
    assert source.differs
    assert source.recorded == BEFORE
    assert "+# a line more" in source.diff
    assert "not as recorded" in repr(trace)
    assert source.diff in repr(trace.source(shop.name))


def test_code_that_was_loaded_before_its_file_changed_is_shown_as_it_runs(shop: Path) -> None:
    import linecache

    code, log = loaded(shop), shop.with_suffix(".wlog")
    with wb.Recorder(log) as recorder:
        recorder.run(code, "abc", id="r")
    shop.write_text("# quite\n# another\n" + BEFORE.replace("amount", "sum"))
    linecache.checkcache()
    trace = wb.open(log).run("r").replay(code)
    trace.goto(1)
    assert trace.excerpt(0) == ["▶    8 │     amount = price(sku)"]
