"""Plain JSON of recorded values: valid, readable, and nothing is lost but what was sealed."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given

from tests.journal.codec.zoo import values
from workbench.journal.codec import EnumValue, Opaque, Record, RecordedError, Redacted, decode, encode
from workbench.recording.exports.plain import json_text, plain

GOLDEN: list[tuple[Any, str]] = [
    (None, "null"),
    ([1, 2.5, True, "ü"], '[1,2.5,true,"ü"]'),
    ({"a": {"b": 1}}, '{"a":{"b":1}}'),
    (2**64, '{"$int":"18446744073709551616"}'),
    (float("nan"), '{"$float":"nan"}'),
    ("\udc80x", '{"$text":"\\\\udc80x"}'),
    (b"caf\xc3\xa9", '{"$utf8":"café"}'),
    (b"\xff\x00a", '{"$latin1":"ÿ\\u0000a"}'),
    (dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC), '{"$datetime":"2026-11-24T03:00:00+00:00"}'),
    (dt.date(2026, 11, 24), '{"$date":"2026-11-24"}'),
    (dt.timedelta(days=1, microseconds=1), '{"$duration_seconds":"86400.000001"}'),
    (decimal.Decimal("1.10"), '{"$decimal":"1.10"}'),
    (uuid.UUID(int=1), '{"$uuid":"00000000-0000-0000-0000-000000000001"}'),
    (PurePosixPath("/srv/x"), '{"$path":"/srv/x"}'),
    ((1, {2}), '{"$tuple":[1,{"$set":[2]}]}'),
    (range(0, 9, 3), '{"$range":[0,9,3]}'),
    (1 + 2j, '{"$complex":[1.0,2.0]}'),
    ({1: "a"}, '{"$map":[[1,"a"]]}'),
    ({"$int": "a"}, '{"$map":[["$int","a"]]}'),
    (EnumValue("shop", "Color", "RED", 1), '{"$enum":"shop.Color","name":"RED","value":1}'),
    (Record("Order", "shop", {"id": "o"}), '{"$record":"shop.Order","fields":{"id":"o"}}'),
    (RecordedError("shop", "Refused", ("x",), "x"), '{"$error":"shop.Refused","message":"x","args":["x"]}'),
    (
        Redacted("jwt", "ab12" * 3, {"exp": 17}, b"sealed"),
        '{"$redacted":"⟨redacted:jwt:ab12ab12ab12⟩","kind":"jwt","fingerprint":"ab12ab12ab12","facts":{"exp":17}}',
    ),
    (Opaque(99, b"\xff"), '{"$opaque":99,"raw":{"$latin1":"ÿ"}}'),
]


@pytest.mark.parametrize(("value", "expected"), GOLDEN, ids=[repr(value)[:30] for value, _ in GOLDEN])
def test_each_kind_has_its_form(value: Any, expected: str) -> None:
    assert json_text(value) == expected
    assert json.loads(expected) == plain(value)


def strict(text: str) -> Any:
    """Standard JSON only: no NaN, UTF-8 throughout."""

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    return json.loads(text.encode(), parse_constant=refuse)


@given(values)
def test_whatever_can_be_recorded_is_valid_json_on_one_line(value: Any) -> None:
    text = json_text(decode(encode(value)))
    assert "\n" not in text
    assert strict(text) == plain(decode(encode(value)))


@given(values, values)
def test_values_that_differ_look_different(one: Any, other: Any) -> None:
    if encode(one) != encode(other):
        texts = [json_text(decode(encode(value))) for value in (one, other)]
        assert texts[0] != texts[1]
