"""Runs as a Chrome trace, which Perfetto and `chrome://tracing` open: a process per run, a thread per step name.

Fields by Google's "Trace Event Format": complete events (`X`) with `ts` and `dur` in microseconds, instants (`i`) with
a scope `s`, flow arrows (`s` and `f`, bound to the slice that encloses them by `bp: "e"`), metadata (`M`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from workbench.analysis import Span
from workbench.engines import Loaded
from workbench.model import ns_of
from workbench.recording.exports.telling import Arrow, Telling

__all__ = ["trace_json"]

_RUN_THREAD: Final = 0
"""The thread that shows the run itself."""


def trace_json(chosen: Sequence[tuple[Loaded, Sequence[str]]]) -> Iterator[str]:
    """The trace, line by line: one JSON object in the end.

    Slices that overlap cannot share a thread (they must nest), so a step name gets as many as it needs.

    Args:
        chosen: Logs, each with the runs that are wanted of it.
    """
    tellings = [Telling(log, run_id) for log, run_ids in chosen for run_id in run_ids]
    processes = {telling.run_id: _Process(number, telling) for number, telling in enumerate(tellings, 1)}
    yield '{"displayTimeUnit":"ms","otherData":{"made_by":"durable-workbench"},"traceEvents":[\n'
    first = True
    for event in _events(processes):
        yield ("" if first else ",") + json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n"
        first = False
    yield "]}\n"


def _events(processes: dict[str, _Process]) -> Iterator[dict[str, Any]]:
    for process in processes.values():
        yield from process.events()
    arrows = [arrow for process in processes.values() for arrow in process.telling.arrows()]
    for number, arrow in enumerate(arrows, 1):
        yield from _flow(number, arrow, processes)


def _flow(number: int, arrow: Arrow, processes: dict[str, _Process]) -> Iterator[dict[str, Any]]:
    """Both ends of an arrow; one whose other end is not in the trace is left out."""
    if arrow.from_run not in processes or arrow.to_run not in processes:
        return
    ends = (
        ("s", arrow.from_run, arrow.from_position, arrow.from_time),
        ("f", arrow.to_run, arrow.to_position, arrow.to_time),
    )
    for phase, run_id, position, time in ends:
        process = processes[run_id]
        thread, ts = process.slice_at(position, _microseconds(time))
        yield {
            "ph": phase, "cat": "flow", "name": arrow.name, "id": number, "pid": process.number, "tid": thread,
            "ts": ts, "bp": "e",
        }  # fmt: skip


class _Process:
    """One run: its number, and on which thread each of its slices lies."""

    def __init__(self, number: int, telling: Telling) -> None:
        self.number = number
        self.telling = telling
        self._threads: list[tuple[str, int]] = []
        """Name of each thread from 1, and when its last slice ended."""
        self._slices = [(span, *self._placed(span)) for span in telling.spans]
        self._at: dict[str, list[tuple[Span, int, int, int]]] = {}
        for one in self._slices:
            self._at.setdefault(one[0].position, []).append(one)

    def events(self) -> Iterator[dict[str, Any]]:
        """Metadata, slices and instants."""
        yield self._metadata("process_name", _RUN_THREAD, name=self.telling.title)
        yield self._metadata("process_sort_index", _RUN_THREAD, sort_index=self.number)
        yield self._metadata("thread_name", _RUN_THREAD, name="run")
        for thread, (name, _) in enumerate(self._threads, 1):
            yield self._metadata("thread_name", thread, name=name)
            yield self._metadata("thread_sort_index", thread, sort_index=thread)
        yield self._run()
        yield from (self._slice(span, thread, began, dur) for span, thread, began, dur in self._slices)
        for moment in self.telling.instants():
            args = {"seq": moment.seq}
            name = f"{moment.event} {moment.name}".strip()
            yield self._event("i", name, "event", _RUN_THREAD, _microseconds(moment.time)) | {"s": "p", "args": args}

    def slice_at(self, position: str, ts: int) -> tuple[int, int]:
        """Thread and moment at which an arrow is bound: within the slice at this position, else on the run's."""
        at = self._at.get(position, []) if position else []
        best = next((one for one in at if one[2] <= ts <= one[2] + one[3]), at[-1] if at else None)
        _, thread, began, dur = best or (None, _RUN_THREAD, *self._span_of_run())
        return thread, min(max(ts, began), began + dur - 1)

    def _placed(self, span: Span) -> tuple[int, int, int]:
        """Thread, beginning and length of a slice; one of no length could not hold an arrow."""
        began = _microseconds(span.started)
        dur = max(1, _microseconds(span.ended) - began)
        fitting = (n for n, (name, free) in enumerate(self._threads) if name == span.name and free <= began)
        number = next(fitting, len(self._threads))
        self._threads[number:] = [(span.name, began + dur), *self._threads[number + 1 :]]
        return number + 1, began, dur

    def _span_of_run(self) -> tuple[int, int]:
        """Beginning and length."""
        began = _microseconds(self.telling.began)
        return began, max(1, _microseconds(self.telling.ended) - began)

    def _run(self) -> dict[str, Any]:
        facts, (began, dur) = self.telling.facts, self._span_of_run()
        args = {"run_id": facts.run_id, "status": str(facts.status), "recoveries": facts.recoveries}
        named = {"business_key": facts.business_key, "error_type": facts.error_type, "error": facts.error}
        told = {"dur": dur, "args": args | {key: text for key, text in named.items() if text}}
        return self._event("X", facts.workflow or "run", "run", _RUN_THREAD, began) | told

    def _slice(self, span: Span, thread: int, began: int, dur: int) -> dict[str, Any]:
        args: dict[str, Any] = {"position": span.position, "state": span.state, "attempt": span.attempt}
        args |= {key: text for key, text in (("error", span.note), ("code", span.code)) if text}
        args |= {"no_end_on_record": True} if span.open else {}
        kind = "wait" if span.state == "waiting" else "step"
        return self._event("X", span.name, f"{kind},{span.state}", thread, began) | {"dur": dur, "args": args}

    def _metadata(self, what: str, thread: int, **args: Any) -> dict[str, Any]:
        return {"ph": "M", "name": what, "pid": self.number, "tid": thread, "args": args}

    def _event(self, phase: str, name: str, category: str, thread: int, ts: int) -> dict[str, Any]:
        return {"ph": phase, "name": name, "cat": category, "pid": self.number, "tid": thread, "ts": ts}


def _microseconds(time: datetime) -> int:
    """Since the epoch: traces of several recordings then lie where they happened."""
    return ns_of(time) // 1000
