"""What a person chose to do with a run, as the log holds it: who, when, why, what was accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.machine import RunRecord
from workbench.model import EventType

__all__ = ["Decision", "decisions_of"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        seq: Number of its event.
        time_ns: When it was made, nanoseconds since the epoch.
        action: `resume retry_from rerun compensate`.
        from_step: `retry_from`: label of the step.
        safety: What the verdict said about it then.
        because: Why.
        by: Who decided.
        why: On what grounds, in their words.
        accepted: Ids of the objections that were accepted.
        assumed: What the verdict took for granted.
        calls: The dry run: what was to be called, in sentences.
        new_run: `rerun`: id of the new run.
        cut: `retry_from`: number of the first event that is superseded; 0 for none.
    """

    seq: int
    time_ns: int
    action: str
    from_step: str = ""
    safety: str = ""
    because: str = ""
    by: str = ""
    why: str = ""
    accepted: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    new_run: str = ""
    cut: int = 0


def decisions_of(record: RunRecord, body: Callable[[int], Mapping[str, Any]]) -> tuple[Decision, ...]:
    """The decisions about one run, in order.

    Args:
        record: The run.
        body: Reads one payload; an unreadable one is empty.
    """
    columns = record.history.columns
    made = EventType.DecisionMade
    return tuple(
        _decision(columns.seq[row], columns.time_ns[row], body(row))
        for row in record.ambient
        if columns.type[row] == made
    )


def _decision(seq: int, time_ns: int, body: Mapping[str, Any]) -> Decision:
    texts = {name: str(body.get(name) or "") for name in _TEXTS}
    lists = {name: tuple(map(str, found)) for name in _LISTS if isinstance(found := body.get(name), (list, tuple))}
    cut = body.get("cut")
    return Decision(seq=seq, time_ns=time_ns, cut=cut if isinstance(cut, int) else 0, **texts, **lists)  # type: ignore[arg-type]  # texts and lists by their names


_TEXTS = ("action", "from_step", "safety", "because", "by", "why", "new_run")
_LISTS = ("accepted", "assumed", "calls")
