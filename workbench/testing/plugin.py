"""`pytest --recordings PATH [--recordings-code module:function]`.

Loaded by every pytest of an environment in which Workbench is installed, so that nothing heavy is imported here:
what opens and replays recordings loads when the option is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["pytest_addoption", "pytest_collect_file", "pytest_configure"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("workbench", "recorded runs as tests")
    group.addoption(
        "--recordings", action="append", default=[], metavar="PATH",
        help="one test per recorded run: a recording, a folder or a quoted glob pattern; may be repeated",
    )  # fmt: skip
    group.addoption(
        "--recordings-code", action="append", default=[], metavar="PLACE",
        help="module:function or file.py:function for the runs of its name; may be repeated; recorded code by default",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Add the recordings to what is collected."""
    if config.getoption("--recordings"):
        from workbench.testing.suite import SUITE, Suite

        suite = config.stash[SUITE] = Suite(config)
        config.args += [str(path) for path in suite.files if str(path) not in config.args]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A recording that was asked for."""
    if not parent.config.getoption("--recordings"):
        return None
    from workbench.testing.suite import SUITE, RecordingFile

    if file_path not in parent.config.stash[SUITE].files:
        return None
    collector: Iterable[pytest.Collector] | pytest.Collector = RecordingFile.from_parent(parent, path=file_path)
    assert isinstance(collector, pytest.Collector)  # noqa: S101 - what `from_parent` makes
    return collector
