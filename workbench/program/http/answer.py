"""What the other side answered, as the log holds it, whichever library asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from workbench.program.http import cookie
from workbench.program.http.body import MAX_CONTENT, Body, shown

__all__ = ["Answer", "StatusError"]

_FIELDS = frozenset({"status", "reason", "http_version", "headers", "body", "format"})
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers about the bytes on the wire; what is recorded is the decoded content."""
_REFUSED, _SERVER_FAILED = 400, 500
_UNDECIDED = frozenset({408, 409, 425})
"""4xx that do not prove a refusal: request timeout, a conflicting request in progress, too early."""


class StatusError(Exception):
    """A status of 400 or more, recorded as the step's failure. The caller gets the response, never this.

    Attributes:
        answer: The answer, as `Answer.plain` gives it.
        definite: The status proves that nothing happened.
    """

    def __init__(self, message: str, answer: dict[str, Any]) -> None:
        super().__init__(message)
        status = answer["status"]
        self.answer = answer
        self.definite = _REFUSED <= status < _SERVER_FAILED and status not in _UNDECIDED


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response.

    Attributes:
        status: Status code.
        headers: By name, since redaction goes by names; a list of values where one is repeated, cookies in parts.
        body: Decoded content.
        reason: Reason phrase.
        http_version: For example `HTTP/1.1`.
    """

    status: int
    headers: Mapping[str, Any]
    body: Body
    reason: str = ""
    http_version: str = "HTTP/1.1"

    @classmethod
    def received(
        cls, status: int, headers: Iterable[tuple[str, str]], content: bytes, *, reason: str, http_version: str
    ) -> Answer:
        """The answer with these headers and this content, decoded already."""
        kept: dict[str, Any] = {}
        spelled: dict[str, str] = {}
        content_type = ""
        for name, value in headers:
            lowered = name.lower()
            if lowered == "content-type":
                content_type = value
            if lowered in _FRAMING and (content or lowered != "content-length"):
                continue  # without content, a length says what a GET would have given
            fact = cookie.parted(value) if lowered == cookie.HEADER else value
            key = spelled.setdefault(lowered, name)
            before = kept.get(key)
            kept[key] = fact if before is None else [*(before if isinstance(before, list) else [before]), fact]
        return cls(status, kept, Body.of(content, content_type), reason, http_version)

    @classmethod
    def recorded(cls, value: Any) -> Answer:
        """The answer in a recorded result; of one that an edit supplied, only what it says.

        An edit may give just the body: then it is that of a plain 200.
        """
        if not (isinstance(value, Mapping) and isinstance(value.get("status"), int) and _FIELDS.issuperset(value)):
            value = {"status": int(HTTPStatus.OK), "body": value}
        body = value.get("body", "")
        known = Body(body, str(value["format"])) if "format" in value else Body.guessed(body)
        headers = dict(value.get("headers") or {})
        if "format" not in value and known.form.startswith("json") and "content-type" not in map(str.lower, headers):
            headers["content-type"] = "application/json"
        return cls(
            value["status"], headers, known,
            str(value.get("reason") or _phrase(value["status"])), str(value.get("http_version") or "HTTP/1.1"),
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """What is recorded."""
        return {
            "status": self.status,
            "reason": self.reason,
            "http_version": self.http_version,
            "headers": dict(self.headers),
            "body": self.body.value,
            "format": self.body.form,
        }

    def settled(self, what: str) -> dict[str, Any]:
        """The step's result.

        Args:
            what: Names the request in the message of a failure.

        Raises:
            StatusError: The status says that the call failed.
        """
        # Content beyond the limit is left to the recorder, which says that the step ran and cannot be recorded.
        too_large = isinstance(self.body.value, bytes) and len(self.body.value) > MAX_CONTENT
        if self.status < _REFUSED or too_large:
            return self.plain()
        raise StatusError(f"{what} answered {self.status} {self.reason}".rstrip(), self.plain())

    def pairs(self, content: bytes) -> list[tuple[str, str]]:
        """Headers for a response with this content, redacted values as their markers."""
        pairs = [
            (shown(name), cookie.joined(value) if name.lower() == cookie.HEADER else shown(str(value)))
            for name, values in self.headers.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        if content and all(name.lower() != "content-length" for name, _ in pairs):
            pairs.append(("content-length", str(len(content))))
        return pairs


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""  # a status of nobody's standard has no phrase either
