"""Child runs from before a decision: a child that begins anew may do again what they did.

A child that the code calls again under its id is met: its run is resumed, or its outcome given, and nothing is done
twice. Under another id it is another run, with steps of its own: those that make keys are guarded one by one
(`workbench.recorder.standing`), and what was done without a key stops the parent before the child begins.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench._errors import UnsafeError
from workbench.machine import Call, RunRecord, Slot, Verb, executions_of
from workbench.model import Position, position_text
from workbench.recorder.standing import accepted_by
from workbench.recorder.words import may_stand

__all__ = ["OldChildren", "ReadRun", "old_children"]

ReadRun = Callable[[str], RunRecord | None]


class _Child(NamedTuple):
    name: str
    position: Position
    run_id: str

    @property
    def label(self) -> str:
        return f"{self.name} ({position_text(self.position)})"


@dataclass
class OldChildren:
    """Child runs that the code has not met again yet.

    Attributes:
        unmet: The child runs, in the order in which they began.
        names: Names of all of them: a child of another name may be one of them under a new name.
        accepted: Labels of those that may be done again, as somebody has accepted.
        read: Reads a run of the log.
    """

    unmet: list[_Child]
    names: frozenset[str]
    accepted: Container[str]
    read: ReadRun

    def meet(self, call: Call, run_id: str, parent: str) -> str:
        """The code starts a child.

        Args:
            call: The call.
            run_id: Id of the child's run.
            parent: The run that starts it.

        Returns:
            Id of the child run that it replaces; `""` for none.

        Raises:
            UnsafeError: That one did something without a key, and nobody accepted to do it again.
        """
        if any((child.name, child.run_id) == (call.name, run_id) for child in self.unmet):
            self.unmet = [child for child in self.unmet if (child.name, child.run_id) != (call.name, run_id)]
            return ""
        renamed = call.name not in self.names
        same = [child for child in self.unmet if renamed or child.name == call.name]
        if not same:
            return ""
        old = next((child for child in same if child.position == call.position), same[0])
        done = self._done_without_key(old.run_id)
        if done and old.label not in self.accepted:
            raise UnsafeError(
                f"child run {old.run_id!r} has done {', '.join(done)}, and the code now begins {call.name} "
                f"({position_text(call.position)}) as another run, {run_id!r}, which would do it twice. "
                "It was not begun",
                run_id=parent,
                objections=(old.label,),
                hint=f"call it under its id, wb.child(…, id={old.run_id!r}), or accept it: "
                f"rec.run({parent!r}).resume(accept=[{old.label!r}])",
            )
        self.unmet.remove(old)
        return old.run_id

    def _done_without_key(self, run_id: str) -> list[str]:
        record = self.read(run_id)
        if record is None:
            return []
        executions = [one for every in executions_of(record).values() for one in every]
        standing = [one for one in executions if not _key(record, one) and may_stand(record, one)]
        return [f"{one.name} ({position_text(one.position)})" for one in standing]


def old_children(record: RunRecord, instead_of: Sequence[RunRecord], read: ReadRun) -> OldChildren:
    """The child runs of what a decision has superseded, and of the runs that a run replaces.

    Args:
        record: The run.
        instead_of: The runs that it replaces.
        read: Reads a run of the log.
    """
    accepted = accepted_by(record)
    found = [child for old in instead_of for child in _children(old, (*old.superseded, *old.slots.values()))]
    for old in instead_of[:1]:  # what was accepted for an earlier rerun is used up
        accepted |= accepted_by(old)
    found += _children(record, record.superseded)
    names = frozenset(child.name for child in (*found, *_children(record, record.slots.values())))
    return OldChildren(list(dict.fromkeys(found)), names, accepted, read)


def _children(record: RunRecord, slots: Iterable[Slot]) -> list[_Child]:
    return [
        _Child(slot.name, slot.position, str(record.history.payload(slot.opened).get("id") or ""))
        for slot in slots
        if slot.verb is Verb.START_CHILD
    ]


def _key(record: RunRecord, execution: Slot) -> Any:
    return record.history.payload(execution.opened).get("key")
