"""The body of a request: bounded, plain JSON, with the fields wanted and no others."""

from __future__ import annotations

import pytest

from workbench._errors import TooLargeError, UsageError
from workbench.server.body import LARGEST, fields

BAD = [
    b"", b" ", b"null", b"[]", b"1", b'"path"', b"{}", b"{", b'{"path"', b'{"path": "a"', b"\xff\xfe",
    b'{"path": "\xc3"}',
    b'{"path": "a", "path2": 1}', b'{"question": {}}', b'{"path": NaN}', b'{"path": Infinity}', b'{"path": -Infinity}',
    b'{"path": 1e999}', b'{"path": 9007199254740993}', b'{"path": -9007199254740993}',
    b'{"path": ' + b"9" * 6_000 + b"}",
    b'{"path": ' + b"[" * 100_000, b'{"path": ' + b'{"a":' * 100_000, b'{"path": "a"} {}', b"path=a",
    b'{"path": \'a\'}',
    b'{"path": 01}', b'{"path": "\x01"}',
]  # fmt: skip


@pytest.mark.parametrize("body", BAD, ids=lambda body: ascii(body[:30]))
def test_a_bad_body_is_a_bad_question(body: bytes) -> None:
    with pytest.raises(UsageError) as caught:
        fields(body, "path")
    assert len(caught.value.message) < 200


def test_fields_come_in_the_order_that_is_wanted() -> None:
    body = b'{"path": "a", "question": {"since_seq": 9007199254740992, "half": 0.5}}'
    assert fields(body, "question", "path") == [{"since_seq": 2**53, "half": 0.5}, "a"]


def test_what_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(TooLargeError, match="4,000,001"):
        fields(b"?" * (LARGEST + 1), "path")
    assert fields(b'{"path": "' + b"a" * (LARGEST - 12) + b'"}', "path")
