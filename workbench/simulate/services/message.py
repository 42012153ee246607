"""What goes in and out of a simulated service, without HTTP.

A service gets a `Request` and gives a `Response`, or raises `Refusal`, whose body is always
`{"error": code, "message": sentence}`. The readers of request fields live here, so that each service says in one
word what it expects and every refusal reads the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Refusal", "Request", "Response"]

_LONGEST_TEXT = 10_000
_LARGEST_NUMBER = 10**12


@dataclass(frozen=True, slots=True)
class Response:
    """The answer of a service.

    Attributes:
        status: HTTP status code.
        body: A JSON value.
        headers: Headers besides those of the transport.
    """

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - a refusal is a regular answer of the service, not a fault of the program
    """The service will not do it; nothing has changed.

    Attributes:
        response: The answer that says so.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.response = Response(status, {"error": code, "message": message}, headers or {})
        super().__init__(f"{status} {code}: {message}")


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks of a service.

    Attributes:
        method: Upper case.
        segments: The path's parts, unquoted: `/stock/sku-7` is `("stock", "sku-7")`.
        query: Query parameters; of a repeated one the last.
        headers: Names in lower case.
        body: The JSON value, `None` where there was no body.
    """

    method: str
    segments: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    @property
    def path(self) -> str:
        """The path as one text, for messages and fault rules."""
        return "/" + "/".join(self.segments)

    def text(self, name: str) -> str:
        """A required text of the body, neither blank nor longer than a service keeps."""
        value = self._field(name)
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT:
            raise invalid(f"{name} must be a text of 1 to {_LONGEST_TEXT} characters")
        return value

    def whole(self, name: str) -> int:
        """A required whole number of the body, at least 1."""
        value = self._field(name)
        if type(value) is not int or not 1 <= value <= _LARGEST_NUMBER:
            raise invalid(f"{name} must be a whole number from 1 to {_LARGEST_NUMBER}")
        return value

    def _field(self, name: str) -> object:
        if not isinstance(self.body, dict):
            raise invalid("the body must be a JSON object")
        if name not in self.body:
            raise invalid(f"{name} is missing")
        return self.body[name]


def invalid(message: str) -> Refusal:
    """The request cannot be understood."""
    return Refusal(400, "invalid_request", message)


def no_route(request: Request) -> Refusal:
    """No service does this."""
    return Refusal(404, "no_route", f"nothing answers {request.method} {request.path}")
