"""A run can be looked at as if it were another time: what grows old is judged by that time, and acting is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import workbench as wb
from workbench._errors import UsageError

DAY = timedelta(days=1)


@wb.step(kind="keyed", key=lambda order: f"charge/{order}", key_lifetime_seconds=86_400)
def charge(order: str) -> str:
    return order


@wb.step(kind="read")
def look() -> int:
    raise ConnectionError("nobody is there")


@wb.workflow
def purchase(order: str) -> None:
    charge(order)
    look()


@pytest.fixture
def run(tmp_path: Path) -> wb.Run:
    with wb.Recorder(tmp_path / "a.wlog") as recorder, pytest.raises(ConnectionError):
        recorder.run(purchase, "o-1", id="first")
    return wb.open(tmp_path / "a.wlog").run()


def rerun(run: wb.Run) -> str:
    options = run.verdict(purchase).options
    return str(options.loc[options["action"] == "rerun", "safety"].iloc[0])


def test_a_key_lives_now_and_does_not_later(run: wb.Run) -> None:
    now = datetime.now(UTC)
    assert rerun(run) == rerun(run.as_of(now + DAY / 2)) == "SAFE"
    assert rerun(run.as_of(now + 2 * DAY)) == "UNSAFE"


def test_whoever_acts_acts_now(run: wb.Run) -> None:
    later = run.as_of(datetime.now(UTC) + 2 * DAY)
    assert later.rerun(purchase, dry_run=True).option.safety == "SAFE"
    assert rerun(later.refresh()) == "SAFE"


def test_a_moment_without_a_time_zone_is_refused(run: wb.Run) -> None:
    with pytest.raises(UsageError, match="names no instant"):
        run.as_of(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point
