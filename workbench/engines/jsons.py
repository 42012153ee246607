"""JSON from anybody, as values or as one of our own errors, and what its fields may spell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench._errors import EmptyLogError, LogError, LogNotFoundError, NotALogError, TornLogError

__all__ = ["BLANK", "documents_of", "instant_ns", "number_of", "read", "text_of"]

BLANK = b"\xef\xbb\xbf \t\r\n"
"""What may stand before the first word."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 18
_BLANKS = " \t\r\n"
_SECONDS_END = 1 << 34
"""As seconds, the year 2514; larger numbers are milliseconds."""
_LATEST_MS = 1 << 43


def read(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        LogNotFoundError: No such file.
        LogError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise LogNotFoundError(f"no history at {path}", path=path, hint="check the name") from None
    except OSError as error:
        raise LogError(f"cannot read {path}: {error.strerror}", path=path) from error


def documents_of(raw: bytes, path: Path | str, hint: str) -> list[Any]:
    """The JSON documents in a file: one, or several that were put one after the other.

    Args:
        raw: The bytes of the file.
        path: Where it lies, for errors.
        hint: How to get a whole one.

    Raises:
        EmptyLogError: There is no byte.
        TornLogError: It ends in the middle.
        NotALogError: It is no JSON, or nested too deeply to be read.
    """
    if not raw.strip(BLANK):
        raise EmptyLogError(f"{path} is empty", path=path, hint=hint)
    try:
        return list(_documents(raw.decode(json.detect_encoding(raw), "surrogatepass").lstrip("\ufeff")))
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string"):
            message = f"{path} ends in the middle of its JSON"
            raise TornLogError(message, path=path, offset=error.pos, hint=hint) from None
        message = f"{path} is damaged JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise NotALogError(message, path=path, offset=error.pos, hint=hint) from None
    except RecursionError:
        raise NotALogError(f"{path} is nested too deeply to be a history", path=path, hint=hint) from None
    except ValueError as error:  # bytes that are no text; integers of thousands of digits
        raise NotALogError(f"{path} is no JSON: {error}", path=path, hint=hint) from None


def _documents(text: str) -> Iterator[Any]:
    decoder, at, end = json.JSONDecoder(), 0, len(text.rstrip(_BLANKS))
    while at < end:
        while text[at] in _BLANKS:
            at += 1
        document, at = decoder.raw_decode(text, at)
        yield document


def number_of(value: Any) -> int:
    """An id or count that may be written as text; 0 for anything else."""
    if type(value) is str:
        return int(value) if len(value) <= _DIGITS and value.removeprefix("-").isdecimal() else 0
    return value if type(value) is int and abs(value) < 1 << 62 else 0


def text_of(value: Any, *path: str) -> str:
    """The text at the end of a path through mappings; `""` where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def instant_ns(said: Any) -> int:
    """When, in nanoseconds since the epoch: ISO 8601, or a number of seconds or milliseconds; -1 for anything else."""
    if isinstance(said, str):
        return _instant_of_text(said)
    if isinstance(said, bool) or not isinstance(said, (int, float)) or not 0 <= said < _LATEST_MS:
        return -1
    return int(said * 1_000_000) * 1000 if said < _SECONDS_END else int(said * 1_000_000)


@lru_cache(4096)
def _instant_of_text(said: str) -> int:
    """Events come in bursts: many share their instant."""
    try:
        moment = datetime.fromisoformat(said)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        passed = moment - _EPOCH
    except (ValueError, OverflowError):
        return -1
    ns = (passed.days * 86_400 + passed.seconds) * 1_000_000_000 + passed.microseconds * 1000
    return ns if 0 <= ns < 1 << 63 else -1
