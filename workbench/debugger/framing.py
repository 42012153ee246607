"""An answer as bytes, for hosts whose messages have one body: a header of JSON, then the buffers.

    bytes 0-7     the magic, whose last character is the version: `DWANSWR1`
    bytes 8-11    length of the header in bytes, little-endian
    bytes 12-15   zero
    bytes 16-     the header: `{"body": …, "buffers": [length in bytes, …]}`, UTF-8, filled up with spaces
    then          each buffer, filled up with zeros

Every part begins at a multiple of eight bytes, so that typed arrays can be made of the buffers in their place.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, Final

from workbench._errors import UsageError
from workbench.debugger.answer import Answer

__all__ = ["MAGIC", "framed", "unframed"]

MAGIC: Final = b"DWANSWR1"
_HEAD: Final = struct.Struct("<8sI4x")
_STEP: Final = 8


def framed(answer: Answer) -> bytes:
    """The bytes of an answer; its buffers are copied once.

    Args:
        answer: The answer. What no message can hold (halves of surrogate pairs) is replaced.
    """
    head = {"body": answer.body, "buffers": [buffer.nbytes for buffer in answer.buffers]}
    text = json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
    text += b" " * _missing(len(text))
    return b"".join([_HEAD.pack(MAGIC, len(text)), text, *_filled(answer.buffers)])


def _filled(buffers: tuple[memoryview, ...]) -> Iterator[memoryview | bytes]:
    for buffer in buffers:
        yield buffer
        yield bytes(_missing(buffer.nbytes))


def _missing(length: int) -> int:
    return -length % _STEP


def unframed(message: bytes) -> Answer:
    """The answer that these bytes hold; its buffers are views of them.

    Args:
        message: What `framed` made.

    Raises:
        UsageError: They are no answer, or not the whole of one.
    """
    if len(message) < _HEAD.size or not message.startswith(MAGIC):
        raise UsageError(f"this is no answer: it begins with {message[:8]!r}")
    _, length = _HEAD.unpack_from(message)
    begin = _HEAD.size + length
    head: dict[str, Any] = json.loads(message[_HEAD.size : begin])
    view, buffers = memoryview(message), []
    for size in head["buffers"]:
        buffers.append(view[begin : begin + size])
        begin += size + _missing(size)
    if begin != len(message):
        raise UsageError(f"the answer has {len(message):,} bytes and says that it has {begin:,}")
    return Answer(head["body"], tuple(buffers))
