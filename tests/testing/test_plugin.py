"""`pytest --recordings`: recorded runs as tests, in a real pytest on a real recording."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

_CODE = """
import workbench as wb

@wb.step(kind="read")
def price(sku: str) -> int:
    return len(sku)

@wb.step(kind="write")
def charge(amount: int) -> str:
    return f"ch_{amount}"

@wb.workflow
def sell(sku: str) -> str:
    return charge(price(sku))
"""
_CHANGED = _CODE.replace("return charge(price(sku))", "price('first')\n    return charge(price(sku))")
_RECORD = """
import sys
import workbench as wb
import shop

with wb.Recorder(sys.argv[1]) as recorder:
    for number in (41, 42):
        recorder.run(shop.sell, "book", id=f"order-{number}")
"""
_ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "shop.py").write_text(_CODE)
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n")
    (tmp_path / "recordings").mkdir()
    made = _python(tmp_path, "-c", _RECORD, "recordings/shop.wlog")
    assert made.returncode == 0, made.stderr
    return tmp_path


def _python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT}{os.pathsep}{folder}", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def _pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    installed = any(point.value == "workbench.testing.plugin" for point in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "workbench.testing.plugin")
    return _python(folder, "-m", "pytest", "-v", "-p", "no:cacheprovider", *plugin, *words)


def test_every_recorded_run_is_a_test_beside_the_others(project: Path) -> None:
    done = _pytest(project, "--recordings", "recordings")
    assert "recordings/shop.wlog::order-41 PASSED" in done.stdout, done.stdout
    assert "recordings/shop.wlog::order-42 PASSED" in done.stdout
    assert "test_plain.py::test_plain PASSED" in done.stdout
    assert done.returncode == 0


def test_changed_code_fails_with_the_explanation(project: Path) -> None:
    (project / "shop.py").write_text(_CHANGED)
    done = _pytest(project, "--recordings", "recordings/*.wlog")
    assert done.returncode == 1
    assert "recordings/shop.wlog::order-42 FAILED" in done.stdout, done.stdout
    assert "run order-42 diverges at 1: step inserted (likely)" in done.stdout
    assert "+    price('first')" in done.stdout
    assert "wb.patched" in done.stdout
    assert "Traceback" not in done.stdout


def test_other_code_is_named_by_its_place(project: Path) -> None:
    (project / "newer.py").write_text(_CHANGED)
    done = _pytest(project, "--recordings", "recordings/shop.wlog", "--recordings-code", "newer.py:sell")
    assert done.returncode == 1
    assert "2 failed, 1 passed" in done.stdout, done.stdout


def test_one_run_is_chosen_as_any_test_is(project: Path) -> None:
    done = _pytest(project, "--recordings", "recordings", "-k", "order-42")
    assert "1 passed, 2 deselected" in done.stdout, done.stdout


def test_workers_share_the_runs(project: Path) -> None:
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    done = _pytest(project, "--recordings", "recordings", "-n", "2")
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_no_recording_is_an_error_and_no_empty_success(project: Path) -> None:
    done = _pytest(project, "--recordings", "nowhere")
    assert done.returncode == 4, done.stdout
    assert "no recording at" in done.stderr


def test_code_that_is_gone_is_a_failure(project: Path) -> None:
    (project / "shop.py").unlink()
    done = _pytest(project, "--recordings", "recordings")
    assert "2 failed, 1 passed" in done.stdout, done.stdout
    assert "--recordings-code" in done.stdout


def test_without_the_option_nothing_heavy_is_loaded(project: Path) -> None:
    (project / "test_cost.py").write_text(
        "import sys\n\ndef test_cost():\n"
        "    heavy = {'pandas', 'numpy', 'pyarrow', 'plotly', 'workbench.recording', 'workbench.analysis'}\n"
        "    assert 'workbench.testing.plugin' in sys.modules\n"
        "    assert not heavy & set(sys.modules)\n"
    )
    done = _pytest(project, "test_cost.py")
    assert "1 passed" in done.stdout, done.stdout
