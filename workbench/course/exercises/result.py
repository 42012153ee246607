"""What became of a learner's code: which trials it passed, what went wrong in the others, and the runs to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench._errors import UsageError
from workbench.model import visible
from workbench.views.markup import html_text

if TYPE_CHECKING:
    import pandas as pd

    from workbench.recording import Run
    from workbench.simulate import World

__all__ = ["Check", "Result"]


@dataclass(frozen=True)
class Result:
    """What became of one trial.

    Attributes:
        name: What happened.
        hint: A question that helps.
        faults: For each life what is wrong after it; `""` for nothing.
        show: Opens the recording of a life by its number.
        world: Gives the world of a life by its number; `None` where there is none to be had.
    """

    name: str
    hint: str
    faults: tuple[str, ...]
    show: Callable[[int], Run] = field(repr=False)
    world: Callable[[int], World] | None = field(default=None, repr=False)

    @property
    def bad(self) -> list[int]:
        """Numbers of the lives that did harm, or came to no good end."""
        return [number for number, fault in enumerate(self.faults) if fault]

    @property
    def passed(self) -> bool:
        """No life was bad."""
        return not any(self.faults)

    @property
    def fault(self) -> str:
        """What is wrong with the first bad life; `""` for nothing."""
        return next(filter(None, self.faults), "")


class Check:
    """Whether an exercise is solved. It is what a self-check cell shows.

    Args:
        title: The exercise.
        results: What became of its trials.
    """

    def __init__(self, title: str, results: Sequence[Result]) -> None:
        self.title = title
        self.results = tuple(results)

    @property
    def passed(self) -> bool:
        """Every trial was passed."""
        return all(result.passed for result in self.results)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per trial.

        Columns: `trial` (str, what happened), `passed` (bool), `lives` and `bad` (int64), `wrong` (str, the first thing
        that went wrong; `""` for nothing), `hint` (str, `""` for one that was passed).
        """
        import pandas as pd

        rows = [
            (one.name, one.passed, len(one.faults), len(one.bad), one.fault, "" if one.passed else one.hint)
            for one in self.results
        ]
        frame = pd.DataFrame(rows, columns=["trial", "passed", "lives", "bad", "wrong", "hint"])
        return frame.astype({"trial": "str", "wrong": "str", "hint": "str"})

    def open(self, trial: int | None = None) -> Run:
        """The recording of a bad life, for the debugger: `wb.Debugger(check.open())`.

        Args:
            trial: Number of the trial; the first failed one by default.

        Raises:
            UsageError: It did not fail.
        """
        result = self._failed(trial)
        return result.show(result.bad[0])

    def world(self, trial: int | None = None) -> World:
        """The world after a bad life: `check.world().ledger` is what really happened, `.requests` what was asked.

        Args:
            trial: Number of the trial; the first failed one by default.

        Raises:
            UsageError: It did not fail, or this exercise keeps no worlds.
        """
        result = self._failed(trial)
        if result.world is None:
            raise UsageError("this exercise keeps no worlds", hint="check.open() gives the recording")
        return result.world(result.bad[0])

    def _failed(self, trial: int | None) -> Result:
        failed = [number for number, result in enumerate(self.results) if not result.passed]
        chosen = failed[0] if trial is None and failed else trial
        if chosen is None or chosen not in failed:
            hint = (
                f"failed: {', '.join(map(str, failed))}" if failed else "nothing went wrong: there is nothing to open"
            )
            raise UsageError("this trial has not failed" if failed else "every trial was passed", hint=hint)
        return self.results[chosen]

    # --- for people -----------------------------------------------------------------------------------------

    @property
    def _head(self) -> str:
        good = sum(result.passed for result in self.results)
        word = "solved" if self.passed else "not yet"
        return f"{self.title}: {word}, {good} of {len(self.results)} hidden scenarios hold"

    @property
    def _look(self) -> str:
        worldly = self._failed(None).world is not None
        return "wb.Debugger(check.open())" + (", check.world().ledger" if worldly else "")

    def __repr__(self) -> str:
        """A line per trial; of a failed one also what went wrong, and the hint."""
        lines = [self._head]
        for result in self.results:
            lines.append(f"  {'✓' if result.passed else '✗'} {result.name}  ({len(result.faults)} lives)")
            if not result.passed:
                lines += [f"      {len(result.bad)} bad: {result.fault}", f"      {result.hint}"]
        if not self.passed:
            lines.append(f"  look: {self._look}")
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        rows = "".join(map(_row, self.results))
        more = "" if self.passed else f"<p>To look at what went wrong: <code>{self._look}</code></p>"
        return f"<p><b>{html_text(self._head)}</b></p><table>{rows}</table>{more}"


def _row(result: Result) -> str:
    mark = "✓" if result.passed else "✗"
    lines = [] if result.passed else [f"{len(result.bad)} bad: {result.fault}", result.hint]
    told = "".join(f"<br><small>{html_text(line)}</small>" for line in lines)
    name = f'<td style="text-align:left">{html_text(result.name)}{told}</td>'
    return f"<tr><td>{mark}</td>{name}<td>{len(result.faults)} lives</td></tr>"
