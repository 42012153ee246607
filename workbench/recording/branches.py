"""The branches of one run, kept beside the recording: a tree of names, parents and edits.

They stand in a text file of their own (`shop.wlog.branches`), one line of JSON per saved branch, only ever appended
to: of two lines with one name the later counts. The recording itself is never touched.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench._errors import CodeNotFoundError, UndecodableError, UsageError
from workbench.machine import Edit
from workbench.model import History, visible
from workbench.program import as_workflow
from workbench.recording.branch import Branch
from workbench.recording.code import code_of_reference
from workbench.recording.edits import bytes_of_edit, edit_of_bytes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RECORDED", "Branches", "Saved"]

RECORDED = "recorded"
"""The root of the tree: the run as it was."""
_SUFFIX = ".branches"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Saved:
    """One line of the file.

    Attributes:
        run_id: The run.
        name: Name of the branch.
        parent: Name of the saved branch that it was made from; `recorded` for none.
        code: Where its code is: `module:qualname`.
        edits: What is pretended.
    """

    run_id: str
    name: str
    parent: str
    code: str
    edits: tuple[Edit, ...]


class Branches:
    """The saved branches of one run.

    Args:
        path: The recording.
        history: Its events.
        run_id: The run.
        recorded_code: Finds the recorded workflow.
    """

    def __init__(
        self, path: Path, history: History, run_id: str, recorded_code: Callable[[], Callable[..., Any]]
    ) -> None:
        self.path = path.with_name(path.name + _SUFFIX)
        self._history = history
        self._run_id = run_id
        self._recorded_code = recorded_code

    # --- reading --------------------------------------------------------------------------------------------

    def saved(self) -> dict[str, Saved]:
        """What the file holds of this run, by name, in the order in which it was first saved.

        Raises:
            UndecodableError: A line is none of ours; a last line that was cut off is passed over.
        """
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        found: dict[str, Saved] = {}
        for number, line in enumerate(lines[:-1], start=1):
            saved = _saved_of(line, f"{self.path.name}:{number}")
            if saved is not None and saved.run_id == self._run_id:
                found[saved.name] = saved
        return found

    def __getitem__(self, name: str) -> Branch:
        """A saved branch, ready to be replayed.

        Raises:
            UsageError: There is none of this name.
            CodeNotFoundError: Its code is not here any more.
        """
        saved = self.saved()
        if name not in saved:
            raise UsageError(
                f"no saved branch {name!r} of run {self._run_id!r}", hint=f"there is {', '.join(saved) or 'none'}"
            )
        return self._branch(saved[name], saved)

    def __iter__(self) -> Iterator[str]:
        """Names of the saved branches."""
        return iter(self.saved())

    def __len__(self) -> int:
        """How many there are."""
        return len(self.saved())

    @property
    def frame(self) -> pd.DataFrame:
        """One row per saved branch.

        Columns: `name` (str), `parent` (str, `recorded` for the run itself), `edits` (str, in words), `code` (str,
        `module:qualname`).
        """
        import pandas as pd

        rows = [(one.name, one.parent, "; ".join(map(str, one.edits)), one.code) for one in self.saved().values()]
        return pd.DataFrame(rows, columns=["name", "parent", "edits", "code"]).astype("str")

    # --- writing --------------------------------------------------------------------------------------------

    def add(self, branch: Branch) -> None:
        """Append a branch. See `Branch.save`."""
        if not branch.name.strip() or branch.name == RECORDED:
            raise UsageError(f"a branch cannot be named {branch.name!r}", hint="branch.save('card declined')")
        ancestor = branch.parent
        while ancestor is not None and not ancestor.name:
            ancestor = ancestor.parent
        line = {
            "version": _VERSION,
            "run": self._run_id,
            "name": branch.name,
            "parent": ancestor.name if ancestor is not None else RECORDED,
            "code": as_workflow(branch.code).reference,
            "edits": [
                {"says": str(edit), "body": base64.b64encode(bytes_of_edit(edit)).decode()} for edit in branch.edits
            ],
        }
        document = json.dumps(line).encode() + b"\n"
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                document = b"\n" + document  # the line before was cut off: it stays broken, and alone
            os.write(descriptor, document)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    # --- for people -----------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        """The tree."""
        saved = self.saved()
        children: dict[str, list[Saved]] = {}
        for one in saved.values():
            children.setdefault(one.parent if one.parent in saved else RECORDED, []).append(one)

        def lines(parent: str, indent: str) -> Iterator[str]:
            for one in children.get(parent, []):
                edits = "; ".join(map(str, one.edits)) or "other code"
                yield indent + visible(f"└ {one.name}: {edits} [{one.code}]", lines=False)
                yield from lines(one.name, indent + "  ")

        tree = [visible(f"{RECORDED}: run {self._run_id}", lines=False), *lines(RECORDED, "  ")]
        tree.append("  next: run.branches[name], branch.save(name)")
        return visible("\n".join(tree))

    def _branch(self, saved: Saved, known: dict[str, Saved]) -> Branch:
        parent = known.get(saved.parent) if saved.parent != saved.name else None
        without = {name: one for name, one in known.items() if name != saved.name}
        return Branch(
            self._history, self._run_id, self._code(saved), saved.edits,
            self._branch(parent, without) if parent is not None else None, name=saved.name, shelf=self,
        )  # fmt: skip

    def _code(self, saved: Saved) -> Callable[..., Any]:
        try:
            recorded = self._recorded_code()
        except CodeNotFoundError:
            return code_of_reference(saved.code)
        return recorded if as_workflow(recorded).reference == saved.code else code_of_reference(saved.code)


def _saved_of(line: bytes, where: str) -> Saved | None:
    if not line:
        return None
    try:
        entry = json.loads(line)
        edits = tuple(edit_of_bytes(base64.b64decode(edit["body"], validate=True)) for edit in entry["edits"])
        return Saved(str(entry["run"]), str(entry["name"]), str(entry["parent"]), str(entry["code"]), edits)
    except (ValueError, KeyError, TypeError, RecursionError, UndecodableError) as error:
        reason = error.message if isinstance(error, UndecodableError) else type(error).__name__
        raise UndecodableError(
            f"{where} is no saved branch: {reason}", hint="take the line out; the others are whole"
        ) from error
