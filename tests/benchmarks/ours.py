"""Our side of each comparison. Heavy rooms load inside the functions that need them, as they do in a real worker."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import workbench as wb
from tests.benchmarks.sides import Figures, spread, timed

__all__ = [
    "frame_from_index",
    "judged",
    "looked_at",
    "opened_again",
    "opened_hostile",
    "opened_plainly",
    "plain_calls",
    "record_for_replay",
    "recorded_steps",
    "replayed",
    "scanned",
    "shown",
    "triaged",
]

_WARM_UP = 200
_PAYLOADS = 1_000
_JUDGED = 50
_spent: list[int] = []


# --- recording --------------------------------------------------------------------------------------------------


def body(order: str, amount: int) -> dict[str, Any]:
    """What every engine's step does: next to nothing, so that what is measured is the engine."""
    return {"order": order, "amount": amount, "currency": "EUR"}


look = wb.step(kind="read", name="look")(body)
act = wb.step(kind="write", name="act")(body)
_STEPS = {"read": look, "write": act}


@wb.workflow
def flow(kind: str, times: int) -> int:
    _spent[:] = timed(_STEPS[kind], times)
    return times


def recorded_steps(kind: str, times: int, folder: str) -> Figures:
    """Record a workflow of steps of this kind; also how many bytes a step adds to the log."""
    path = _fresh(folder, f"{kind}.wlog")
    with wb.Recorder(path) as recorder:
        recorder.run(flow, kind, _WARM_UP, id="warm-up")
        before = path.stat().st_size
        recorder.run(flow, kind, times, id="measured")
        written = path.stat().st_size - before
    return spread(_spent) | {"bytes": written / times}


def plain_calls(times: int) -> Figures:
    """Call the step's body without a workflow, as plain Python."""
    timed(body, _WARM_UP)
    return spread(timed(body, times))


# --- opening ----------------------------------------------------------------------------------------------------


def scanned(path: str) -> Figures:
    """Open a log without an index: every frame and its checksum are read, and headers become columns."""
    import numpy as np

    from workbench.journal import open_log

    assert np.__version__  # the import is not part of the figure
    start = time.perf_counter()
    log = open_log(path)
    seconds = time.perf_counter() - start
    assert log.report.closed
    return {"seconds": seconds, "events": len(log.history)}


def frame_from_index(path: str, cache: str) -> Figures:
    """Open a log by its index and make the frame of its events."""
    os.environ["WORKBENCH_CACHE"] = cache
    import pyarrow as pa

    from workbench.analysis import events_frame
    from workbench.journal import open_log

    assert pa.__version__  # the import is not part of the figure
    start = time.perf_counter()
    log = open_log(path, index=True)
    middle = time.perf_counter()
    frame = events_frame([log.history])
    end = time.perf_counter()
    return {"seconds": end - start, "open": middle - start, "frame": end - middle, "events": len(frame)}


def shown(path: str, cache: str) -> Figures:
    """From the file's name to the table that a notebook shows, imports included; also whether an index is there."""
    os.environ["WORKBENCH_CACHE"] = cache
    start = time.perf_counter()
    recording = wb.open(path)
    events = recording.events
    html = events._repr_html_()  # type: ignore[operator]  # pandas-stubs does not know what a notebook calls
    seconds = time.perf_counter() - start
    assert "StepCompleted" in html
    return {"seconds": seconds, "events": len(events), "indexed": any(Path(cache).rglob("*.arrow"))}


# --- many runs --------------------------------------------------------------------------------------------------


def triaged(path: str, cache: str, *, hazards: str, runs: int = 0) -> Figures:
    """Judge every run of a log that is open already, and for comparison a few of them one by one."""
    os.environ["WORKBENCH_CACHE"] = cache
    from workbench.analysis import verdict_of
    from workbench.analysis.triage import triage_frame, triage_rows

    log = wb.open(path).logs[0]
    ids = log.history.run_ids[-runs:] if runs else None
    now_ns = log.history.columns.time_ns[-1]
    start = time.perf_counter()
    frame = triage_frame(triage_rows(log.history, log.report, ids, now_ns=now_ns, hazards=hazards))
    seconds = time.perf_counter() - start
    some = log.history.run_ids[-_JUDGED:]  # the last ones: nobody has written after them, which would take longer
    begin = time.perf_counter()
    for run_id in some:
        verdict_of(log.history, run_id, log.report, now_ns=now_ns)
    return {"seconds": seconds, "runs": len(frame), "alone": len(some) / (time.perf_counter() - begin)}


def judged(path: str, cache: str) -> Figures:
    """Judge the only run of a log, and for comparison make the frame of its events and read their payloads."""
    os.environ["WORKBENCH_CACHE"] = cache
    from workbench.analysis import events_frame, verdict_of

    log = wb.open(path).logs[0]
    history, now_ns = log.history, log.history.columns.time_ns[-1]
    start = time.perf_counter()
    found = verdict_of(history, history.run_ids[0], log.report, now_ns=now_ns)
    judged_at = time.perf_counter()
    assert len(found.rows) > 20
    frame = events_frame([history])
    framed_at = time.perf_counter()
    for row in range(len(history)):
        history.payload(row)
    read_at = time.perf_counter()
    return {
        "seconds": judged_at - start, "frame": framed_at - judged_at, "payloads": read_at - framed_at,
        "events": len(frame),
    }  # fmt: skip


def opened_again(folder: str, cache: str) -> Figures:
    """From the name of a folder to the frame of its runs."""
    os.environ["WORKBENCH_CACHE"] = cache
    start = time.perf_counter()
    runs = len(wb.open(folder).runs)
    return {"seconds": time.perf_counter() - start, "runs": runs}


def opened_plainly(folder: str) -> Figures:
    """Open every log of a folder, as one would without a catalogue."""
    start = time.perf_counter()
    from workbench.engines import load

    logs = [load(path) for path in sorted(Path(folder).iterdir())]
    return {"seconds": time.perf_counter() - start, "logs": len(logs)}


# --- hostile files ----------------------------------------------------------------------------------------------


def opened_hostile(tame: str, path: str, mode: str) -> Figures:
    """Highest memory, in bytes, that opening a hostile file and reading its payloads adds to an idle interpreter.

    The interpreter that it is compared with has opened a small good log in the same way, so that every library is
    loaded. `listed` is the peak when the runs were listed as well.
    """
    _read(_open(tame, mode))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # from here on the peak counts
    idle = _status("VmRSS")
    recording = _open(path, mode)
    _read(recording)
    opened = _status("VmHWM")
    assert recording is None or repr(recording.runs)
    return {"added": opened - idle, "listed": _status("VmHWM") - idle, "idle": idle}


def _open(path: str, mode: str) -> wb.Recording | None:
    try:
        return wb.open(path, mode=mode)
    except wb.WorkbenchError:
        return None


def _read(recording: wb.Recording | None) -> None:
    if recording is None:
        return
    assert repr(recording.events)
    history = recording.logs[0].history
    for row in range(min(len(history), _PAYLOADS)):
        with suppress(wb.WorkbenchError):
            history.payload(row)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(name))


# --- replay -----------------------------------------------------------------------------------------------------


@wb.workflow
def summing(times: int) -> int:
    total = 0
    for number in range(times):
        answer = look("order-42", number)
        total += answer["amount"]
    return total


def record_for_replay(times: int, folder: str) -> Figures:
    """Record the run that `replayed` steps through, and a short one to warm up with."""
    with wb.Recorder(_fresh(folder, f"replay-{times}.wlog")) as recorder:
        recorder.run(summing, _WARM_UP, id="warm-up")
        recorder.run(summing, times, id="measured")
    return {"steps": times}


def replayed(times: int, folder: str, *, with_locals: bool) -> Figures:
    """Replay the recorded run for the first time, every stop kept, the tripwire armed, imports and code warm."""
    from workbench.journal import open_log
    from workbench.replay import Completed, replay

    history = open_log(Path(folder, f"replay-{times}.wlog")).history
    replay(summing, history, run_id="warm-up", with_locals=with_locals)
    start = time.perf_counter()
    trace = replay(summing, history, run_id="measured", with_locals=with_locals)
    seconds = time.perf_counter() - start
    assert isinstance(trace.outcome, Completed)
    return {"per_second": times / seconds, "seconds": seconds, "stops": len(trace)}


def looked_at(times: int, folder: str, *, lines: bool) -> Figures:
    """Memory of a trace with locals, and how long it takes to step, find, compare and change it."""
    import tracemalloc

    path = Path(folder, f"replay-{times}.wlog")
    run = wb.open(path).run("measured")
    run.replay(summing)
    tracemalloc.start()
    trace = run.replay(summing, lines=lines)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    middle = len(trace) // 2
    return {
        "stops": len(trace),
        "bytes_per_log_byte": held / path.stat().st_size,
        "step": _took(lambda: trace.goto(middle).locals),
        "find": _took(lambda: trace.find("look")),
        "history": _took(lambda: trace.history_of("total")),
        "frame": _took(lambda: trace.stops),
        "eval": _took(lambda: trace.eval("total")),
        "diff": _took(lambda: wb.diff(trace, trace)),
    }


def _took(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _fresh(folder: str, name: str) -> Path:
    path = Path(folder, name)
    path.unlink(missing_ok=True)
    return path
