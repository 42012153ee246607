"""A `Set-Cookie` header in parts, so that only the cookie's value is redacted.

Whole, it is one secret, and a replayed program that looks for its session cookie by name would not find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.program.http.body import shown

__all__ = ["HEADER", "joined", "parted"]

HEADER = "set-cookie"


def parted(text: str) -> Any:
    """Name, value and attributes by their names (RFC 6265 section 4.1); an unusual spelling stays text."""
    pair, *attributes = text.split("; ")
    name, _, value = pair.partition("=")
    cookie: dict[str, Any] = {"name": name, "value": value}
    for attribute in attributes:
        key, said, fact = attribute.partition("=")
        cookie[key] = fact if said else True
    return cookie if joined(cookie) == text else text


def joined(cookie: Any) -> str:
    """The header that `parted` took apart, a redacted value as its marker."""
    if not isinstance(cookie, Mapping):
        return shown(str(cookie))
    facts = {shown(key): fact if fact is True else shown(str(fact)) for key, fact in cookie.items()}
    first = f"{facts.pop('name', '')}={facts.pop('value', '')}"
    return "; ".join([first, *(key if fact is True else f"{key}={fact}" for key, fact in facts.items())])
