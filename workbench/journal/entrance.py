"""What a file is before its first frame: absent, empty, foreign, newer and damaged are five different answers."""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any

from workbench._errors import (
    EmptyLogError,
    LogError,
    LogNotFoundError,
    NewerVersionError,
    NotALogError,
    RottenLogError,
)
from workbench.journal.format import (
    FILE_MAGIC,
    SEGMENT_SIZE,
    SUFFIX,
    VERSION,
    SegmentHeader,
    envelope_version,
    unpack_segment,
)

__all__ = ["first_header", "is_log", "newer_version", "read_file"]

_MAP_FROM = 64 << 20
"""Smaller files are read whole: a mapped file that somebody truncates kills the process by SIGBUS."""

_ENVELOPE_LIMIT = 4096


def is_log(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a `.wlog`, of whatever version."""
    return head.startswith(FILE_MAGIC)


def read_file(path: Path) -> Any:
    """The bytes of a file: `bytes`, or a read-only `mmap` for a large one.

    Raises:
        LogNotFoundError: No such file.
        LogError: It is a folder, or must not be read.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _MAP_FROM:
                return file.read()
            return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        hint = "check the name; `workbench demo` makes one"
        raise LogNotFoundError(f"no recording at {path}", path=path, hint=hint) from None
    except OSError as error:
        raise LogError(f"cannot read {path}: {error.strerror}", path=path) from error


def first_header(path: Path, buffer: Any) -> SegmentHeader:
    """The file header.

    Raises:
        EmptyLogError: No byte, or not one whole header.
        NotALogError: It does not begin as a log does.
        NewerVersionError: Written by a newer version of this package.
        RottenLogError: The header is damaged.
    """
    if len(buffer) == 0:
        hint = "its writer died before the first byte; nothing was recorded"
        raise EmptyLogError(f"{path} is empty", path=path, hint=hint)
    head = bytes(buffer[:_ENVELOPE_LIMIT])
    if not FILE_MAGIC.startswith(head[: len(FILE_MAGIC)]):
        hint = f"a {SUFFIX} file begins with {FILE_MAGIC!r}"
        raise NotALogError(f"{path} is no recording: it begins with {head[:8]!r}", path=path, offset=0, hint=hint)
    if len(head) < SEGMENT_SIZE:
        message = f"{path} ends inside its header ({len(head)} of {SEGMENT_SIZE} bytes)"
        raise EmptyLogError(message, path=path, hint="its writer died before the first event; nothing was recorded")
    version = envelope_version(head)
    if version is not None and version > VERSION:
        raise newer_version(path, version)
    header = unpack_segment(head)
    if header is None or header.offset:
        message = f"the header of {path} is damaged (its checksum does not fit)"
        if header is not None:
            message = (
                f"{path} begins with a piece from offset {header.offset:,} of a recording; what came before is gone"
            )
        raise RottenLogError(message, path=path, offset=0, hint="restore the file from a copy")
    return header


def newer_version(path: Path, version: int) -> NewerVersionError:
    """The error for a file, or a segment of one, that only a newer package can read."""
    message = f"{path} has format version {version}; this package reads up to {VERSION}"
    return NewerVersionError(message, path=path, hint="pip install -U durable-workbench")
