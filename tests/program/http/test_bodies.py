"""Contents are recorded in the most readable form that gives back the same bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.journal.codec import Redacted, decode, encode
from workbench.program.http.answer import Answer
from workbench.program.http.body import Body, shown
from workbench.program.http.cookie import joined, parted

JSON = "application/json"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
"""All that JSON can say, with NaN and lone surrogates, which Python's encoder writes too."""

styles = st.sampled_from([{}, {"separators": (",", ":")}, {"indent": 2}, {"sort_keys": True}])
types = st.sampled_from(
    [JSON, "application/ld+json", "text/plain; charset=latin-1", "text/html", "image/png", "", ";;="]
)


def through_a_log(body: Body) -> Body:
    return Body(*decode(encode(list(body))))


@given(values, styles, st.booleans(), st.sampled_from(["", "\n", " ", "\n\n"]), types)
def test_json_comes_back(value: Any, style: dict[str, Any], ascii_only: bool, end: str, media: str) -> None:  # noqa: FBT001 - given by hypothesis
    content = (json.dumps(value, ensure_ascii=ascii_only, **style) + end).encode("utf-8", "surrogatepass")
    assert through_a_log(Body.of(content, media)).content() == content


@given(st.binary() | st.text().map(str.encode), types)
def test_any_content_comes_back(content: bytes, media: str) -> None:
    assert through_a_log(Body.of(content, media)).content() == content


@pytest.mark.parametrize(
    ("content", "media", "form"),
    [
        (b'{"a":1}', JSON, "json compact"),
        (b'{"a": 1}\n', JSON, "json spaced newline"),
        (b'{"a":"\\u00eb"}', "application/problem+json; charset=utf-8", "json compact ascii"),
        (b'{"a" :1}', JSON, "text utf-8"),
        (b'{"a":1,"a":2}', JSON, "text utf-8"),
        (b"17", JSON, "text utf-8"),
        (b"[" * 200 + b"]" * 200, JSON, "text utf-8"),
        (b"[" * 100_000, JSON, "text utf-8"),
        (b"[" + b"1," * 150_000 + b"1]", JSON, "text utf-8"),
        (b"\xff", "text/plain", "bytes"),
        (b"\xff", "text/plain; charset=latin-1", "text latin-1"),
        (b"\xff", "text/plain; charset=hex", "bytes"),
        (b"abc", "", "bytes"),
        (b"", "image/png", "text utf-8"),
    ],
)
def test_the_form_of_a_body(content: bytes, media: str, form: str) -> None:
    body = Body.of(content, media)
    assert body.form == form
    assert through_a_log(body).content() == content


def test_redacted_parts_show_their_marker_in_ascii() -> None:
    secret = Redacted("jwt", "0123456789ab")
    assert Body({"token": secret, "list": [secret]}, "json compact").content() == (
        b'{"token":"[redacted:jwt:0123456789ab]","list":["[redacted:jwt:0123456789ab]"]}'
    )
    assert Body({secret: 1}, "json spaced ascii").content() == b'{"[redacted:jwt:0123456789ab]": 1}'
    within = Redacted("jwt", "0123456789ab", text="a ⟨redacted:jwt:0123456789ab⟩ b ⟨other⟩")
    assert Body(within, "text latin-1").content() == "a [redacted:jwt:0123456789ab] b ⟨other⟩".encode()
    assert Body(secret, "bytes").content() == b"[redacted:jwt:0123456789ab]"
    assert type(shown(secret)) is str


def test_a_supplied_answer_may_leave_things_out() -> None:
    plain = Answer.recorded(None)
    assert (plain.status, plain.body.content()) == (200, b"null")
    assert Answer.recorded({"status": 204}).pairs(b"") == []
    assert Answer.recorded({"status": "paid"}).body.content() == b'{"status":"paid"}'
    assert Answer.recorded({"status": 299}).reason == ""
    assert Answer.recorded(b"\x00").body.content() == b"\x00"
    assert Answer.recorded("text").pairs(b"text") == [("content-length", "4")]


@pytest.mark.parametrize(
    "text",
    [
        "a=b",
        "a=b; Path=/; HttpOnly",
        "a=; Max-Age=0",
        "a",
        "a=b;Path=/",
        "a=b=c; Path",
        "",
        "a=b; Path=/; Path=/x",
        "a=b; name=c",
    ],
)
def test_cookies_come_back(text: str) -> None:
    assert joined(decode(encode(parted(text)))) == text


def test_a_cookie_is_parted() -> None:
    assert parted("a=b; Path=/; Secure") == {"name": "a", "value": "b", "Path": "/", "Secure": True}
