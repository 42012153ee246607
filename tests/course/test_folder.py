"""`workbench course` copies the notebooks, overwrites no learner's work, and keeps the solutions apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.course.lesson import FOLDER
from workbench._errors import UsageError
from workbench.cli.main import main
from workbench.course.folder import copy_course

NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))


def test_a_learner_gets_the_notebooks_and_no_solution(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["course", str(tmp_path / "mine")]) == 0
    assert sorted(path.name for path in (tmp_path / "mine").glob("*.ipynb")) == NOTEBOOKS
    assert not (tmp_path / "mine" / "solutions").exists()
    assert not (tmp_path / "mine" / "INSTRUCTOR.md").exists()
    assert "00_index.ipynb" in capsys.readouterr().out


def test_a_teacher_gets_the_solutions_too(tmp_path: Path) -> None:
    copied = copy_course(tmp_path / "mine", solutions=True)
    assert Path("solutions/02.md") in copied.made
    assert (tmp_path / "mine" / "INSTRUCTOR.md").is_file()


def test_work_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    copy_course(tmp_path)
    mine = tmp_path / NOTEBOOKS[1]
    mine.write_text("my own work")
    (tmp_path / NOTEBOOKS[2]).unlink()
    copied = copy_course(tmp_path)
    assert mine.read_text() == "my own work"
    assert [str(path) for path in copied.made] == [NOTEBOOKS[2]]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(UsageError, match="cannot be copied to"):
        copy_course(tmp_path / "mine")
