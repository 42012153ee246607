"""One HTTP request as a step: its name, its kind, its key, and what of it decides whether it is the same call.

What changes from one sending to the next and means nothing (who sends, tracing ids, random boundaries, signatures
over the time) is left out: it would make every resumed run diverge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from workbench._errors import PayloadTooLargeError
from workbench.journal.codec import MARKER
from workbench.journal.redaction.patterns import PATTERNS
from workbench.machine import Call
from workbench.model import Declaration, Kind
from workbench.program.http.body import MAX_CONTENT, Body, media_type, parameter
from workbench.program.scope import CURRENT_KEY, Scope
from workbench.program.step import Step

__all__ = ["KEY_HEADER", "Exchange", "key_to_send"]

KEY_HEADER = "idempotency-key"
_KINDS = {
    **dict.fromkeys(("GET", "HEAD", "OPTIONS", "TRACE"), Kind.READ),
    **dict.fromkeys(("PUT", "DELETE"), Kind.IDEMPOTENT),
}
"""RFC 9110 section 9.2: safe methods, and those that are idempotent but not safe."""
_MEANINGLESS = frozenset(
    {
        KEY_HEADER,  # recorded as the step's key; a key drawn anew by a client library must not look like another call
        "accept-encoding", "baggage", "b3", "connection", "content-length", "date", "host", "keep-alive",
        "newrelic", "sentry-trace", "te", "traceparent", "tracestate", "transfer-encoding", "uber-trace-id",
        "user-agent", "x-amz-date", "x-amzn-trace-id", "x-cloud-trace-context", "x-correlation-id", "x-request-id",
    }
)  # fmt: skip
_MEANINGLESS_BEGINNINGS = ("x-b3-", "x-datadog-")
_SIGNING_SCHEMES = frozenset({"aws4-hmac-sha256", "digest"})
"""Credentials that sign each request over time or chance: only the scheme is the same twice."""
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
"""Recorded, redacted, and not compared: a token that was renewed between crash and resume asks for the same thing."""
_BOUNDARY = "boundary"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that is about to be sent.

    Attributes:
        method: In capitals.
        url: Whole, without credentials and fragment.
        headers: By lowered name.
        content: The body.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes

    @classmethod
    def of(cls, method: str, url: str, headers: Iterable[tuple[str, str]], content: bytes) -> Exchange:
        """An exchange.

        Raises:
            PayloadTooLargeError: The body does not fit a log; nothing was sent.
        """
        if len(content) > MAX_CONTENT:
            message = (
                f"cannot record the body of {method} {_masked(_bare(url))}: it has more than {MAX_CONTENT:,} bytes"
            )
            hint = "upload it in a step of its own that takes a path or digest"
            raise PayloadTooLargeError(message, where="$.args[2]", hint=hint)
        return cls(method.upper(), _without_credentials(url), {name.lower(): value for name, value in headers}, content)

    @property
    def title(self) -> str:
        """Method and place, for messages."""
        return f"{self.method} {_masked(_bare(self.url))}"

    def call_in(self, scope: Scope, send: Callable[[], Any], *, is_async: bool = False) -> Call:
        """The step call at the next position of `scope`.

        Args:
            scope: Branch of the workflow.
            send: Really sends the request; called by a live driver only.
            is_async: `send` gives an awaitable.
        """
        key = self.headers.get(KEY_HEADER, "")
        kind = _KINDS.get(self.method, Kind.KEYED if key else Kind.WRITE)
        step: Step[..., Any] = Step(
            _Send(send), _declaration(self.method, _bare(self.url), kind), key=(lambda *_, **__: key) if key else None
        )
        step.is_async = is_async
        step.uncompared = _CREDENTIALS
        return step.call_in(scope, (self.method, self.url, self._body()), {"headers": self._meaningful()})

    def _body(self) -> Any:
        if not self.content:
            return None
        content_type = self.headers.get("content-type", "")
        media = media_type(content_type)
        if media.startswith("multipart/"):
            boundary = parameter(content_type, "boundary").encode("latin-1", "replace")
            return self.content.replace(boundary, _BOUNDARY.encode()) if boundary else self.content
        if media == "application/x-www-form-urlencoded":
            return _form(self.content) or Body.of(self.content, content_type).value
        return Body.of(self.content, content_type).value

    def _meaningful(self) -> dict[str, str]:
        return {
            name: _steady(name, value)
            for name, value in sorted(self.headers.items())
            if name not in _MEANINGLESS and not name.startswith(_MEANINGLESS_BEGINNINGS)
        }


class _Send:
    """The body of the step. It sends the real request and not the recorded arguments, which leave things out."""

    __slots__ = ("_send",)
    __hash__ = None  # type: ignore[assignment]  # caches of annotations by function must not keep requests alive

    def __init__(self, send: Callable[[], Any]) -> None:
        self._send = send

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Send it."""
        return self._send()


def key_to_send(headers: Mapping[str, str]) -> str:
    """The idempotency key for the request of the step that is running: after a crash the recorded one.

    Args:
        headers: The request's own, by lowered name; without a key there, none is sent.
    """
    own = headers.get(KEY_HEADER, "")
    recorded = CURRENT_KEY.get()
    return own if not own or not recorded or MARKER.search(recorded) else recorded


@lru_cache(maxsize=4096)
def _declaration(method: str, place: str, kind: Kind) -> Declaration:
    """Without a module, which tells the recorder that one name may be declared in several ways."""
    masked = _masked(place)
    return Declaration(name=f"{method} {urlsplit(masked).path or '/'}", kind=kind, kind_assumed=True, resource=masked)


def _masked(text: str) -> str:
    """Names of steps are written in clear, so secrets of known shape (a webhook's path) are cut out of them."""
    for pattern in PATTERNS:
        for found in reversed(list(pattern.shape.finditer(text))):
            if pattern.accepts is None or pattern.accepts(found):
                text = f"{text[: found.start('secret')]}*{pattern.kind}*{text[found.end('secret') :]}"
    return text


def _bare(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _without_credentials(url: str) -> str:
    """The Authorization header has them, too, and there they are redacted."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))


def _form(content: bytes) -> dict[str, Any]:
    """Fields by name, so that secret ones are redacted by name."""
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def _steady(name: str, value: str) -> str:
    if name == "content-type" and media_type(value).startswith("multipart/"):
        boundary = parameter(value, "boundary")
        return value.replace(boundary, _BOUNDARY) if boundary else value
    scheme = value.partition(" ")[0]
    return scheme if name == "authorization" and scheme.lower() in _SIGNING_SCHEMES else value
