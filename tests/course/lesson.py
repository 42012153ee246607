"""A notebook's exercise as a learner meets it: the cells that are given, the cell to be changed, the check."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path
from typing import Any

import nbformat

from workbench import course
from workbench.course.exercises import Check

__all__ = ["FOLDER", "Lesson", "wrong_titles"]

FOLDER = Path(__file__).parents[2] / "notebooks"
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


class Lesson:
    """One exercise.

    Cells tagged `given` define what the exercise needs, the one tagged `exercise` is what the learner changes, and the
    one tagged `check` ends in the self-check. Where a notebook has several exercises, their letters follow the tags:
    `exercise-b`.
    """

    def __init__(self, id: str) -> None:
        number = re.sub(r"\D", "", id)
        self._suffix = "".join(f"-{letter}" for letter in re.sub(r"\d", "", id))
        (path,) = FOLDER.glob(f"{int(number):02}_*.ipynb")
        notebook: Any = nbformat.read(path, 4)  # type: ignore[no-untyped-call]  # it has no annotations
        self._cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        page = (FOLDER / "solutions" / f"{int(number):02}{self._suffix}.md").read_text(encoding="utf-8")
        self.solution, *self.wrong = _BLOCK.findall(page)

    @property
    def original(self) -> str:
        """What the learner finds."""
        return self._tagged(f"exercise{self._suffix}")[0]

    def check(self, answer: str) -> Check:
        """What the self-check says of an answer.

        Args:
            answer: What the learner wrote into the cell.
        """
        found = self._ask(answer, course)
        assert isinstance(found, Check)
        return found

    def handed_in(self, answer: str) -> Any:
        """What the self-check is given, and nothing is checked yet.

        Args:
            answer: What the learner wrote into the cell.
        """
        return self._ask(answer, types.SimpleNamespace(check=lambda _id, code: code))

    def _ask(self, answer: str, whom: Any) -> Any:
        module = types.ModuleType(f"learner_{abs(hash(answer))}")
        sys.modules[module.__name__] = module  # classes and annotations of its cells are looked up there
        for cell in [*self._tagged("given"), answer]:
            exec(compile(cell, module.__name__, "exec"), module.__dict__)  # noqa: S102 - what a notebook does
        module.__dict__["course"] = whom
        (question,) = self._tagged(f"check{self._suffix}")
        return eval(compile(question, module.__name__, "eval"), module.__dict__)  # noqa: S307 - the same

    def _tagged(self, tag: str) -> list[str]:
        found = [cell.source for cell in self._cells if tag in cell.metadata.get("tags", [])]
        assert found, f"no cell is tagged {tag}"
        return found


def wrong_titles(id: str) -> list[str]:
    """What the page of solutions calls the wrong fixes, in their order."""
    number, letters = int(re.sub(r"\D", "", id)), "".join(f"-{letter}" for letter in re.sub(r"\d", "", id))
    page = (FOLDER / "solutions" / f"{number:02}{letters}.md").read_text(encoding="utf-8")
    return re.findall(r"^## Wrong: (.*)$", page, re.MULTILINE)
