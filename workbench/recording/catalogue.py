"""What a folder of many logs holds, kept so that the second opening reads none of them.

One Parquet file in the user's cache folder, a row per log, with its runs as `Recording.runs` shows them and nothing
more: no payload, no position, no argument. It lies there and not beside the recordings, because those may be read-only
or shared, and because nobody else should be able to write what we show as theirs.

A row holds as long as path, size, modification time and inode of its log are the same. A log that was not closed in
good order is also asked whether a process writes it now, and read again after a restart of the machine: what is
`running` and what is in doubt depends on these. Verdicts, triage and everything else read the logs themselves. A
catalogue that is damaged, or of another version, is made anew; one that cannot be written is done without.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.analysis import frame_of_run_columns, read_facts
from workbench.engines import Loaded
from workbench.journal import boot_hash, index_folder, writer_lives
from workbench.recording.remote import RemoteFile
from workbench.recording.sources import Place

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Catalogue", "catalogue_path"]

_VERSION: Final = b"1"
_ENGINES: Final = frozenset({"native", "temporal", "restate", "aws"})
"""Whose recordings are one file each; a database has others beside it, and may change without a trace in its own."""

_RUN: Final = {
    "run_id": "string", "workflow": "string", "status": "string", "business_key": "string", "started": "int64",
    "ended": "int64", "recoveries": "int64", "steps": "int64", "events": "int64", "error_type": "string",
    "error": "string",
}  # fmt: skip
_LOG: Final = {
    "path": "string", "origin": "string", "size": "int64", "mtime_ns": "int64", "inode": "int64", "device": "int64",
    "engine": "string", "events": "int64", "settled": "bool", "alive": "bool", "boot": "uint64", "warning": "string",
}  # fmt: skip


def _name(place: Place) -> str:
    return str(place.path if isinstance(place, RemoteFile) else place)


Rows = list[dict[str, Any]]


def catalogue_path(files: Sequence[Place]) -> Path:
    """Where the catalogue of these files is kept: `catalogue/` in the cache folder, by the folders they lie in."""
    folders = sorted({_folder(place) for place in files})
    name = hashlib.blake2b("\0".join(folders).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    return index_folder().with_name("catalogue") / f"{name}.parquet"


def _folder(place: Place) -> str:
    """The folder of a file; of one elsewhere, that of its URL, whatever version is copied."""
    return place.url.rpartition("/")[0] if isinstance(place, RemoteFile) else str(place.absolute().parent)


class Catalogue:
    """The logs and runs of a recording of many files.

    Args:
        rows: One per log, in order, as an Arrow table.
        note: What was wrong with the kept catalogue; `""` for nothing.
    """

    def __init__(self, rows: pa.Table, note: str = "") -> None:
        self._rows = rows
        self._note = note

    @classmethod
    def of(cls, files: Sequence[Place], read: Callable[[Iterable[Place]], Iterator[Loaded]]) -> Catalogue:
        """The catalogue of these files: rows that still hold are kept, the other logs are read.

        Args:
            files: The files, in order.
            read: Opens those that have to be read, in order; what it raises goes to the caller.
        """
        place = catalogue_path(files)
        kept, note = _kept(place)
        known = _holding(kept, files)
        new = [path for path in files if path not in known]
        before = {path: _status(path) for path in new}  # what is written while we read is news next time
        fresh = [_row(before[path], loaded) for path, loaded in zip(new, read(new), strict=True)]
        table = _joined(kept, fresh, [known.get(path, -1) for path in files])
        if fresh or (kept is not None and len(kept) != len(files)):
            _write(place, table)
        return cls(table, note)

    # --- what it holds --------------------------------------------------------------------------------------

    @property
    def events(self) -> int:
        """Number of events of all logs."""
        return sum(self._rows["events"].to_pylist())

    @property
    def warnings(self) -> list[str]:
        """What is wrong with logs, and with the catalogue itself, in words."""
        return [*filter(None, [self._note]), *filter(None, self._rows["warning"].to_pylist())]

    @cached_property
    def run_ids(self) -> list[str]:
        """Ids of all runs, log by log."""
        ids: list[str] = self._runs.field("run_id").to_pylist()
        return ids

    def logs_with(self, run_id: str) -> list[int]:
        """Numbers of the logs that hold a run of this id."""
        return self._logs_by_run.get(run_id, [])

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per run, as `workbench.analysis.runs_frame`."""
        columns = {name: self._runs.field(name) for name in _RUN}
        of_run = self._log_of_run
        listed = {
            name: column.to_numpy(zero_copy_only=False) if _RUN[name] == "int64" else column.to_pylist()
            for name, column in columns.items()
        }
        listed["engine"] = self._rows["engine"].take(of_run).to_pylist()
        listed["source"] = self._rows["origin"].take(of_run).to_pylist()
        return frame_of_run_columns(listed)

    @cached_property
    def _lists(self) -> Any:
        return self._rows["runs"].combine_chunks()

    @property
    def _runs(self) -> Any:
        return self._lists.flatten()

    @property
    def _log_of_run(self) -> Any:
        import pyarrow.compute as pc

        return pc.list_parent_indices(self._lists)  # type: ignore[attr-defined, unused-ignore]  # made at import

    @cached_property
    def _logs_by_run(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for run_id, log in zip(self.run_ids, self._log_of_run.to_pylist(), strict=True):
            found.setdefault(run_id, []).append(log)
        return found


# --- rows ---------------------------------------------------------------------------------------------------


_Status = tuple[int, int, int, int]


def _status(path: Place) -> _Status:
    """Size, modification time, inode and device: while these are the same, so is the file; nothing fits none."""
    if isinstance(path, RemoteFile):
        return path.size, 0, 0, 0  # its version is in the name of its copy
    try:
        status = path.stat()
    except OSError:
        return (-1, -1, -1, -1)  # opening it says what is wrong
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev


def _row(status: _Status, loaded: Loaded) -> dict[str, Any]:
    """What is kept of one log; `settled` says that only a change of the file could change it."""
    report, history = loaded.report, loaded.history
    size, mtime_ns, inode, device = status if history.engine in _ENGINES else (-1, -1, -1, -1)
    facts = [read_facts(history, run_id, report) for run_id in history.run_ids]
    return {
        "path": str(loaded.path),
        "origin": history.origin,
        "size": size,
        "mtime_ns": mtime_ns,
        "inode": inode,
        "device": device,
        "engine": history.engine,
        "events": len(history),
        "settled": report is None or report.closed,
        "alive": report is not None and report.writer_alive,
        "boot": boot_hash(),
        "warning": f"{history.origin}: {report}" if report is not None and (report.torn or report.rotten) else "",
        "runs": [
            {
                "run_id": run.run_id, "workflow": run.workflow, "status": str(run.status),
                "business_key": run.business_key, "started": run.started_ns, "ended": run.ended_ns,
                "recoveries": run.recoveries, "steps": len(run.steps), "events": run.events,
                "error_type": run.error_type, "error": run.error,
            }
            for run in facts
        ],
    }  # fmt: skip


def _holding(kept: pa.Table | None, files: Sequence[Place]) -> dict[Place, int]:
    """Row numbers of the logs whose rows still hold."""
    if kept is None:
        return {}
    names = [name for name in _LOG if name not in {"origin", "engine", "events", "warning"}]
    rows = zip(*(kept[name].to_pylist() for name in names), strict=True)
    known = {path: (number, dict(zip(names[1:], rest, strict=True))) for number, (path, *rest) in enumerate(rows)}
    found = {}
    for path in files:
        number, row = known.get(_name(path), (-1, {}))
        if number >= 0 and _holds(path, row):
            found[path] = number
    return found


def _holds(path: Place, row: Mapping[str, Any]) -> bool:
    status = _status(path)
    if status != (row["size"], row["mtime_ns"], row["inode"], row["device"]) or status[0] < 0:
        return False
    if isinstance(path, RemoteFile):
        return True
    return bool(row["settled"] or (row["boot"] == boot_hash() and row["alive"] == writer_lives(path)))


def _joined(kept: pa.Table | None, fresh: Rows, order: Sequence[int]) -> pa.Table:
    """Kept rows and new ones, in the order of the files; -1 stands for the next new one."""
    import pyarrow as pa

    made = pa.Table.from_pylist(fresh, schema=_schema())
    before = kept.cast(_schema()) if kept is not None else made.slice(0, 0)
    news = iter(range(len(before), len(before) + len(made)))
    rows = pa.array([number if number >= 0 else next(news) for number in order], pa.int64())
    return pa.concat_tables([before, made]).take(rows).combine_chunks()


def _schema() -> pa.Schema:
    import pyarrow as pa

    run = pa.struct([(name, pa.type_for_alias(alias)) for name, alias in _RUN.items()])
    fields = [(name, pa.type_for_alias(alias)) for name, alias in _LOG.items()]
    return pa.schema([*fields, ("runs", pa.list_(run))], metadata={b"workbench": _VERSION})


# --- the file -----------------------------------------------------------------------------------------------


def _kept(place: Path) -> tuple[pa.Table | None, str]:
    """The rows of last time, and what was wrong with them."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    options = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    try:
        table = ds.dataset(place, format=ds.ParquetFileFormat(default_fragment_scan_options=options)).to_table()
        table.validate(full=True)
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0][:200]
        return None, f"the catalogue of these logs could not be read and was made anew ({reason})"
    same = table.schema.equals(_schema()) and (table.schema.metadata or {}).get(b"workbench") == _VERSION
    return (table, "") if same else (None, "")  # one of another version of this package


def _write(place: Path, table: pa.Table) -> None:
    """Put the file in place in one step, readable by its owner only; without one, opening takes longer."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with suppress(OSError, pa.ArrowException):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=place.parent, prefix=".catalogue-")  # made with mode 0600
        try:
            with os.fdopen(fd, "wb") as file:
                pq.write_table(table, file, compression="zstd", write_page_checksum=True)
            Path(temporary).replace(place)
        finally:
            Path(temporary).unlink(missing_ok=True)
