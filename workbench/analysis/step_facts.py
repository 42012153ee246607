"""What the log says about one step: the row behind the frames, the effect behind the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from workbench.analysis.state import UNDONE_STATES, State
from workbench.model import Declaration, Kind, Position, position_text

__all__ = ["NS", "StepFacts"]

NS = 1_000_000_000

_TEXT_OF = lru_cache(4096)(position_text)
"""Runs of one workflow share their positions, and every option of a verdict shows them."""


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step of one run. An effect is a step whose kind acts on the world.

    Attributes:
        run_id: The run.
        position: Where in the program.
        declaration: Name, kind, undo, probe and the rest of what was declared.
        state: How it stands.
        answered: The log holds what a resumed run is handed here, so it is not executed again.
        repeated: An earlier attempt may have acted as well as the one that returned.
        contradicted: It happened, but the log hands the code a failure or a cancellation here.
        twice: Another attempt or execution than the one that counts has acted as well, and is not undone.
        takes_word: It happened, and the code was told otherwise, or nothing: one that comes there again after a
            decision to retry is given what somebody said that it returned.
        attempts: Number of attempts; 0 where the engine does not say.
        opened: Row of the first intent; orders the steps of a run.
        seq: Number of the event in that row: by it people name this execution; 0 for unknown.
        answer: Row of the outcome; -1 for none.
        started_ns: When the first attempt began.
        sent_ns: When the last attempt began: its request may be on its way; -1 for unknown.
        denied_ns: When somebody last said that it did not happen; -1 for never.
        ended_ns: When the outcome came; -1 for not yet.
        key: Idempotency key; `""` for none.
        key_changed: Attempts used different keys, so none of them protects.
        body_changed: It was called again under the same key with other arguments.
        superseded: It happened, and somebody decided to retry from it or from an earlier step: the code is not given
            what was recorded, and a run that goes on executes it again.
        displaced: The code calls the same step with another key at its place by now, and this one no more.
        undone_before: An earlier execution was undone: its key only repeats the old answer.
        error_type: Class name of the last error, `""` for none or when a later attempt went well.
        error: Its message.
        code: `"flows.py:43"`, where the call stands; `""` where the engine does not say.
        unusable: Why the recorded result cannot be handed to code; `""` when it can.
        untold: Somebody said that it happened, and not what it returned: its undo gets nothing, as that of a step in
            doubt does.
        undo_failures: How often the undo failed.
        undo_definite: The last failure of the undo proves that it did nothing.
        assumed: What was guessed about this step, in words.
        executions: What this is the sum of, each as it stands by itself, where somebody decided to retry; else empty.
    """

    run_id: str
    position: Position
    declaration: Declaration
    state: State
    answered: bool = False
    repeated: bool = False
    contradicted: bool = False
    twice: bool = False
    takes_word: bool = False
    attempts: int = 0
    opened: int = -1
    seq: int = 0
    answer: int = -1
    started_ns: int = 0
    sent_ns: int = -1
    denied_ns: int = -1
    ended_ns: int = -1
    key: str = ""
    key_changed: bool = False
    body_changed: bool = False
    superseded: bool = False
    displaced: bool = False
    undone_before: bool = False
    error_type: str = ""
    error: str = ""
    code: str = ""
    unusable: str = ""
    untold: bool = False
    undo_failures: int = 0
    undo_definite: bool = False
    assumed: tuple[str, ...] = ()
    executions: tuple[StepFacts, ...] = ()

    @property
    def name(self) -> str:
        """Name of the step."""
        return self.declaration.name

    @property
    def kind(self) -> Kind:
        """What repeating it does."""
        return self.declaration.kind

    @property
    def acts(self) -> bool:
        """Whether it changes the world."""
        return self.declaration.kind.acts

    @property
    def undoable(self) -> bool:
        """Whether an undo exists: declared, or already in the log."""
        return self.state in UNDONE_STATES or (self.kind is Kind.COMPENSATABLE and self.declaration.undo != "")

    @property
    def asks(self) -> str:
        """Name of the read-only question that settles its doubt: about the undo where that began; `""` for none."""
        declared = self.declaration
        return declared.undo_probe if self.state in UNDONE_STATES else declared.probe

    @property
    def label(self) -> str:
        """Name and position for people: `charge_card (3)`; one that is displaced by its event, too."""
        event = f", event {self.seq}" if self.displaced else ""
        return f"{self.declaration.name} ({_TEXT_OF(self.position)}{event})"
