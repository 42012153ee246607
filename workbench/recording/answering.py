"""What a person asks of a run: why, what is dangerous, where a value came from, what it cost; and the report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from workbench.analysis import RunFacts, read_facts, verdict_of
from workbench.analysis.bodies import Bodies
from workbench.analysis.hazards import Case, findings_of
from workbench.analysis.ledger import Ledger, ledger
from workbench.analysis.provenance import Origin, provenance
from workbench.analysis.why import Why, why_of_case
from workbench.engines import Loaded
from workbench.model import EventType, History
from workbench.recording.drawn import DrawnFindings, DrawnProvenance
from workbench.recording.exports import export
from workbench.recording.one_run import Code, OneRun
from workbench.recording.reporting import write_report

__all__ = ["Answering", "key_of", "runs_of_key"]


class Answering(OneRun):
    """The answering half of `Run`."""

    def why(self, code: Code | None = None) -> Why:
        """Why it failed, or where it stands: the causal chain in plain sentences, each with its events.

        Args:
            code: With code, hazards that only a dry replay or the source shows are told too.
        """
        case = self._case(code)
        return why_of_case(case, findings_of(case))

    def hazards(self, code: Code | None = None) -> DrawnFindings:
        """Failure modes found in it, each with its events, its fix, and when it is a false alarm.

        Args:
            code: The workflow: a dry replay and its source show more; nothing is executed for real.
        """
        return DrawnFindings(findings_of(self._case(code)))

    def provenance(self, code: Code | None = None) -> DrawnProvenance:
        """Which later call used which earlier result: by value, and exactly where a dry replay proves it.

        Args:
            code: The workflow, for the proof.
        """
        found = provenance(self.history, self.id, code)
        return DrawnProvenance(found.history, found.run_id, found.links)

    def where_from(self, step: str, path: str) -> Origin:
        """Where a value that a call was given came from, back to its first source.

        Args:
            step: Label, name or position of the call.
            path: JSON path in what it was called with, such as `"$.args[0].token"` or `"token"`.

        Raises:
            UsageError: There is no such call, or no such path in it; the nearest ones are named.
        """
        return self.provenance().where_from(step, path)

    def ledger(self) -> Ledger:
        """Effects and money of all runs of this recording that share its business key."""
        key = self.facts.business_key
        pairs = runs_of_key(self._logs, key) if key else iter([(self.history, self.facts)])
        return ledger(pairs)

    def report(self, path: str | Path, *, allow: Collection[str] = (), overwrite: bool = False) -> Path:
        """Write an incident report: one HTML file, without scripts, safe to open and to share.

        Args:
            path: The file.
            allow: Fingerprints or kinds of what looks like a secret and may be shared.
            overwrite: Whether a file of this name may be replaced.

        Returns:
            Where it was written.

        Raises:
            SecretFoundError: It would hold secrets; nothing was written.
            UsageError: The name is taken.
        """
        findings = self.hazards()
        return write_report(
            self._loaded, self.id, path, why=why_of_case(self._case(), findings), findings=findings,
            verdict=verdict_of(self.history, self.id, self._loaded.report), allow=allow, overwrite=overwrite,
        )  # fmt: skip

    def export(self, kind: str, path: str | Path, *, allow: Collection[str] = (), overwrite: bool = False) -> Path:
        """Write the run for another tool.

        Args:
            kind: `parquet jsonl perfetto otlp mermaid`.
            path: The file or, for `parquet`, the folder.
            allow: Fingerprints or kinds of what looks like a secret and may be shared.
            overwrite: Whether what has this name may be replaced.

        Returns:
            Where it was written.

        Raises:
            SecretFoundError: It would hold secrets; nothing was written.
            UsageError: The name is taken, or no kind has this name.
        """
        return export([self._loaded], kind, path, runs=[self.id], allow=allow, overwrite=overwrite)

    # --- what the answers are made of -----------------------------------------------------------------------

    def _case(self, code: Code | None = None) -> Case:
        return self._plain_case if code is None else self._case_with(code)

    @cached_property
    def _plain_case(self) -> Case:
        return self._case_with(None)

    def _case_with(self, code: Code | None) -> Case:
        now_ns, report = self._now_ns, self._loaded.report
        key = self.facts.business_key
        others = runs_of_key(self._logs, key) if key else iter(())
        siblings = [
            Case(history, facts.run_id, now_ns)
            for history, facts in others
            if (history, facts.run_id) != (self.history, self.id)
        ]
        return Case(self.history, self.id, now_ns, report, code, siblings)


def runs_of_key(logs: Sequence[Loaded], business_key: str) -> Iterator[tuple[History, RunFacts]]:
    """Runs of one order or customer, in all logs of a recording."""
    for log in logs:
        for run_id in log.history.run_ids:
            if key_of(log.history, run_id) == business_key:
                yield log.history, read_facts(log.history, run_id, log.report)


def key_of(history: History, run_id: str) -> str:
    """The business key that a run was started with; `""` where the log does not say."""
    for row in history.rows_of(run_id):
        if history.columns.type[row] == EventType.RunStarted:
            return str(Bodies(history)(row).get("business_key") or "")
    return ""
