"""Writes the notebook in which a person looks at one recording: the cells of a post-mortem, filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from workbench._errors import LogNotFoundError

__all__ = ["notebook_names", "post_mortem_cells", "post_mortem_notebook", "write_post_mortem"]

_LONGEST_STEM = 100
"""Characters: with the longest encoding and a number, the name is still one that file systems take."""


def post_mortem_cells(recording: str, run_id: str = "", *, replays: bool = True) -> list[tuple[str, str]]:
    """Cells of a post-mortem, as `(type, source)`.

    Args:
        recording: File name of the recording, relative to the notebook.
        run_id: The run to look at; the first one by default.
        replays: Code can be replayed against runs of this engine.
    """
    run = f"rec.run({_literal(run_id)})" if run_id else 'next(iter(rec))  # or rec.run("…")'
    cells = [
        ("markdown", "# Post-mortem\nWhat happened? Where was the code? What if? May I re-run this?"),
        ("code", f"import workbench as wb\n\nrec = wb.open({_literal(recording)})\nrec"),
        ("code", "rec.triage()"),
        ("code", f"run = {run}\nrun"),
        ("markdown", "## What happened"),
        ("code", "run.timeline()"),
        ("code", "run.why()"),
        ("code", "run.hazards()"),
        ("markdown", "## What it did to the world, and may I re-run this"),
        ("code", "run.effects()"),
        ("code", "verdict = run.verdict()\nprint(verdict)\nverdict.options"),
        ("markdown", "## Step through it"),
        ("code", "wb.Debugger(run)"),
    ]
    if replays:
        cells += [
            ("markdown", "## Where was the code\nReplay never acts: `trace.step()`, `trace.back()`, `trace.goto(n)`."),
            (
                "code",
                "trace = run.replay()  # or run.replay(workflow)\ntrace.goto(-1)\ntrace",
            ),
            ("code", "trace.stops"),
            ("markdown", "## What if"),
            ("code", "branch = run.what_if()  # .returns(step, value) or .raises(step, error), then .replay()\nbranch"),
        ]
    return cells


def post_mortem_notebook(recording: str, run_id: str = "", *, replays: bool = True) -> dict[str, Any]:
    """The notebook, as its file holds it. See `post_mortem_cells`."""
    cells = post_mortem_cells(recording, run_id, replays=replays)
    return {
        "cells": [_cell(number, *cell) for number, cell in enumerate(cells)],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def notebook_names(recording: str) -> Iterator[str]:
    """Names for the notebook of a recording, best first: `NAME.ipynb`, `NAME-2.ipynb`, and so on.

    Args:
        recording: File name of the recording.
    """
    stem = Path(recording).stem[:_LONGEST_STEM]
    yield f"{stem}.ipynb"
    yield from (f"{stem}-{number}.ipynb" for number in count(2))


def write_post_mortem(recording: Path, run_id: str = "") -> Path:
    """Write a notebook beside a recording, over no other file.

    Args:
        recording: The recording.
        run_id: The run to look at; the first one by default.

    Returns:
        The notebook: the first of its names that is not taken.

    Raises:
        LogNotFoundError: There is no such recording.
    """
    if not recording.exists():
        hint = "check the name; `workbench demo` makes one"
        raise LogNotFoundError(f"no recording at {recording}", path=recording, hint=hint)
    content = post_mortem_notebook(recording.name, run_id)
    for name in notebook_names(recording.name):
        notebook = recording.with_name(name)
        try:
            with notebook.open("x", encoding="utf-8") as file:
                file.write(json.dumps(content, indent=1) + "\n")
        except FileExistsError:
            continue
        return notebook
    raise AssertionError("names of notebooks do not end")


def _literal(text: str) -> str:
    """Python source of a text; what cannot be seen is written out, so that the cell reads as what it means."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in quoted)


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
