"""Writes the notebook in which a person looks at one recording: the cells of a post-mortem, filled in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench._errors import LogNotFoundError

__all__ = ["post_mortem_cells", "write_post_mortem"]


def post_mortem_cells(recording: str) -> list[tuple[str, str]]:
    """Cells of a post-mortem, as `(type, source)`.

    Args:
        recording: File name of the recording, relative to the notebook.
    """
    name = json.dumps(recording)  # a JSON string is a Python string literal too, whatever characters it has
    return [
        ("markdown", "# Post-mortem\nWhat happened? Where was the code? What if? May I re-run this?"),
        ("code", f"import workbench as wb\n\nrec = wb.open({name})\nrec"),
        ("code", 'run = next(iter(rec))  # or rec.run("…")\nrun'),
        ("markdown", "## What happened"),
        ("code", "run.timeline()"),
        ("code", "run.effects()"),
        ("markdown", "## Where was the code\nReplay never acts: `trace.step()`, `trace.back()`, `trace.goto(n)`."),
        ("code", "trace = run.replay()\ntrace.goto(-1)\ntrace"),
        ("code", "trace.stops"),
        ("markdown", "## What if"),
        ("code", "branch = run.what_if()  # .returns(step, value) or .raises(step, error), then .replay()\nbranch"),
        ("markdown", "## May I re-run this"),
        ("code", "verdict = run.verdict()\nprint(verdict)\nverdict.options"),
    ]


def write_post_mortem(recording: Path) -> Path:
    """Write a notebook beside a recording, over no other file.

    Args:
        recording: The recording.

    Returns:
        The notebook: `NAME.ipynb`, or the first of `NAME-2.ipynb`, … that is not taken.

    Raises:
        LogNotFoundError: There is no such recording.
    """
    if not recording.exists():
        hint = "check the name; `workbench demo` makes one"
        raise LogNotFoundError(f"no recording at {recording}", path=recording, hint=hint)
    notebook = recording.with_suffix(".ipynb")
    number = 2
    while notebook.exists():
        notebook = recording.with_name(f"{recording.stem}-{number}.ipynb")
        number += 1
    content = {
        "cells": [_cell(n, *cell) for n, cell in enumerate(post_mortem_cells(recording.name))],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    notebook.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return notebook


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
