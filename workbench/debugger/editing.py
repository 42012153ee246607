"""Edits as a browser writes them, turned into a branch. Values are data: nothing that a browser sends is executed."""

from __future__ import annotations

import base64
import binascii
import builtins
import json
from collections.abc import Callable
from typing import Any

from workbench._errors import UsageError
from workbench.debugger.session import Kept, Session
from workbench.debugger.wire.pretending import Edit, ErrorValue, Value
from workbench.debugger.wire.trying import EditWords
from workbench.journal.codec import RecordedError
from workbench.machine import Edit as MachineEdit
from workbench.machine import Raises, Returns, Target
from workbench.model import History, visible
from workbench.recording import Branch, Run, Trace
from workbench.recording.branches import Saved
from workbench.recording.edits import bytes_of_edit, edit_of_bytes
from workbench.replay import Needs
from workbench.replay.example import NO_EXAMPLE

__all__ = ["edit_words", "edited", "suggested", "value_of"]

_WORDS = 400
_LONGEST = 1_000_000


def edited(session: Session, run: Run, edits: list[Edit], parent: Kept | None) -> Branch:
    """A branch with these edits besides those of its parent.

    Args:
        session: Where the values of suggestions are.
        run: The run.
        edits: What is pretended.
        parent: The branch that it goes on from.

    Raises:
        UsageError: An edit means nothing, or its value cannot be read.
    """
    if parent is not None and parent.run_id != run.id:
        raise UsageError(f"branch {parent.id} is one of run {parent.run_id!r}", hint="begin with a branch of this run")
    branch = parent.branch if parent is not None else run.what_if(session.code(run))
    for edit in edits:
        branch = _Editing(session, run, parent).add(branch, edit)
    return branch


class _Editing:
    def __init__(self, session: Session, run: Run, parent: Kept | None) -> None:
        self._session = session
        self._run = run
        self._parent = parent

    def add(self, branch: Branch, edit: Edit) -> Branch:
        """The branch with one more edit."""
        if "document" in edit:
            return _with(branch, _edit_of(edit["document"]))
        does = edit.get("edit", "")
        if does not in _ADDS:
            raise UsageError("an edit does not say what is pretended", hint="edit: returns, raises, delays …")
        return _ADDS[does](self, branch, edit)

    def _returns(self, branch: Branch, edit: Edit) -> Branch:
        return branch.returns(_step(edit), self._value(edit), **_which(edit))

    def _raises(self, branch: Branch, edit: Edit) -> Branch:
        error = _error_of(edit.get("error"), self._run.history)
        if isinstance(error, BaseException):
            return branch.raises(_step(edit), error, **_which(edit))
        aimed = branch.returns(_step(edit), None, **_which(edit)).edits[-1]
        assert isinstance(aimed, Returns)  # noqa: S101 - what `returns` has just made
        return _with(branch, Raises(aimed.target, error))

    def _answer(self, branch: Branch, edit: Edit) -> Branch:
        if "error" not in edit:
            return branch.answer(self._value(edit))
        error = _error_of(edit["error"], self._run.history)
        if isinstance(error, BaseException):
            return branch.answer(raises=error)
        needs = branch.outcome
        if not isinstance(needs, Needs) or needs.call is None:
            return branch.answer()  # which says why it needs none
        return _with(branch, Raises(Target(needs.name, position=needs.position), error, supplied=True))

    def _delays(self, branch: Branch, edit: Edit) -> Branch:
        return branch.delays(_step(edit), edit.get("seconds", 0), **_which(edit))

    def _drops(self, branch: Branch, edit: Edit) -> Branch:
        return branch.drops(_step(edit), **_which(edit))

    def _signals(self, branch: Branch, edit: Edit) -> Branch:
        value = self._value(edit) if "value" in edit else None
        return branch.signals(edit.get("name", ""), value, after=edit.get("seq", 0))

    def _shifts_clock(self, branch: Branch, edit: Edit) -> Branch:
        return branch.shifts_clock(edit.get("seconds", 0), after=edit.get("seq", 0))

    def _crashes(self, branch: Branch, edit: Edit) -> Branch:
        if "step" not in edit and "position" not in edit:
            return branch.crashes(event=edit.get("seq", 0))
        return branch.crashes(_step(edit), edit.get("when", "during"), **_which(edit))

    def _input(self, branch: Branch, edit: Edit) -> Branch:
        args, kwargs = _json(edit.get("args", "[]")), _json(edit.get("kwargs", "{}"))
        if type(args) is not list or type(kwargs) is not dict:
            raise UsageError("arguments are a list, and named ones an object", hint='args: "[42]", kwargs: "{}"')
        return branch.input(*args, **kwargs)

    def _value(self, edit: Edit) -> Any:
        if "value" not in edit:
            raise UsageError(f"{edit.get('edit')} needs a value", hint='value: {json: "…"}')
        return value_of(edit["value"], self._run.history, self._parent)


_ADDS: dict[str, Callable[[_Editing, Branch, Edit], Branch]] = {
    "returns": _Editing._returns,  # noqa: SLF001 - a table of the class beside it, as are all below
    "raises": _Editing._raises,  # noqa: SLF001 - see above
    "answer": _Editing._answer,  # noqa: SLF001 - see above
    "delays": _Editing._delays,  # noqa: SLF001 - see above
    "drops": _Editing._drops,  # noqa: SLF001 - see above
    "signals": _Editing._signals,  # noqa: SLF001 - see above
    "shifts_clock": _Editing._shifts_clock,  # noqa: SLF001 - see above
    "crashes": _Editing._crashes,  # noqa: SLF001 - see above
    "input": _Editing._input,  # noqa: SLF001 - see above
}


def _with(branch: Branch, edit: MachineEdit) -> Branch:
    """The branch with an edit that is made already."""
    return Branch(
        branch.history, branch.run_id, branch.code, (*branch.edits, edit), branch, shelf=branch.shelf,
        others=branch.others,
    )  # fmt: skip


def _step(edit: Edit) -> str | int:
    if "step" in edit:
        return edit["step"]
    return edit["seq"] if "seq" in edit and "position" not in edit else ""


def _which(edit: Edit) -> dict[str, Any]:
    return {"occurrence": edit.get("occurrence", 0), "position": edit.get("position", "")}


# --- values --------------------------------------------------------------------------------------------------


def value_of(value: Value, history: History, parent: Kept | None = None) -> Any:
    """A value that a person gives.

    Raises:
        UsageError: It is none.
    """
    if len(value) != 1:
        raise UsageError("a value is one of json, seq, suggestion", hint='{json: "42"}')
    if "json" in value:
        return _json(value["json"])
    if "seq" in value:
        return _recorded(history, value["seq"])
    offered = suggested(parent.trace.outcome) if parent is not None else []
    number = value.get("suggestion", -1)
    if not 0 <= number < len(offered):
        raise UsageError(f"there is no suggestion {number}", hint="suggestions are those of the parent's frontier")
    return offered[number][0]


def suggested(outcome: Any) -> list[tuple[Any, bool]]:
    """What could be answered at a frontier, best first, and whether it is made up."""
    if not isinstance(outcome, Needs):
        return []
    found = [(value, False) for value in outcome.suggestions]
    return found if found or outcome.example is NO_EXAMPLE else [(outcome.example, True)]


def _json(text: str) -> Any:
    if len(text) > _LONGEST:
        raise UsageError(f"a value of {len(text):,} characters is too long", hint="give it in Python: run.what_if()")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "it holds a number that JSON does not know"
        raise UsageError(
            f"this is no JSON: {why}", hint='text is written "so", lists [1, 2], objects {"a": 1}'
        ) from error


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _recorded(history: History, seq: int) -> Any:
    row = history.row_of_seq(seq) if 0 <= seq < 1 << 63 else None
    body = history.payload(row) if row is not None else None
    for name in ("result", "value"):
        if isinstance(body, dict) and name in body:
            return body[name]
    raise UsageError(f"event {seq} holds no result", hint="name an event such as StepCompleted")


def _error_of(given: ErrorValue | None, history: History) -> Any:
    """An exception of Python, or one as the recording holds it: its class is looked up when code is replayed."""
    if given is None or not given["type"].strip():
        raise UsageError("no error is given", hint='error: {type: "TimeoutError", message: "no answer"}')
    name, message = given["type"].strip(), given.get("message", "")
    known = getattr(builtins, name, None)
    if "module" not in given and isinstance(known, type) and issubclass(known, Exception):
        try:
            return known(*([message] if message else []))
        except TypeError as error:
            raise UsageError(f"{name} cannot be made from a message", hint="take another error") from error
    module, _, type_name = name.rpartition(".")
    module = given.get("module", "") or module or _module_of(type_name, history)
    args = (message,) if message else ()
    return RecordedError(module=module, type_name=type_name, args=args, message=message)


def _module_of(type_name: str, history: History) -> str:
    """The module of an error class that the recording holds."""
    wanted = {number for number, tag in enumerate(history.tags) if tag.rpartition(".")[2] == type_name}
    tags = history.columns.tag
    for row in range(len(history)):
        if tags[row] in wanted:
            error = history.payload(row).get("error")
            if isinstance(error, RecordedError) and error.type_name.rpartition(".")[2] == type_name:
                return error.module
    known = ", ".join(sorted({tag for tag in history.tags if tag})[:8]) or "none"
    raise UsageError(
        f"no error {visible(type_name, limit=80, lines=False)!r} is built in or recorded here",
        hint=f"write module.Class; the recording holds {known}",
    )


# --- edits in answers ----------------------------------------------------------------------------------------


def edit_words(branch: Branch | Saved, trace: Trace | None = None) -> list[EditWords]:
    """The edits of a branch, in words and as documents."""
    unused = trace.unused if trace is not None else ()
    return [
        {
            "text": visible(str(edit), limit=_WORDS, lines=False),
            "edit": {"document": base64.b64encode(bytes_of_edit(edit)).decode()},
            "unused": any(edit is one for one in unused),
        }
        for edit in branch.edits
    ]


def _edit_of(document: str) -> MachineEdit:
    try:
        return edit_of_bytes(base64.b64decode(document, validate=True))
    except binascii.Error as error:
        raise UsageError("a saved edit is not whole", hint="take it from an answer as it is") from error
