"""Runs, steps and events as three Parquet files in a folder: the frames of a recording, for other tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from workbench._errors import LogError
from workbench.analysis import events_frame, frames_of_facts
from workbench.engines import Loaded
from workbench.journal.redaction import SecretScan
from workbench.recording.exports.whole_file import must_be_new, whole_file

__all__ = ["write_parquet"]


def write_parquet(
    logs: Sequence[Loaded], run_ids: Sequence[str], folder: Path, scan: SecretScan, *, overwrite: bool
) -> None:
    """Write `runs.parquet`, `steps.parquet` and `events.parquet`; columns as the frames of a recording have them.

    Args:
        logs: The logs.
        run_ids: The runs.
        folder: Where to; made where it is not there.
        scan: Looks through every text first.
        overwrite: Whether files of these names may be replaced.

    Raises:
        SecretFoundError: A text holds a secret.
        UsageError: A file of these names is there.
        LogError: The operating system refuses.
    """
    import pyarrow as pa
    from pyarrow import parquet

    frames = {name: _of_runs(frame, run_ids) for name, frame in _frames(logs)}
    for name, frame in frames.items():
        for column, texts in _texts(frame):
            scan.text("\n".join(texts), f"{name}.{column}")
    scan.refuse(f"the export to {folder}")
    paths = {name: folder / f"{name}.parquet" for name in frames}
    for path in paths.values():
        must_be_new(path, overwrite=overwrite)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LogError(f"cannot make the folder {folder}: {error.strerror}", path=folder) from error
    with ExitStack() as stack:
        for name, frame in frames.items():
            file = stack.enter_context(whole_file(paths[name], overwrite=overwrite))
            parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), file, compression="zstd")


def _frames(logs: Sequence[Loaded]) -> Iterator[tuple[str, pd.DataFrame]]:
    histories = [log.history for log in logs]
    runs, steps = frames_of_facts(histories, [log.report for log in logs])
    yield from (("runs", runs), ("steps", steps), ("events", events_frame(histories)))


def _of_runs(frame: pd.DataFrame, run_ids: Sequence[str]) -> pd.DataFrame:
    """The rows of some runs; the names of other runs do not stay behind as categories."""
    found = frame[frame["run_id"].isin(list(run_ids))].reset_index(drop=True)
    for column in found.columns:
        if isinstance(found[column].dtype, pd.CategoricalDtype):
            found[column] = found[column].cat.remove_unused_categories()
    return found


def _texts(frame: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    for column in frame.columns:
        cells = frame[column]
        if isinstance(cells.dtype, pd.CategoricalDtype | pd.StringDtype):
            yield str(column), [str(text) for text in cells.dropna().unique()]
