"""Two real incidents, made once per test process: a checkout killed after its charge, and one killed during it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.recording import Run, open_recording
from workbench.simulate.demo import CrashAt, Demo

__all__ = ["doubtful_demo", "doubtful_run", "killed_demo", "killed_run"]


def _incident(folder: Path, crash_at: CrashAt) -> Iterator[Demo]:
    with Demo(folder, crash_at=crash_at) as demo:
        assert demo.run_worker() == -9
        yield demo


@pytest.fixture(scope="module")
def killed_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Killed between charge and subscription; the shop is still running."""
    yield from _incident(tmp_path_factory.mktemp("killed"), CrashAt.AFTER_CHARGE)


@pytest.fixture(scope="module")
def doubtful_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Killed while the provider had charged and not yet answered."""
    yield from _incident(tmp_path_factory.mktemp("doubtful"), CrashAt.IN_CHARGE)


@pytest.fixture
def killed_run(killed_demo: Demo) -> Run:
    return open_recording(killed_demo.log).run()


@pytest.fixture
def doubtful_run(doubtful_demo: Demo) -> Run:
    return open_recording(doubtful_demo.log).run()
