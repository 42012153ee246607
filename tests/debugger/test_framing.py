"""Answers as bytes: what goes in comes out, every buffer is aligned, and what is cut off is no answer."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench._errors import UsageError
from workbench.debugger.answer import Answer
from workbench.debugger.framing import MAGIC, framed, unframed

texts = st.text(st.characters(exclude_categories=["Cs"]))
bodies = st.dictionaries(texts, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts | st.lists(texts))


@given(bodies, st.lists(st.binary(max_size=40)))
def test_what_goes_in_comes_out(body: dict[str, Any], buffers: list[bytes]) -> None:
    answer = unframed(framed(Answer(body, tuple(map(memoryview, buffers)))))
    assert answer.body == body
    assert [bytes(buffer) for buffer in answer.buffers] == buffers


@given(bodies, st.lists(st.binary(min_size=1, max_size=40)))
def test_each_part_begins_at_a_multiple_of_eight(body: dict[str, Any], buffers: list[bytes]) -> None:
    message = framed(Answer(body, tuple(map(memoryview, buffers))))
    assert len(message) % 8 == 0
    start = np.frombuffer(message, np.uint8).ctypes.data
    for buffer in unframed(message).buffers:
        assert (np.frombuffer(buffer, np.uint8).ctypes.data - start) % 8 == 0


def test_the_layout_is_as_documented() -> None:
    column = np.array([1.5, -2.0], "<f8")
    message = framed(Answer({"a": "é"}, (column.data.cast("B"), memoryview(b"\x07"))))
    assert message[:8] == MAGIC == b"DWANSWR1"
    (length,) = struct.unpack_from("<I", message, 8)
    assert message[12:16] == bytes(4)
    head = message[16 : 16 + length]
    assert json.loads(head) == {"body": {"a": "é"}, "buffers": [16, 1]}
    assert head.rstrip(b" ").endswith(b"}")
    assert message[16 + length :] == column.tobytes() + b"\x07" + bytes(7)


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    assert unframed(framed(Answer({"text": "a\ud800b"}))).body == {"text": "a?b"}


def test_what_json_does_not_know_is_a_fault_and_not_sent() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        framed(Answer({"number": float("nan")}))


@pytest.mark.parametrize("cut", [0, 7, 15, -8])
def test_a_part_of_an_answer_is_none(cut: int) -> None:
    message = framed(Answer({}, (memoryview(b"12345678"),)))
    with pytest.raises(UsageError, match="answer"):
        unframed(message[:cut])


def test_what_begins_otherwise_is_no_answer() -> None:
    with pytest.raises(UsageError, match="no answer"):
        unframed(b"DWANSWR2" + bytes(40))
