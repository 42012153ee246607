"""The scenarios as a page: what each hazard did to the world, whether it was flagged, and what the fix left of it."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.course.hazards.scenario import Played, Scenario

__all__ = ["page_of"]

_HEAD = """\
# Every failure mode, doing harm

One scenario per hazard of the catalogue. Each is a workflow as people write it, a misfortune that befalls it, and the
workflow as it is taught, which the same misfortune befalls. A *life* is one of them: a worker really runs, is killed at
one place, and somebody goes on. *Harmed* are the lives after which the ledger of the simulated services shows what the
sentence says; *flagged* are those of them in whose recording the hazard is found. This page is written by a test that
plays them all.

```python
from workbench.course.hazards import SCENARIOS  # SCENARIOS[0].fails().sweep.figure(); wb.Debugger(….sweep.open(row))
```

| # | hazard | what happens | what the ledger says | harmed | flagged | the fix | harmed after it |
|---:|---|---|---|---:|---:|---|---:|
"""


def page_of(played: Iterable[tuple[Scenario, Played, Played]]) -> str:
    """The page, as Markdown.

    Args:
        played: Each scenario, as it fails and as it holds.
    """
    return _HEAD + "".join(f"| {' | '.join(_row(*one))} |\n" for one in played)


def _row(scenario: Scenario, failing: Played, fixed: Played) -> tuple[str, ...]:
    said = next((sentence for sentence in failing.wrong if scenario.harm in sentence), "")
    kind = scenario.kind
    return (
        str(kind.number), f"**{kind.title}**", _cell(scenario.story), _cell(said),
        f"{len(failing.harmed)} of {len(failing.sweep)}", f"{len(set(failing.harmed) & set(failing.flagged))}",
        _cell(scenario.lesson), f"{len(fixed.harmed)} of {len(fixed.sweep)}",
    )  # fmt: skip


def _cell(text: str) -> str:
    """One line, in which nothing ends the cell."""
    return " ".join(text.split()).replace("|", "\\|")
