"""The code that was replayed beside the code that was recorded.

Lines of a stop are lines of the code that was replayed. That is mostly what the file on disk says now; when the
file was changed after its module was loaded, the recording may hold the text that runs and the disk another.
"""

from __future__ import annotations

import difflib
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import CodeType

__all__ = ["SourceTexts", "lines_of", "replayed_text"]


def replayed_text(code: CodeType | None, file: str, recorded: str | None) -> str | None:
    """The text of a file as the replayed code was made from it; `None` where Python does not have it.

    Args:
        code: Code of the workflow.
        file: The file that is asked for.
        recorded: Its recorded text, where there is one.
    """
    linecache.checkcache(file)  # the file may have been edited, and its module reloaded, in this session
    present = "".join(linecache.getlines(file)) or None
    if present == recorded or recorded is None or code is None or code.co_filename != file:
        return present
    if (present is None or not _holds(present, code)) and _holds(recorded, code):
        return recorded
    return present


def _holds(text: str, code: CodeType) -> bool:
    """Whether compiling the text gives this very code."""
    try:
        module = compile(text, code.co_filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return any(found == code for found in _codes(module))


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def lines_of(text: str, file: str) -> set[int]:
    """1-based lines of a source text at which code can stand; none when it is no Python."""
    try:
        module = compile(text, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return set()
    return {line for code in _codes(module) for _, _, line in code.co_lines() if line}


@dataclass(frozen=True)
class SourceTexts:
    """One file as recorded and as replayed.

    Attributes:
        file: Its name.
        recorded: Text when the run was recorded; `None` when the recording does not hold it.
        present: Text of the code that was replayed; `None` when Python does not have it.
    """

    file: str
    recorded: str | None
    present: str | None

    @property
    def differs(self) -> bool:
        """Whether both are known and not the same."""
        return None not in {self.recorded, self.present} and self.recorded != self.present

    @cached_property
    def diff(self) -> str:
        """What changed since the recording, as a unified diff; empty when nothing did."""
        if not self.differs:
            return ""
        before, after = (self.recorded or "").splitlines(), (self.present or "").splitlines()
        lines = difflib.unified_diff(before, after, f"recorded {self.file}", f"replayed {self.file}", lineterm="")
        return "\n".join(lines)

    def excerpt(self, line: int, around: int) -> list[str]:
        """Numbered lines around one of the replayed code; where the recorded ones differ, these beside them.

        Args:
            line: 1-based line of the replayed code.
            around: How many lines before and after.
        """
        text = self.recorded if self.present is None else self.present
        if text is None:
            return []
        shown = _numbered(text.splitlines(), line, around)
        if not self.differs:
            return shown
        beside = _numbered((self.recorded or "").splitlines(), self._recorded_line(line), around)
        if [each.partition("│")[2] for each in shown] == [each.partition("│")[2] for each in beside]:
            return shown
        return [*shown, "  recorded otherwise:", *beside]

    def _recorded_line(self, line: int) -> int:
        before, after = (self.recorded or "").splitlines(), (self.present or "").splitlines()
        for tag, begin, end, there, there_end in difflib.SequenceMatcher(
            None, after, before, autojunk=False
        ).get_opcodes():
            if begin <= line - 1 < end:
                return (there + line - begin) if tag == "equal" else min(there + line - begin, max(there_end, 1))
        return line

    def __repr__(self) -> str:
        """Whether they differ, and how."""
        if self.differs:
            return f"{self.file} is not as recorded:\n{self.diff}"
        missing = "recording" if self.recorded is None else "session" if self.present is None else ""
        return f"{self.file}: the {missing} does not hold its text" if missing else f"{self.file} is as recorded"


def _numbered(lines: list[str], line: int, around: int) -> list[str]:
    shown = range(max(1, line - around), min(len(lines), line + around) + 1)
    return [f"{'▶' if number == line else ' '} {number:4} │ {lines[number - 1]}" for number in shown]
