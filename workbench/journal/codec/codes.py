"""Extension codes and limits: the numbers that a reader in another language needs.

The layout of each body is the table in the docstring of `workbench.journal.codec`. Codes are never reused and
never change their meaning; a reader keeps what it does not know as an opaque value.
"""

from __future__ import annotations

from typing import Final

DATETIME: Final = 1
NAIVE_DATETIME: Final = 2
DATE: Final = 3
TIME: Final = 4
TIMEDELTA: Final = 5
DECIMAL: Final = 6
UUID: Final = 7
TUPLE: Final = 8
SET: Final = 9
FROZENSET: Final = 10
PATH: Final = 11
ENUM: Final = 12
RECORD: Final = 13
ERROR: Final = 14
COMPLEX: Final = 15
BIG_INT: Final = 16
RANGE: Final = 17
REDACTED: Final = 18
SURROGATE_TEXT: Final = 19

KNOWN: Final = frozenset(range(DATETIME, SURROGATE_TEXT + 1))

MAX_DEPTH: Final = 100
"""Containers inside containers; keeps every recursive reader far from Python's own limit."""

MAX_ITEMS: Final = 100_000
"""Entries of one array or map."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""One document, and so any string in it: the largest frame that a log reader allocates for."""

FRAME_ROOM: Final = 64 * 1024
"""Kept free below `MAX_BYTES` when writing, so that a frame with its own fields still fits."""

SMALL_BYTES: Final = 256 * 1024
"""Below this size even the worst document (two bytes for a dictionary of one entry) decodes into less than 48 MiB."""

OBJECT_BUDGET_BYTES: Final = 56 * 1024 * 1024
"""Estimated memory that a document may ask for beyond its own size; 64 MiB is promised, the rest is reserve."""

MAX_TRACEBACK_CHARS: Final = 16 * 1024
MAX_CAUSES: Final = 16
"""Length of a chain of causes and contexts that is kept."""
