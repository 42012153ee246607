"""The tests that recordings stand for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from workbench._errors import WorkbenchError
from workbench.analysis import explain
from workbench.engines import Loaded, load
from workbench.model import visible
from workbench.program import as_workflow
from workbench.recording import code_at, code_of_reference
from workbench.recording.checking import codes_for
from workbench.recording.fitting import Codes, Fit, fit_of, workflow_of
from workbench.recording.sources import files_of

__all__ = ["SUITE", "DivergedRunError", "RecordingFile", "Suite"]


class DivergedRunError(Exception):
    """The code no longer follows a recorded run; the text explains why."""


class Suite:
    """What the options ask for.

    Args:
        config: Of this session.

    Raises:
        pytest.UsageError: No recording is there, or the code cannot be loaded.
    """

    def __init__(self, config: pytest.Config) -> None:
        wanted: list[str] = config.getoption("--recordings") or []
        try:
            self.files = [path.resolve() for path in files_of(wanted)]
        except WorkbenchError as error:
            raise pytest.UsageError(f"--recordings: {error}") from error
        missing = [str(path) for path in self.files if not path.exists()]
        if missing:
            raise pytest.UsageError(f"--recordings: no recording at {', '.join(missing)}")
        self._places: list[str] = config.getoption("--recordings-code") or []
        self._logs: dict[Path, Loaded] = {}
        self._root = str(config.rootpath)

    def log(self, path: Path) -> Loaded:
        """One of the recordings, opened once."""
        if path not in self._logs:
            self._logs[path] = load(path)
        return self._logs[path]

    @cached_property
    def codes(self) -> Codes:
        """Code by workflow name.

        Raises:
            pytest.UsageError: It cannot be loaded, or stands for none of the recorded workflows.
        """
        if self._root not in sys.path:
            sys.path.insert(0, self._root)  # places and recorded code are named from where pytest is started
        try:
            found = [as_workflow(code_at(place)) for place in self._places]
            if len(found) != 1:
                return {code.name: code for code in found}
            return codes_for([self.log(path) for path in self.files], found[0])
        except WorkbenchError as error:
            raise pytest.UsageError(f"--recordings-code: {error}") from error


SUITE: pytest.StashKey[Suite] = pytest.StashKey()


class RecordingFile(pytest.File):
    """One recording."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test per run."""
        try:
            log = self.config.stash[SUITE].log(self.path)
        except WorkbenchError as error:
            raise self.CollectError(str(error)) from error
        for run_id in log.history.run_ids:
            yield RecordedRun.from_parent(self, name=visible(run_id), run_id=run_id)


class RecordedRun(pytest.Item):
    """One run: its code must still follow it.

    Args:
        run_id: The run.
        options: What every item gets.
    """

    def __init__(self, *, run_id: str, **options: Any) -> None:
        super().__init__(**options)
        self._run_id = run_id

    def runtest(self) -> None:
        """Replay, and explain where that diverges."""
        suite = self.config.stash[SUITE]
        history = suite.log(self.path).history
        fit = fit_of(history, self._run_id, suite.codes)
        if fit.outcome == "diverged":
            raise DivergedRunError(self._explained(suite, fit))
        if fit.outcome == "acted":
            raise DivergedRunError(visible(fit.because))
        if fit.outcome == "unknown":
            pytest.fail(visible(f"{fit.because}; give --recordings-code module:function"), pytrace=False)

    def _explained(self, suite: Suite, fit: Fit) -> str:
        history = suite.log(self.path).history
        name, reference = workflow_of(history, self._run_id)
        explanation = explain(suite.codes.get(name) or code_of_reference(reference), history, self._run_id)
        return str(explanation) if explanation.diverged else visible(fit.because)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The explanation alone: a traceback of Workbench helps nobody."""
        if isinstance(excinfo.value, DivergedRunError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """File and run."""
        return self.path, None, f"run {self.name}"
