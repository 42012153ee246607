"""What people decided about a run, to be kept with the incident: Markdown, HTML or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.analysis import RunFacts
from workbench.analysis.bodies import Bodies
from workbench.model import EventType, History, instant, position_text, visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DecisionRecord"]

_COLUMNS = (
    "seq",
    "time",
    "action",
    "step",
    "by",
    "why",
    "safety",
    "because",
    "accepted",
    "assumed",
    "calls",
    "new_run",
)
_LISTS = ("accepted", "assumed", "calls")


@dataclass(frozen=True)
class DecisionRecord:
    """Decisions about a run, and words of people and probes about its doubts, in the order in which they came.

    Attributes:
        run_id: The run.
        workflow: Name of its workflow.
        business_key: What it was about; `""` for unsaid.
        rows: One mapping per decision or word, with the fields of `frame`.
    """

    run_id: str
    workflow: str
    business_key: str
    rows: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, facts: RunFacts, history: History) -> DecisionRecord:
        """The record of one run.

        Args:
            facts: The run.
            history: Its log.
        """
        rows = [*_decided(facts), *_resolved(history, facts.run_id)]
        rows.sort(key=lambda row: row["seq"])
        return cls(facts.run_id, facts.workflow, facts.business_key, tuple(rows))

    @property
    def frame(self) -> pd.DataFrame:
        """One row per decision or word.

        Columns:
            seq: int64, number of the event that holds it.
            time: datetime64[ns, UTC].
            action: str, `resume retry_from rerun compensate`, or `resolve` for a word about a step in doubt.
            step: str, label of the step that it starts from or is about; `""` for none.
            by, why: str, who, and on what grounds.
            safety, because: str, what the verdict said at that moment.
            accepted, assumed, calls: list of str: objections accepted, things taken for granted, the dry run.
            new_run: str, id of the run that began again; `""` for none.
        """
        import pandas as pd

        from workbench.analysis.cells import instants, text

        columns: dict[str, Any] = {
            "seq": pd.array([row["seq"] for row in self.rows], dtype="int64"),
            "time": instants([row["time_ns"] for row in self.rows]),
        }
        for name in _COLUMNS[2:]:
            cells = [row[name] for row in self.rows]
            columns[name] = pd.Series(cells, dtype="object") if name in _LISTS else text(cells)
        return pd.DataFrame(columns)

    def to_markdown(self) -> str:
        """As Markdown; text of the log cannot become markup."""
        title = f"# Decisions about run {_plain(self.run_id)}"
        about = f"Workflow {_plain(self.workflow)}" + (f", {_plain(self.business_key)}" if self.business_key else "")
        parts = [title, "", f"{about}.", ""]
        for row in self.rows:
            parts += [f"## {_plain(_title(row))}", "", *(f"- {_plain(line)}" for line in _lines(row)), ""]
        return "\n".join(parts if self.rows else [*parts, "Nobody has decided anything yet.", ""])

    def to_html(self) -> str:
        """As HTML, to be put into a page; every text is escaped."""
        from workbench.views import html_text

        parts = [f"<h2>Decisions about run {html_text(self.run_id)}</h2>"]
        for row in self.rows:
            lines = "".join(f"<li>{html_text(line)}</li>" for line in _lines(row))
            parts.append(f"<h3>{html_text(_title(row))}</h3><ul>{lines}</ul>")
        return "\n".join(parts if self.rows else [*parts, "<p>Nobody has decided anything yet.</p>"])

    def to_json(self, *, indent: int | None = 2) -> str:
        """As JSON: `run_id workflow business_key decisions`; a decision has the fields of `frame`, times as ISO 8601.

        Args:
            indent: Spaces per level; `None` for one line.
        """
        decisions = [{name: _time(row) if name == "time" else row[name] for name in _COLUMNS} for row in self.rows]
        head = {"run_id": self.run_id, "workflow": self.workflow, "business_key": self.business_key}
        return json.dumps(head | {"decisions": decisions}, indent=indent, ensure_ascii=False)

    def __repr__(self) -> str:
        """As text."""
        blocks = ["\n".join([_title(row), *(f"  {line}" for line in _lines(row))]) for row in self.rows]
        return visible("\n".join(blocks)) or f"nobody has decided anything about run {visible(self.run_id)} yet"

    def _repr_html_(self) -> str:
        return self.to_html()


def _decided(facts: RunFacts) -> list[dict[str, Any]]:
    return [
        {
            "seq": one.seq, "time_ns": one.time_ns, "action": one.action, "step": one.from_step, "by": one.by,
            "why": one.why, "safety": one.safety, "because": one.because, "accepted": list(one.accepted),
            "assumed": list(one.assumed), "calls": list(one.calls), "new_run": one.new_run,
        }
        for one in facts.decisions
    ]  # fmt: skip


def _resolved(history: History, run_id: str) -> list[dict[str, Any]]:
    """Words about steps and undos in doubt."""
    types, body = history.columns.type, Bodies(history)
    rows = [row for row in history.rows_of(run_id) if types[row] in _WORDS]
    return [found for row in rows if (found := _word(history, row, body(row))) is not None]


def _word(history: History, row: int, body: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = EventType(history.columns.type[row])
    if kind is not EventType.StepResolved and "by" not in body:
        return None  # an undo that ended by itself
    event = history.event(row)
    if kind is EventType.StepResolved:
        because = f"it {'happened' if body.get('happened') else 'did not happen'}"
    else:
        because = f"it is {'' if kind is EventType.CompensationCompleted else 'not '}undone"
    about = history.row_of_seq(event.cause)
    if about is not None and history.columns.type[about] == EventType.StepResolved:
        because = f"the code was given what event {event.cause} says"
    elif event.cause:
        because += f" (event {event.cause})"
    return {
        "seq": event.seq, "time_ns": event.time_ns, "action": "resolve",
        "step": f"{event.name} ({position_text(event.position)})", "by": str(body.get("by") or ""),
        "why": str(body.get("why") or ""), "safety": "", "because": because,
        "accepted": [], "assumed": [], "calls": [], "new_run": "",
    }  # fmt: skip


_WORDS = frozenset({EventType.StepResolved, EventType.CompensationCompleted, EventType.CompensationFailed})


def _time(row: Mapping[str, Any]) -> str:
    return instant(row["time_ns"]).isoformat()


def _title(row: Mapping[str, Any]) -> str:
    return f"{row['action']} {row['step']}".strip() + f" (event {row['seq']}, {_time(row)})"


def _lines(row: Mapping[str, Any]) -> list[str]:
    said = [("decided by", row["by"]), ("on the grounds that", row["why"]), ("verdict", _verdict(row))]
    lines = [f"{word}: {text}" for word, text in said if text]
    lines += [f"accepted: {', '.join(row['accepted'])}"] if row["accepted"] else []
    lines += [f"planned: {call}" for call in row["calls"]]
    lines += [f"assumed: {text}" for text in row["assumed"]]
    return lines + ([f"goes on as run {row['new_run']}"] if row["new_run"] else [])


def _verdict(row: Mapping[str, Any]) -> str:
    return f"{row['safety']}, {row['because']}" if row["safety"] else str(row["because"])


_show = partial(visible, lines=False)
_MARKUP = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|~&"})


def _plain(text: str) -> str:
    return _show(text).translate(_MARKUP)
