"""The table that a benchmark run prints: one row per figure, each beside its peer, and the machine it was measured on.

A benchmark passes when it has measured. A missed target is said in its row and fails the test only where
`$WORKBENCH_BENCH_STRICT` is 1: machines are shared and noisy, and a figure that depends on the neighbours is no
reason to stop a release; a person reads the table. `$WORKBENCH_BENCH_OUT` names a file that gets it as well.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sqlite3
from dataclasses import astuple, dataclass, field
from pathlib import Path

__all__ = ["Row", "Table", "file_system", "micros", "rate"]

_HEAD = ("what", "figure", "peer", "peer's figure", "ratio", "target", "reached")
_PACKAGES = ("dbos", "mcap", "msgpack", "numpy", "pandas", "pyarrow", "temporalio")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        figure: Our figure, with its unit.
        peer: Beside what it was measured.
        peer_figure: The peer's figure, with its unit.
        ratio: The two compared, in words that say which way.
        target: What is to be reached; `""` for a figure that is only reported.
        reached: Whether it is; `None` without a target.
    """

    what: str
    figure: str
    peer: str = ""
    peer_figure: str = ""
    ratio: str = ""
    target: str = ""
    reached: bool | None = None

    def __str__(self) -> str:
        """The row in Markdown."""
        *cells, reached = astuple(self)
        return _line([*cells, {None: "", True: "yes", False: "no"}[reached]])


@dataclass
class Table:
    """The rows of one run.

    Attributes:
        folder: Where files were measured.
        rows: What was measured so far.
        load_before: Load average when the run began.
    """

    folder: Path
    rows: list[Row] = field(default_factory=list)
    load_before: tuple[float, float, float] = field(default_factory=os.getloadavg)

    def add(self, *rows: Row) -> None:
        """Keep and print rows.

        Raises:
            AssertionError: A target was missed, and `$WORKBENCH_BENCH_STRICT` is 1.
        """
        self.rows += rows
        print("", *rows, sep="\n", flush=True)
        missed = [row.what for row in rows if row.reached is False]
        assert not missed or os.environ.get("WORKBENCH_BENCH_STRICT") != "1", f"missed: {', '.join(missed)}"

    def text(self) -> str:
        """The whole table in Markdown, behind the facts of the machine."""
        lines = [*self._machine(), "", _line(_HEAD), _line(["---"] * len(_HEAD)), *map(str, self.rows)]
        return "\n".join(lines) + "\n"

    def publish(self) -> None:
        """Print the table, and write it to `$WORKBENCH_BENCH_OUT` where that is set."""
        print("", self.text(), sep="\n", flush=True)
        out = os.environ.get("WORKBENCH_BENCH_OUT")
        if out:
            Path(out).write_text(self.text(), encoding="utf-8")

    def _machine(self) -> list[str]:
        known = {distribution.name for distribution in importlib.metadata.distributions()}
        versions = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES if name in known]
        before, after = (" ".join(f"{load:.2f}" for load in loads) for loads in (self.load_before, os.getloadavg()))
        return [
            f"- {os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.release()}",
            f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {', '.join(versions)}",
            f"- files on {file_system(self.folder)} ({self.folder})",
            f"- load average before {before}, after {after} (1, 5, 15 minutes)",
        ]


def file_system(folder: Path) -> str:
    """Type of the file system that holds a folder, for example `ext4`; `unknown` where the system does not say."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "unknown"
    place = folder.resolve()
    holding = [(point, kind) for point, kind in mounts if place.is_relative_to(point)]
    return max(holding, key=lambda mount: len(mount[0]))[1] if holding else "unknown"


def micros(value: float) -> str:
    """Microseconds for people."""
    return f"{value:,.1f} µs" if value < 100 else f"{value:,.0f} µs"


def rate(value: float, unit: str) -> str:
    """A rate for people: `1.25 M events/s`."""
    return f"{value / 1e6:.2f} M {unit}/s" if value >= 1e6 / 2 else f"{value:,.0f} {unit}/s"


def _processor() -> str:
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in facts if line.startswith("model name")), platform.machine())


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
