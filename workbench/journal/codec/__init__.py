"""Values to bytes and back: one msgpack document per value, readable by a stranger with any msgpack library.

`None`, booleans, integers up to 64 bit, floats, text, bytes, lists and maps are plain msgpack. Everything else is an
extension value whose body is, in turn, one msgpack document (nested extensions included):

| code | value | body |
|---|---|---|
| 1 | aware datetime | `[µs since 1970-01-01T00:00Z, offset from UTC in µs, IANA zone or nil, fold]` |
| 2 | naive datetime | `[local µs since 1970-01-01T00:00, fold]` |
| 3 | date | ISO 8601 text |
| 4 | time of day | `[µs since midnight, offset in µs or nil, IANA zone or nil, fold]` |
| 5 | duration | `[days, seconds, µs]`, the last two not negative |
| 6 | decimal | decimal text, also `NaN`, `-Infinity`, `1E+3` |
| 7 | UUID | 16 bytes |
| 8 | tuple | array |
| 9 | set | array, sorted by the encoded bytes of the elements |
| 10 | frozen set | as 9 |
| 11 | path | `["posix" or "windows", whether it named a file of that machine, text]` |
| 12 | enumeration member | `[module, qualified class name, member name or nil, value]` |
| 13 | dataclass, named tuple, pydantic model | `[module, qualified class name, {field: value}]` |
| 14 | exception | map: `module type message traceback notes args attributes`, perhaps `cause`, `context` (14) |
| 15 | complex number | `[real, imaginary]` |
| 16 | integer beyond 64 bit | bytes, big-endian two's complement |
| 17 | range | `[start, stop, step]` |
| 18 | redacted secret | `[kind, fingerprint, {derived facts}, sealed bytes or nil, text with marker]` |
| 19 | text with lone surrogates | bytes, UTF-8 with surrogates encoded as if they were characters |

msgpack's own timestamp (code -1) is read as an aware datetime and never written. Unknown codes are kept as `Opaque`.
Limits are in `codes`. Reading never imports, never looks up a class, never runs code of the program that wrote.
Subclasses of plain types (`OrderedDict`, `str` subclasses) are recorded as the plain value; annotations restore them.
"""

from __future__ import annotations

from workbench.journal.codec.annotations import annotation_of_return, annotations_of, loaded_type, required_keys
from workbench.journal.codec.comparison import ABSENT, differences, same
from workbench.journal.codec.decoder import decode
from workbench.journal.codec.encoder import Encoder, encode
from workbench.journal.codec.redacted import MARKER, Redacted
from workbench.journal.codec.restorer import restore
from workbench.journal.codec.standins import EnumValue, Opaque, Record, RecordedError, RecordedFailure

__all__ = [
    "ABSENT",
    "MARKER",
    "Encoder",
    "EnumValue",
    "Opaque",
    "Record",
    "RecordedError",
    "RecordedFailure",
    "Redacted",
    "annotation_of_return",
    "annotations_of",
    "decode",
    "differences",
    "encode",
    "loaded_type",
    "required_keys",
    "restore",
    "same",
]
