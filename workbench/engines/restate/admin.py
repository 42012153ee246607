"""Asking a Restate server that runs: reading SELECTs through its admin API, with bounds in time and size.

Only `POST …/query` is sent, never a word that changes anything. Redirects are not followed, and a server on this
machine is not asked through a proxy.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbench._errors import LogError, NotALogError, TooLargeError

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

__all__ = ["MOST_BYTES", "PATIENCE_SECONDS", "answers_of", "is_admin_api"]

PATIENCE_SECONDS = 60.0
"""For all answers together; a server that says nothing for a sixth of it is given up."""

MOST_BYTES = 256 << 20
"""Of all answers together."""

_PLACE = re.compile(r"(?:/query|/ui(?:/invocations(?:/(inv_\w{1,100}))?)?|/invocations/(inv_\w{1,100}))?/?")
_LOOPBACK = re.compile(r"127\.[0-9.]+|localhost|::1")
_BLOCK = 1 << 18
_HINT = "the admin API of Restate listens on port 9070: wb.open('http://127.0.0.1:9070')"
_LARGE = "open one invocation: wb.open('http://127.0.0.1:9070/ui/invocations/inv_…')"
_TABLES = {
    "sys_invocation": "SELECT * FROM sys_invocation",  # first: what it calls completed has its whole journal
    "sys_journal": "SELECT id, index, entry_type, name, entry_json, appended_at FROM sys_journal",
    "sys_journal_events": "SELECT * FROM sys_journal_events",
}
_MAY_LACK = "sys_journal_events"
"""Servers before 1.5 have no such table."""
_REFUSED = 300
"""From this status on: redirects are not followed."""


def is_admin_api(url: str) -> bool:
    """Whether a URL names a server, or one invocation in its UI, and not a file.

    Args:
        url: For example `http://127.0.0.1:9070`, or `http://127.0.0.1:9070/ui/invocations/inv_1a…`.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and _PLACE.fullmatch(parts.path) is not None


def answers_of(url: str, *, patience_seconds: float = PATIENCE_SECONDS, most_bytes: int = MOST_BYTES) -> bytes:
    """What the server says about its invocations, as one JSON document of the shape that `document` reads.

    Args:
        url: See `is_admin_api`.
        patience_seconds: For all answers together.
        most_bytes: For all answers together.

    Raises:
        LogError: Nobody answers, not in time, or not as asked.
        NotALogError: What answers is no admin API.
        TooLargeError: It holds more than is taken here.
    """
    parts = urlsplit(url)
    place = _PLACE.fullmatch(parts.path)
    run_id = next(filter(None, place.groups()), "") if place is not None else ""
    ask = _Asking(f"{parts.scheme}://{parts.netloc}", patience_seconds, most_bytes)
    said = {table: ask.about(table, run_id) for table in _TABLES}
    return b"{" + b",".join(b'"%s":%s' % (table.encode(), answer) for table, answer in said.items()) + b"}"


class _Asking:
    def __init__(self, base: str, patience_seconds: float, most_bytes: int) -> None:
        self.base = base
        self._left = most_bytes
        self._limit = most_bytes
        self._patience = patience_seconds
        self._deadline = time.monotonic() + patience_seconds
        self._opener = _opener(urlsplit(base).hostname or "")

    def about(self, table: str, run_id: str) -> bytes:
        """The answer about one table."""
        query = _TABLES[table] + (f" WHERE id = '{run_id}'" if run_id else "")  # letters and digits, see `_PLACE`
        status, answer = self._told(lambda: self._posted(query))
        if status >= _REFUSED and table == _MAY_LACK and b"not found" in answer:
            return b"[]"
        if status >= _REFUSED:
            text = answer[:200].decode("utf-8", "replace")
            raise LogError(f"{self.base} refuses to tell ({status}): {text}", path=self.base, hint=_HINT)
        if not answer.lstrip().startswith((b'{"rows"', b"[")):
            hint = f"{_HINT}; of another server, name a file or folder: {self.base}/shop.wlog"
            raise NotALogError(f"{self.base} is no admin API of Restate", path=self.base, hint=hint)
        return answer

    def _posted(self, query: str) -> tuple[int, bytes]:
        import json
        from urllib.request import Request

        headers = {"accept": "application/json", "content-type": "application/json"}
        body = json.dumps({"query": query}).encode()
        request = Request(f"{self.base}/query", body, headers, method="POST")  # noqa: S310 - http or https, see `is_admin_api`
        answer: Any = self._opener.open(request, timeout=self._patience / 6)
        with answer:
            return answer.status, self._read(answer)

    def _read(self, answer: Any) -> bytes:
        blocks = []
        while block := answer.read1(_BLOCK):
            blocks.append(block)
            self._left -= len(block)
            if self._left < 0:
                raise TooLargeError(f"{self.base} answers with more than {self._limit:,} bytes", hint=_LARGE)
            if time.monotonic() > self._deadline:
                raise TimeoutError
        return b"".join(blocks)

    def _told(self, ask: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        """What goes wrong on the way, in the words of this package."""
        from http.client import HTTPException

        try:
            return ask()
        except TimeoutError:
            message = f"{self.base} did not answer in {self._patience:g} seconds"
            raise LogError(message, path=self.base, hint=_LARGE) from None
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                message = f"{self.base} did not answer in {self._patience:g} seconds"
                raise LogError(message, path=self.base, hint=_LARGE) from None
            raise LogError(f"nobody answers at {self.base}: {reason}", path=self.base, hint=_HINT) from error


def _opener(host: str) -> OpenerDirector:
    """Without the handler that follows redirects, and without the one that raises for a refusal."""
    from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler

    opener = OpenerDirector()
    for handler in (ProxyHandler({} if _LOOPBACK.fullmatch(host) else None), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener
