"""`rec.compare` and `wb.diff`: where two runs part, as frame, text and figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workbench as wb
from tests.clock import FakeClock
from tests.recording.test_recording import DeclinedError, sell
from workbench.recording import Comparison


@pytest.fixture
def recording(tmp_path: Path) -> wb.Recording:
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sell, "book", id="one")
        recorder.run(sell, "book", id="same")
        recorder.run(sell, "a long book", id="two")
    return wb.open(tmp_path / "a.wlog")


def test_runs_are_compared_by_id_or_as_they_are(recording: wb.Recording) -> None:
    by_id, by_run = recording.compare("one", "two"), recording.compare(recording["one"], recording["two"])
    assert by_id.frame.equals(by_run.frame)
    assert by_id.frame.equals(wb.diff(recording["one"], recording["two"]).frame)
    with pytest.raises(wb.errors.RunNotFoundError):
        recording.compare("one", "nobody")


def test_equal_runs_are_the_same(recording: wb.Recording) -> None:
    alike = recording.compare("one", "same")
    assert alike.same
    assert alike.same_prefix == len(alike) == 2
    assert alike.differences.empty
    assert str(alike) == "run one and run same: the same 2 calls with the same answers"


def test_where_they_part_is_said_in_words(recording: wb.Recording) -> None:
    branch = recording["one"].what_if(sell).raises("charge", DeclinedError(4)).answer("ch_1")
    parted = recording.compare("one", branch)
    assert not parted.same
    assert parted.same_prefix == 1
    assert parted.differences["what"].tolist() == ["outcome", "inserted"]
    text = str(parted)
    assert "the same up to charge (2), 1 calls; then 1 with another outcome, 1 only on the right" in text
    assert "DeclinedError(4)" in text
    assert ".figure()" in repr(parted)
    assert parted.titles == ("run one", "a branch of one")


def test_what_took_longer_is_told_though_all_calls_are_the_same(recording: wb.Recording) -> None:
    late = recording.compare("one", recording["one"].what_if(sell).delays("price", 3600))
    assert late.same
    assert late.slower["name"].tolist() == ["price"]
    assert 3599 < late.slower["seconds_more"].iloc[0] < 3601
    assert "price (1) 60.0 min longer on the right" in str(late)
    assert "60.0 min longer" in late._repr_html_()


def test_the_figure_has_what_the_frame_has(recording: wb.Recording) -> None:
    branch = recording["one"].what_if(sell).raises("charge", DeclinedError(4)).answer("ch_1")
    comparison = recording.compare("one", branch)
    marks = sum(len(trace.x) for trace in comparison.figure().data if trace.mode == "markers")
    single = comparison.frame["what"].isin(["inserted", "deleted"]).sum()
    assert marks == 2 * len(comparison) - single


def test_html_is_escaped(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    with FakeClock().recorder(tmp_path / "a.wlog") as recorder:
        recorder.run(sell, "book", id="one")
        recorder.run(sell, evil, id=evil)
    recording = wb.open(tmp_path / "a.wlog")
    html = recording.compare("one", evil)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_long_list_of_differences_is_cut() -> None:
    from tests.analysis.test_diff import calls
    from workbench.analysis import align

    frame = align(calls(*(f"a{number}" for number in range(40))), [])
    shown: Any = Comparison(frame, ("one", "two"))
    assert "… and 28 more, see .differences" in str(shown)
