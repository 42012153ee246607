"""Writers for single values of the standard library: instants, numbers beyond JSON, identifiers, paths."""

from __future__ import annotations

import datetime as dt
import decimal
import pathlib
import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any, Final

from msgpack import ExtType

from workbench.journal.codec import codes
from workbench.journal.codec.redacted import Redacted
from workbench.journal.codec.refusal import refuse
from workbench.journal.codec.standins import Opaque

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.journal.codec.packing import Pack, Writer

_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - arithmetic on local fields beside an explicit offset
_EPOCH_UTC: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND: Final = dt.timedelta(microseconds=1)


def _zone(value: dt.datetime | dt.time) -> tuple[int | None, str | None]:
    offset = value.utcoffset()
    zone = value.tzinfo.key if isinstance(value.tzinfo, zoneinfo.ZoneInfo) else None
    return (None if offset is None else offset // _MICROSECOND), zone


def _datetime(value: dt.datetime, pack: Pack) -> ExtType:
    if getattr(value, "nanosecond", 0):  # pandas.Timestamp is a datetime that would silently lose these
        refuse(value, "it has nanoseconds; record .isoformat() or round it to microseconds")
    offset, zone = _zone(value)
    if offset is None:
        body: list[Any] = [(value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND, value.fold]
        return ExtType(codes.NAIVE_DATETIME, pack.value(body))
    return ExtType(codes.DATETIME, pack.value([(value - _EPOCH_UTC) // _MICROSECOND, offset, zone, value.fold]))


def _date(value: dt.date, pack: Pack) -> ExtType:
    return ExtType(codes.DATE, pack.value(value.isoformat()))


def _time(value: dt.time, pack: Pack) -> ExtType:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return ExtType(codes.TIME, pack.value([seconds * 1_000_000 + value.microsecond, *_zone(value), value.fold]))


def _timedelta(value: dt.timedelta, pack: Pack) -> ExtType:
    return ExtType(codes.TIMEDELTA, pack.value([value.days, value.seconds, value.microseconds]))


def _decimal(value: decimal.Decimal, pack: Pack) -> ExtType:
    return ExtType(codes.DECIMAL, pack.value(str(value)))


def _uuid(value: uuid.UUID, pack: Pack) -> ExtType:
    return ExtType(codes.UUID, pack.value(value.bytes))


def _path(value: pathlib.PurePath, pack: Pack) -> ExtType:
    windows = isinstance(value, pathlib.PureWindowsPath)
    concrete = isinstance(value, pathlib.Path)
    return ExtType(codes.PATH, pack.value(["windows" if windows else "posix", concrete, str(value)]))


def _complex(value: complex, pack: Pack) -> ExtType:
    return ExtType(codes.COMPLEX, pack.value([value.real, value.imag]))


def _big_int(value: int, pack: Pack) -> ExtType:
    # Two's complement, since decimal text of a hostile length takes quadratic time to read.
    raw = int(value).to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
    return ExtType(codes.BIG_INT, pack.value(raw))


def _range(value: range, pack: Pack) -> ExtType:
    return ExtType(codes.RANGE, pack.value([value.start, value.stop, value.step]))


def _redacted(value: Redacted, pack: Pack) -> ExtType:
    body = [value.kind, value.fingerprint, value.derived, value.sealed, str(value)]
    return ExtType(codes.REDACTED, pack.value(body))


def _opaque(value: Opaque, pack: Pack) -> ExtType:  # noqa: ARG001 - every writer has this shape
    return ExtType(value.code, value.raw)


WRITERS: Final[Mapping[type, Writer]] = {
    dt.datetime: _datetime, dt.date: _date, dt.time: _time, dt.timedelta: _timedelta, decimal.Decimal: _decimal,
    uuid.UUID: _uuid, complex: _complex, int: _big_int, range: _range, Redacted: _redacted, Opaque: _opaque,
}  # fmt: skip
"""By exact type. A plain `int` gets here only when it does not fit 64 bits."""

BY_BASE: Final[tuple[tuple[type, Writer], ...]] = (
    (dt.datetime, _datetime), (dt.date, _date), (dt.time, _time), (dt.timedelta, _timedelta),
    (decimal.Decimal, _decimal), (uuid.UUID, _uuid), (pathlib.PurePath, _path),
)  # fmt: skip
"""For subclasses; a datetime is also a date, so the order matters."""
