"""The public names, and what `import workbench` costs: the standard library and msgpack, nothing else."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import workbench as wb

NAMES = {
    *("Branch", "Debugger", "Kind", "Recorder", "Recording", "Retry", "Run", "WorkbenchError", "child", "current_key"),
    *(
        "diff",
        "errors",
        "gather",
        "lint",
        "now",
        "open",
        "patched",
        "random",
        "compare_designs",
        "signal",
        "sleep",
        "step",
        "sweep_crashes",
        "uuid4",
        "workflow",
    ),
}

HEAVY = {
    "pandas",
    "numpy",
    "pyarrow",
    "plotly",
    "IPython",
    "rich",
    "anywidget",
    "ipywidgets",
    "pydantic",
    "cryptography",
}

BARE = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(HEAVY | {"httpx", "requests", "dbos", "temporalio"})!r}:
            raise ModuleNotFoundError(f"not in a base install: {{name}}", name=name)

sys.meta_path.insert(0, Refuse())
"""


def in_bare_install(code: str, folder: Path) -> str:
    """Run code as if only msgpack were installed."""
    done = subprocess.run(
        [sys.executable, "-c", BARE + textwrap.dedent(code)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_public_names_are_these() -> None:
    assert sorted(wb.__all__) == sorted(NAMES)
    for name in NAMES:
        assert getattr(wb, name) is not None
    assert set(dir(wb)) >= NAMES


def test_importing_loads_nothing_heavy() -> None:
    code = f"import sys, workbench; print([name for name in {sorted(HEAVY)!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_base_install_records_resumes_and_examines(tmp_path: Path) -> None:
    out = in_bare_install(
        """
        import workbench as wb

        @wb.step(kind="write")
        def act(n): return n + 1

        @wb.step(kind="read")
        async def look(n): return n

        @wb.workflow
        def flow(n): return act(n)

        @wb.workflow
        async def side_by_side(n): return await wb.gather(look(n), look(n + 1))

        with wb.Recorder("bare.wlog") as recorder:
            print(recorder.run(flow, 1, id="one"), recorder.run(side_by_side, 5, id="two"))
        with wb.Recorder("bare.wlog") as recorder:
            print(recorder.run(flow, 1, id="one"))
        from workbench.cli import main
        print(main(["doctor", "bare.wlog"]), main(["dump", "bare.wlog"]), main(["ls", "bare.wlog"]))
        from workbench.journal import open_log
        from workbench.replay import replay
        print(replay(flow, open_log("bare.wlog").history, run_id="one").outcome)
        """,
        tmp_path,
    )
    lines = out.splitlines()
    assert lines[:2] == ["2 [5, 6]", "2"]
    assert lines[-2:] == ["0 0 8", "completed with 2"]
