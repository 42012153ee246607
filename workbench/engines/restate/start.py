"""How a run of Restate began: by its row of `sys_invocation`, by its input, and by who called it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from workbench.engines.jsons import instant_ns, text_of
from workbench.engines.restate.document import Row
from workbench.engines.restate.entry import Entry, fields_of, target_of
from workbench.engines.restate.told import input_of, said_by
from workbench.engines.rows import Later

__all__ = ["Caller", "began_ns", "callers_of", "start_body", "workflow_of"]

_UNKNOWN = "(service not recorded)"
_PATH = "x-restate-ingress-path"
_WAITS = frozenset({"scheduled", "inboxed", "pending"})


class Caller(NamedTuple):
    """What the journal of another run says about this one.

    Attributes:
        run_id: The run that called it.
        target: `Service/handler`.
        key: Of a virtual object or workflow.
    """

    run_id: str
    target: str
    key: str


def callers_of(journals: Iterable[tuple[str, list[Entry]]]) -> dict[str, Caller]:
    """Who called whom, by the id of the called one."""
    found = {}
    for run_id, entries in journals:
        for entry in entries:
            if entry.type in {"Call", "OneWayCall"}:
                request = entry.fields.get("request")
                called = text_of(request if isinstance(request, dict) else entry.fields, "invocation_id")
                found[called] = Caller(run_id, *target_of(entry.fields))
    return found


def began_ns(row: Row, entries: list[Entry]) -> int:
    """When; -1 for unknown. A run that was restarted keeps entries that are older than itself."""
    said = instant_ns(row.get("created_at"))
    return said if said >= 0 or not entries else entries[0].time_ns


def workflow_of(row: Row, given: Entry | None, caller: Caller | None) -> str:
    """`Service/handler`: of the row, of the call, or of the path of the request, which says no more for keyed ones."""
    service, handler = text_of(row, "target_service_name"), text_of(row, "target_handler_name")
    if service or handler:
        return f"{service}/{handler}"
    if caller is not None and caller.target:
        return caller.target
    return text_of(row, "target") or (_path_of(given) if given is not None else "") or _UNKNOWN


def _path_of(given: Entry) -> str:
    headers = fields_of(given.row).get("headers")
    for header in headers if isinstance(headers, list) else []:
        if text_of(header, "name") == _PATH:
            return text_of(header, "value").strip("/").removesuffix("/send")
    return ""


def start_body(run_id: str, row: Row, given: Entry | None, caller: Caller | None, origin: Row) -> dict[str, Any]:
    """What a run began with; sentences about it are added while its journal is read.

    Args:
        run_id: The run.
        row: Of `sys_invocation`; empty where the file has none.
        given: Its input; `None` where the journal has none.
        caller: Who called it, where a journal in the file says so.
        origin: Row of the run that it was restarted from.
    """
    key = text_of(row, "target_service_key") or (caller.key if caller is not None else "")
    key = key or text_of(row, "idempotency_key") or text_of(origin, "idempotency_key")
    before = text_of(row, "restarted_from")
    assumed = []
    if before:
        assumed.append(f"it was restarted from run {before}: entries that are older than the run are that one's deeds")
    if text_of(row, "status") in _WAITS:
        assumed.append(f"it has not begun: {text_of(row, 'status')}")
    if not row:
        assumed.append("how it stands is read off its journal: the file has no row of sys_invocation about it")
    return {
        "args": Later(input_of, given.row) if given is not None else [], "kwargs": {},
        "business_key": key or before or run_id,
        "parent": text_of(row, "invoked_by_id") or (caller.run_id if caller is not None else ""),
        "assumed": assumed, "unseen": [], "missing": [], "invocation": row,
        **said_by(given.row if given is not None else row, "Command: Input"),
    }  # fmt: skip
