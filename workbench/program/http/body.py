"""The content of a message in the form in which a log shows it best and gives it back byte for byte.

JSON is recorded as the values it spells, so that secrets are found by field name inside it and a person can change
one field in a what-if. What JSON or text cannot reproduce exactly stays bytes: a replayed program must see the bytes
that the recorded one saw.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Iterable
from typing import Any, NamedTuple

from workbench._errors import PayloadError
from workbench.journal.codec import MARKER, decode, encode
from workbench.journal.codec.codes import MAX_BYTES, MAX_ITEMS

__all__ = ["MAX_CONTENT", "Body", "media_type", "parameter", "read", "read_async", "shown"]

MAX_CONTENT = MAX_BYTES
"""No more than this is read of a stream: a log could not hold it, and streams may have no end."""

_JSON_STYLES: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":"), "ensure_ascii": False},
    "compact ascii": {"separators": (",", ":"), "ensure_ascii": True},
    "spaced": {"ensure_ascii": False},
    "spaced ascii": {"ensure_ascii": True},
}
"""How common encoders write JSON."""

_TEXT_MEDIA = frozenset(
    {
        "application/ecmascript", "application/graphql", "application/javascript", "application/json",
        "application/jwt", "application/problem+json", "application/soap+xml", "application/sql",
        "application/x-ndjson", "application/x-www-form-urlencoded", "application/xml", "application/yaml",
    }
)  # fmt: skip
_ROOM_ABOVE = 8
"""Levels of maps that a record puts around a body; counted against the log's limit of nesting."""


class Body(NamedTuple):
    """Content as recorded.

    Attributes:
        value: JSON values, text or bytes.
        form: How `value` becomes bytes: `bytes`, `text CHARSET` or `json STYLE`, with `newline` at the end.
    """

    value: Any
    form: str

    @classmethod
    def of(cls, content: bytes, content_type: str) -> Body:
        """The form for content of this media type that is most readable and still exact."""
        media = media_type(content_type)
        if len(content) <= MAX_CONTENT:
            if media == "application/json" or media.endswith("+json"):
                found = _as_json(content)
                if found is not None:
                    return found
            if not content or media.startswith("text/") or media in _TEXT_MEDIA or media.endswith(("+json", "+xml")):
                found = _as_text(content, parameter(content_type, "charset") or "utf-8")
                if found is not None:
                    return found
        return cls(content, "bytes")

    @classmethod
    def guessed(cls, value: Any) -> Body:
        """A body that a person supplied: values are JSON, text and bytes are themselves."""
        if isinstance(value, bytes | bytearray):
            return cls(bytes(value), "bytes")
        return cls(value, "text utf-8") if isinstance(value, str) else cls(value, "json compact")

    def content(self) -> bytes:
        """The bytes. Where a part was redacted they show its marker instead."""
        value = self.value
        if isinstance(value, bytes | bytearray):
            return bytes(value)
        kind, _, rest = self.form.partition(" ")
        if kind != "json":
            return _encoded(shown(value) if isinstance(value, str) else str(value), rest or "utf-8")
        style = rest.removesuffix("newline").rstrip()
        options = _JSON_STYLES.get(style, _JSON_STYLES["compact"])
        text = json.dumps(_plain(value), default=str, **options)
        return _encoded(text + "\n" if rest.endswith("newline") else text, "utf-8")


def shown(text: str) -> str:
    """Text in which each redaction marker is spelled in ASCII, `[redacted:jwt:0123456789ab]`.

    Programs put what they received into headers and cookies, whose libraries take ASCII only; in a replay that must
    not fail where the recorded run did not. Brackets mean nothing in JSON strings, XML text and header values.
    """
    plain = str.__str__(text)
    return MARKER.sub(lambda found: f"[{found[0][1:-1]}]", plain) if "⟨" in plain else plain


def media_type(content_type: str) -> str:
    """Media type without parameters, lowered."""
    return content_type.partition(";")[0].strip().lower()


def parameter(content_type: str, name: str) -> str:
    """A parameter of a content type, for example its charset; `""` for none."""
    for part in content_type.split(";")[1:]:
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""


def read(parts: Iterable[bytes]) -> bytes:
    """The parts joined, up to one byte more than may be recorded: enough to see that it is too much."""
    content = bytearray()
    for part in parts:
        content += part[: MAX_CONTENT + 1 - len(content)]
        if len(content) > MAX_CONTENT:
            break
    return bytes(content)


async def read_async(parts: AsyncIterable[bytes]) -> bytes:
    """`read` for asynchronous streams."""
    content = bytearray()
    async for part in parts:
        content += part[: MAX_CONTENT + 1 - len(content)]
        if len(content) > MAX_CONTENT:
            break
    return bytes(content)


def _as_json(content: bytes) -> Body | None:
    """Objects and arrays that one of the usual styles writes in exactly these bytes, and that a log can hold."""
    try:
        text = content.decode()
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None  # no JSON after all, or nested beyond any use: it may still be text
    if not isinstance(value, dict | list) or not _fits(value):
        return None
    bare = text.removesuffix("\n")
    for style, options in _JSON_STYLES.items():
        if json.dumps(value, **options) == bare:
            return Body(value, f"json {style}" if bare is text or bare == text else f"json {style} newline")
    return None


def _fits(value: Any) -> bool:
    for _ in range(_ROOM_ABOVE):
        value = [value]
    try:
        raw = encode(value)
        if len(raw) > MAX_ITEMS:  # fewer bytes cannot hold too many items
            decode(raw)
    except PayloadError:
        return False
    return True


def _as_text(content: bytes, charset: str) -> Body | None:
    try:
        text = content.decode(charset)
        exact = text.encode(charset) == content
    except (LookupError, ValueError):
        return None  # the sender's word on the charset was wrong, or Python does not know it: bytes are always right
    return Body(text, f"text {charset.lower()}") if exact else None


def _encoded(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset)
    except (LookupError, ValueError):
        return text.encode("utf-8", "surrogatepass")  # only text that a what-if supplied can be outside its charset


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {_plain(key): _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
