"""The table of the run, a folder on a real disk, and the million events that several benchmarks read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.benchmarks import million
from tests.benchmarks.ours import frame_from_index
from tests.benchmarks.sides import measure
from tests.benchmarks.table import Table, file_system

_DISKLESS = {"tmpfs", "ramfs"}
_table = pytest.StashKey[Table]()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """A folder where a sync reaches a disk: pytest's own, or one in /var/tmp where that one lies in memory."""
    place = tmp_path_factory.mktemp("bench")
    if file_system(place) in _DISKLESS:
        place = Path(tempfile.mkdtemp(prefix="workbench-bench-", dir="/var/tmp"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _compiled(folder: Path) -> Generator[None]:
    """Interpreters that are started here find compiled modules, as those of an installed package do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(folder / "compiled"))
        yield


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest, folder: Path) -> Table:
    """Where rows are collected; printed when the run ends."""
    return request.config.stash.setdefault(_table, Table(folder))


@pytest.fixture(scope="session")
def million_events(folder: Path) -> million.Files:
    """The million events, written once, and read once so that pages are warm and the index is made."""
    files = million.Files(*(str(folder / name) for name in ("million.wlog", "million.sqlite", "million.mcap", "cache")))
    million.write_log(Path(files.log))
    million.write_sqlite(Path(files.sqlite))
    million.write_mcap(Path(files.mcap))
    measure(frame_from_index, files.log, files.cache)
    for path in (files.sqlite, files.mcap):
        assert Path(path).read_bytes()
    return files


@pytest.fixture(scope="session", autouse=True)
def _peers() -> None:
    missing = [name for name in ("dbos", "mcap") if find_spec(name) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; pip install -e '.[bench]'")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(config: pytest.Config) -> None:
    """Print the whole table."""
    if _table in config.stash:
        config.stash[_table].publish()
