"""Settings of the whole test run: how many examples Hypothesis draws, and that CI may not skip a browser."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = ["tests.browser"]

IN_CI = os.environ.get("CI", "").lower() == "true"

settings.register_profile("fast", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=40,
    deadline=None,
    derandomize=True,  # the same commit gives the same answer
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "fast"))


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Key files and index caches of tests stay out of the home of whoever runs them."""
    state = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_KEYS", str(state / "keys"))
        patch.setenv("WORKBENCH_CACHE", str(state / "cache"))
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For `--dist=loadgroup`: pytest-xdist 3.8 names the group of a test where pytest 9.2 no longer looks for it."""
    for item in items:
        named = vars(item).get("_nodeid")
        if named is not None and item.nodeid != named:
            item._id = named


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a browser test that was skipped has failed: the machine was not set up for it."""
    report = yield
    if IN_CI and report.skipped and item.get_closest_marker("browser") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where CI=true: {report.longreprtext}"
    return report
