"""What lint follows: modules of the workflow's package, and of the folder that it was imported from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from workbench.analysis import lint
from workbench.analysis.lint.homes import home_of

SCRIPT = """
import workbench as wb
from {module} import turn

@wb.step
def weigh(fleece):
    return 3

@wb.workflow
def flow(order):
    weigh(turn())
"""
CLOCK = "import time\ndef turn():\n    return time.time()\n"


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = {*sys.modules}
    yield
    for name in {*sys.modules} - before:
        del sys.modules[name]


def rules(folder: Path, module: str) -> list[str]:
    (folder / "shearing.py").write_text(SCRIPT.format(module=module))
    import shearing  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports] - written a line before

    return [remark.rule for remark in lint(shearing.flow)]


def test_a_script_beside_it_is_followed(tmp_path: Path) -> None:
    (tmp_path / "barn_clock.py").write_text(CLOCK)
    assert rules(tmp_path, "barn_clock") == ["WB101"]


def test_a_package_beside_it_is_followed(tmp_path: Path) -> None:
    (tmp_path / "barn").mkdir()
    (tmp_path / "barn" / "__init__.py").write_text("")
    (tmp_path / "barn" / "clock.py").write_text(CLOCK)
    assert rules(tmp_path, "barn.clock") == ["WB101"]


def test_what_is_installed_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    (installed / "barn_library.py").write_text(CLOCK)
    monkeypatch.syspath_prepend(str(installed))
    assert rules(tmp_path, "barn_library") == []


def test_strangers_in_one_folder_of_installed_modules_do_not_belong_together() -> None:
    ours, theirs = ({"__name__": n, "__file__": f"/usr/lib/python3/dist-packages/{n}.py"} for n in ("a", "b"))
    assert not home_of(ours).holds(theirs)
    assert home_of(ours).holds(ours)


def test_a_notebook_is_at_home_in_the_folder_that_it_runs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    beside = ModuleType("beside")
    beside.__file__ = str(tmp_path / "beside.py")
    assert home_of({"__name__": "__main__"}).holds(vars(beside))


def test_a_module_of_which_nobody_knows_the_file_holds_its_own_package_only() -> None:
    assert home_of({"__name__": "shop.flows"}).holds({"__name__": "shop.rates"})
    assert not home_of({"__name__": "flows"}).holds({"__name__": "rates"})
