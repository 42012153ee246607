"""One export: what, as what, where to. Everything is looked through for secrets before a file gets its name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from workbench._errors import RunNotFoundError, UsageError
from workbench.engines import Loaded
from workbench.journal.redaction import SecretScan
from workbench.recording.exports.json_lines import json_lines
from workbench.recording.exports.mermaid import sequence_diagram, spelled_out
from workbench.recording.exports.otlp import otlp_json
from workbench.recording.exports.perfetto import trace_json
from workbench.recording.exports.whole_file import whole_file

__all__ = ["KINDS", "export"]

Chosen = Sequence[tuple[Loaded, Sequence[str]]]
"""Logs, each with the runs that are wanted of it."""

_CHUNK_CHARS: Final = 1 << 16


def _json_lines(chosen: Chosen) -> Iterator[str]:
    for log, run_ids in chosen:
        yield from json_lines(log.history, run_ids)


_TEXTS: Final[dict[str, Callable[[Chosen], Iterator[str]]]] = {
    "jsonl": _json_lines,
    "perfetto": trace_json,
    "otlp": otlp_json,
    "mermaid": sequence_diagram,
}
KINDS: Final = ("parquet", *_TEXTS)
"""`parquet` (a folder of three tables), `jsonl` (events), `perfetto` (Chrome trace), `otlp` (OpenTelemetry spans),
`mermaid` (sequence diagram of one run)."""


def export(
    logs: Sequence[Loaded],
    kind: str,
    path: Path | str,
    *,
    runs: Collection[str] | None = None,
    allow: Collection[str] = (),
    overwrite: bool = False,
) -> Path:
    """Write recorded runs in a format of other tools.

    Args:
        logs: The opened logs.
        kind: One of `KINDS`.
        path: The file, or for `parquet` the folder. Files are readable by their owner only (mode 0600).
        runs: Ids of the runs; all of them by default.
        allow: Fingerprints or kinds of what looks like a secret and may be shared.
        overwrite: Whether files of this name may be replaced.

    Returns:
        Where it was written.

    Raises:
        UsageError: Unknown kind, the name is taken, or several runs for a diagram of one.
        RunNotFoundError: A run is in none of the logs.
        SecretFoundError: It would hold secrets; nothing was written.
        LogError: The operating system refuses to write.
    """
    if kind not in KINDS:
        raise UsageError(f"no export of kind {kind!r}", hint=f"there is {', '.join(KINDS)}")
    target, scan = Path(path), SecretScan(allow)
    chosen = _chosen(logs, runs)
    if kind == "parquet":
        from workbench.recording.exports.parquet import write_parquet

        run_ids = [run_id for _, found in chosen for run_id in found]
        write_parquet([log for log, _ in chosen], run_ids, target, scan, overwrite=overwrite)
        return target
    if kind == "mermaid":  # which cuts long texts, and half a secret would not be known as one
        for part in trace_json(chosen):
            scan.text(part, "the text of the run")
    with whole_file(target, overwrite=overwrite) as file:
        for chunk, first_line in _chunks(_TEXTS[kind](chosen)):
            scan.text(spelled_out(chunk) if kind == "mermaid" else chunk, first_line=first_line)
            file.write(chunk.encode("utf-8", "replace"))
        scan.refuse(f"the export to {target}")
    return target


def _chunks(parts: Iterator[str]) -> Iterator[tuple[str, int]]:
    """The parts joined to chunks of whole lines, each with the number of its first line."""
    held: list[str] = []
    size, line = 0, 1
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= _CHUNK_CHARS and part.endswith("\n"):
            chunk = "".join(held)
            yield chunk, line
            line += chunk.count("\n")
            held, size = [], 0
    yield "".join(held), line


def _chosen(logs: Sequence[Loaded], runs: Collection[str] | None) -> Chosen:
    if runs is None:
        return [(log, log.history.run_ids) for log in logs]
    wanted = [runs] if isinstance(runs, str) else list(runs)
    chosen = [(log, [run_id for run_id in log.history.run_ids if run_id in wanted]) for log in logs]
    missing = set(wanted).difference(*(found for _, found in chosen))
    if missing:
        raise RunNotFoundError(f"no run {min(missing)!r} in this recording", run_id=min(missing))
    return [(log, found) for log, found in chosen if found]
