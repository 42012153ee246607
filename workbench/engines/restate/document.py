"""The files that answers of Restate's admin API come in: rows of its tables, whatever is wrapped around them.

A row is known by its columns, so it makes no difference how an answer was saved: `{"rows": […]}` as the server gives
it, a bare list, rows one after the other, or one document that holds the answers about several tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workbench._errors import EmptyLogError, NotALogError
from workbench.engines.jsons import documents_of

__all__ = ["HINT", "Dump", "Row", "dump_of"]

Row = dict[str, Any]

HINT = (
    "save one with: curl -s 127.0.0.1:9070/query -H 'accept: application/json' -H 'content-type: application/json' "
    """-d '{"query": "SELECT * FROM sys_journal"}'; the same of sys_invocation and sys_journal_events may follow in """
    "the same file"
)
_DEEPEST = 6


@dataclass
class Dump:
    """Rows by the invocation that they are about.

    Attributes:
        invocations: Of `sys_invocation`, or of `sys_invocation_status`.
        journals: Of `sys_journal`.
        errors: Of `sys_journal_events`.
    """

    invocations: dict[str, Row] = field(default_factory=dict)
    journals: dict[str, list[Row]] = field(default_factory=dict)
    errors: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """Every invocation, in the order of the file."""
        return list(dict.fromkeys((*self.invocations, *self.journals)))


def dump_of(raw: bytes, path: str) -> Dump:
    """The rows in a file, of at least one invocation.

    Args:
        raw: The bytes of the file.
        path: Where it lies, for errors.

    Raises:
        EmptyLogError: There is no byte, or no row.
        TornLogError: It ends in the middle.
        NotALogError: It is something else, or nested too deeply to be read.
    """
    dump = Dump()
    documents = documents_of(raw, path, HINT)
    for document in documents:
        _search(document, dump, 0)
    if dump.ids:
        return dump
    if dump.errors:
        message = f"{path} holds the errors of invocations (sys_journal_events), and not their journals"
        raise NotALogError(message, path=path, hint=HINT)
    if any(_is_answer_without_rows(document) for document in documents):
        raise EmptyLogError(f"{path} holds no invocation: an answer without rows", path=path, hint=HINT)
    raise NotALogError(f"{path} holds no journal of Restate: no rows of sys_journal in it", path=path, hint=HINT)


def _is_answer_without_rows(document: Any) -> bool:
    answers = document.values() if isinstance(document, dict) and "rows" not in document else [document]
    return any(one in ([], {"rows": []}) for one in answers)


def _search(node: Any, dump: Dump, depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(node, dict):
        if _keep(node, dump):
            return
        node = [part for part in node.values() if isinstance(part, (dict, list))]
    if isinstance(node, list):
        for part in node:
            _search(part, dump, depth + 1)


def _keep(row: Row, dump: Dump) -> bool:
    """Put a row where it belongs; whether it is one."""
    run_id = row.get("id")
    if not isinstance(run_id, str) or not run_id:
        return False
    if "entry_type" in row and "index" in row:
        dump.journals.setdefault(run_id, []).append(row)
    elif "event_type" in row:
        dump.errors.setdefault(run_id, []).append(row)
    elif "target" in row and "status" in row:
        dump.invocations[run_id] = row
    else:
        return False
    return True
