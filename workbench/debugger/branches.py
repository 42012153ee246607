"""Branches: replaying under edits, the tree of what was tried, saving."""

from __future__ import annotations

from typing import Any, Final, get_args

import numpy as np

from workbench._errors import UndecodableError
from workbench.debugger.answer import Answer, packed, shown, word
from workbench.debugger.editing import edit_words, edited, suggested
from workbench.debugger.payloads import node_of
from workbench.debugger.run_columns import TIMER, RunColumns
from workbench.debugger.session import Kept, Session
from workbench.debugger.wire import trying
from workbench.debugger.wire.pretending import BranchesQuestion, ReplayQuestion, SaveQuestion
from workbench.debugger.wire.words import Source
from workbench.model import EventType, History, position_text
from workbench.program import as_workflow
from workbench.recording import Branch, Run, Trace
from workbench.recording.branches import RECORDED, Saved
from workbench.replay import LINE, Diverged, Failed, Needs, Outcome, call_text, safe_repr
from workbench.replay import Columns as StopColumns
from workbench.replay.deadline import within

__all__ = ["branches", "outcome_of", "replay", "save"]

REPLAY_SECONDS: Final = 120.0
"""Longest time that one replay may take: a million steps take about ten seconds."""
_NAME: Final = 400
_TYPE = {type_.name: int(type_) for type_ in EventType} | {LINE: 0}
_SOURCE = {source: number for number, source in enumerate(get_args(Source))}
_PRETENDED = {"edited", "supplied"}
_SEVERAL: Final = 8


def replay(session: Session, question: ReplayQuestion) -> Answer:
    """Replay the run's code under edits. No step body is ever called."""
    session.must_run_code()
    run, parent = session.run(question["run_id"]), question.get("parent", "")
    before = session.branch(parent) if parent else None
    branch = edited(session, run, question["edits"], before)
    trace = within(REPLAY_SECONDS, lambda: _traced(branch, lines=question.get("lines", False)))
    kept = session.keep(branch, trace, parent)
    return replayed(session, run, kept)


def _traced(branch: Branch, *, lines: bool) -> Trace:
    return branch.trace.with_lines() if lines else branch.trace


def replayed(session: Session, run: Run, kept: Kept) -> Answer:
    """A branch as columns of its stops."""
    trace, columns = kept.trace, StopColumns(kept.trace.steps)
    files, functions, lanes = _Numbered(), _Numbered(), _Numbered()
    places = [(files.number(p[0].file), p[0].line, functions.number(p[0].function), len(p)) if p else _NOWHERE
              for p in columns.places]  # fmt: skip
    place = np.array(places, np.int64).reshape(-1, 4)
    seqs = np.array(columns.seqs, np.int64)
    names = [_lane(name, event) for name, event in zip(columns.names, columns.events, strict=True)]
    buffers = packed("replay", {
        "seq": seqs.astype(np.float64),
        "row": _rows(session.columns(run), seqs),
        "type": np.array([_TYPE.get(event, 0) for event in columns.events], np.int64),
        "lane": np.array([lanes.number(name) if name else -1 for name in names], np.int64),
        "time_ms": np.array(columns.times, np.int64) / 1e6,
        "file": place[:, 0], "line": place[:, 1], "function": place[:, 2], "depth": place[:, 3],
        "source": np.array([_SOURCE.get(str(source), 0) for source in columns.sources], np.int64),
        "changed": np.array([len(names) for names in columns.changes], np.int64),
    })  # fmt: skip
    body: trying.ReplayAnswer = {
        "columns": buffers.columns, "branch": kept.id, "run_id": run.id, "parent": kept.parent,
        "name": kept.branch.name, "edits": edit_words(kept.branch, trace), "lines": trace.follows_lines,
        "stops": len(trace), "outcome": outcome_of(trace.outcome, run.history),
        "isolation": "hook" if trace.isolation == "hook" else "none",
        "first_difference": _first_difference(columns), "files": files.exact, "functions": functions.texts,
        "lanes": lanes.texts,
    }  # fmt: skip
    return Answer(body, buffers.buffers)


_NOWHERE = (0, 0, 0, 0)


def _lane(name: str, event: str) -> str:
    return name or (TIMER if event.startswith("Timer") else "")


def _rows(table: RunColumns, seqs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Numbers in the run of recorded events; -1 for none."""
    if not len(table):
        return np.full(len(seqs), -1)
    known = table.seqs.astype(np.int64)
    at = np.minimum(np.searchsorted(known, seqs), len(known) - 1)
    return np.where((seqs > 0) & (known[at] == seqs), at, -1)


def _first_difference(columns: StopColumns) -> int:
    """The first stop that the log does not hold, or whose answer is pretended."""
    stops = enumerate(zip(columns.events, columns.seqs, columns.sources, strict=True))
    return next(
        (at for at, (event, seq, source) in stops if event != LINE and (not seq or str(source) in _PRETENDED)), -1
    )


class _Numbered:
    """Texts by number, each once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    @property
    def texts(self) -> list[str]:
        return [shown(text, _NAME, lines=False) for text in self._numbers]

    @property
    def exact(self) -> list[str]:
        """As they are: names by which something is asked for."""
        return list(self._numbers)


# --- how it ended --------------------------------------------------------------------------------------------


def outcome_of(outcome: Outcome, history: History) -> trying.Outcome:
    """How a branch ended, in words and with what can be done next.

    Args:
        outcome: How.
        history: The log that it was replayed against.
    """
    failed = outcome.error if isinstance(outcome, Failed) else None
    return {
        "word": word(outcome.word),
        "text": shown(outcome),
        "error_type": type(failed).__name__ if failed is not None else "",
        "frontier": _frontier(outcome) if isinstance(outcome, Needs) else None,
        "divergence": _divergence(outcome, history) if isinstance(outcome, Diverged) else None,
    }


def _frontier(needs: Needs) -> trying.Frontier:
    return {
        "call": shown(call_text(needs.call), lines=False) if needs.call is not None else "",
        "name": shown(needs.name, _NAME, lines=False),
        "verb": str(needs.verb),
        "position": position_text(needs.position),
        "expects": shown(needs.expects, _NAME),
        "suggestions": [
            {"number": number, "text": safe_repr(value), "made_up": made_up, "node": node_of(value, with_json=True)}
            for number, (value, made_up) in enumerate(suggested(needs))
        ],
        "others": [shown(call_text(call), _NAME, lines=False) for call in needs.others[:_SEVERAL]],
        "why": shown(needs.why),
        "answerable": needs.call is not None,
    }


def _divergence(diverged: Diverged, history: History) -> trying.Divergence:
    found = diverged.divergence
    return {
        "position": position_text(found.path),
        "recorded": shown(found.recorded, _NAME),
        "asked": shown(found.asked, _NAME),
        "seq": history.columns.seq[found.slot.opened] if found.slot is not None else 0,
        "text": shown(found),
    }


# --- the tree ------------------------------------------------------------------------------------------------


def branches(session: Session, question: BranchesQuestion) -> Answer:
    """The branches that are kept here, then those that are only saved."""
    run = session.run(question["run_id"])
    kept = session.branches_of(run.id)
    rows: list[trying.BranchRow] = [_kept_row(one) for one in kept]
    names, error = {one.branch.name for one in kept}, ""
    try:
        saved = run.branches.saved() if session.may_run_code else {}
    except UndecodableError as unreadable:
        saved, error = {}, shown(unreadable)
    rows += [_saved_row(one) for name, one in saved.items() if name not in names]
    body: trying.BranchesAnswer = {"run_id": run.id, "branches": rows, "error": error}
    return Answer(body)


def _kept_row(kept: Kept) -> trying.BranchRow:
    return {
        "branch": kept.id, "name": kept.branch.name, "parent": kept.parent,
        "edits": edit_words(kept.branch, kept.trace), "outcome": word(kept.trace.outcome.word),
        "code": as_workflow(kept.branch.code).reference,
    }  # fmt: skip


def _saved_row(saved: Saved) -> trying.BranchRow:
    return {
        "branch": "", "name": saved.name, "parent": "" if saved.parent == RECORDED else saved.parent,
        "edits": edit_words(saved), "outcome": "", "code": shown(saved.code, _NAME, lines=False),
    }  # fmt: skip


def save(session: Session, question: SaveQuestion) -> Answer:
    """Save a branch beside the recording; the recording itself is not touched."""
    session.must_act()
    kept = session.branch(question["branch"])
    kept.branch.save(question["name"])
    body: trying.SaveAnswer = {"branch": kept.id, "name": kept.branch.name}
    if kept.branch.shelf is not None:
        body["file"] = kept.branch.shelf.path.name
    return Answer(body)
