"""Hostile bytes: an error or a value, never a crash, an import, a constructor, much memory or much time."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.codec.zoo import Explosive, values
from workbench._errors import UndecodableError
from workbench.journal.codec import Record, decode, encode, restore


@given(values)
def test_no_prefix_of_a_document_is_one(value: Any) -> None:
    raw = encode(value)
    for length in range(min(len(raw), 300)):
        with pytest.raises(UndecodableError):
            decode(raw[:length])
    with pytest.raises(UndecodableError):
        decode(raw + b"\xc0")


@given(st.binary(max_size=300))
def test_random_bytes_decode_or_are_refused(raw: bytes) -> None:
    with contextlib.suppress(UndecodableError):
        decode(raw)


@given(st.integers(min_value=-1, max_value=25), values | st.binary(max_size=50))
def test_wrong_bodies_decode_or_are_refused(code: int, body: Any) -> None:
    raw = body if isinstance(body, bytes) else encode(body)
    with contextlib.suppress(UndecodableError):
        decode(msgpack.packb(msgpack.ExtType(code, raw) if code >= 0 else msgpack.Timestamp(1)))


@given(values, st.data())
def test_flipped_bytes_decode_or_are_refused(value: Any, data: st.DataObject) -> None:
    raw = bytearray(encode(value))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UndecodableError):
        decode(bytes(raw))


def _nested_extension(levels: int, code: int = 8) -> bytes:
    raw = b"\x90"
    for _ in range(levels):
        raw = msgpack.packb(msgpack.ExtType(code, b"\x91" + raw))
    return raw


@pytest.mark.parametrize(
    "raw",
    [
        b"\x91" * 101 + b"\xc0",
        b"\x91" * 900 + b"\xc0",
        b"\x91" * 100_000,
        _nested_extension(150),
        b"\x81\xa0" * 500 + b"\xc0",
    ],
)
def test_deep_nesting_is_refused(raw: bytes) -> None:
    with pytest.raises(UndecodableError):
        decode(raw)


def test_a_hundred_levels_are_read() -> None:
    assert decode(b"\x91" * 100 + b"\xc0")


def test_nothing_is_constructed_or_imported() -> None:
    before = set(sys.modules)
    raw = encode(
        [
            Record("Explosive", Explosive.__module__, {}),
            Record("Popen", "subprocess", {"args": ["true"]}),
            Record("Hand", "turtledemo.clock", {}),
        ]
    )
    found = decode(raw)

    assert [type(part) for part in found] == [Record] * 3
    assert set(sys.modules) == before
    assert [type(part) for part in restore(found, Any)] == [Record] * 3
    assert set(sys.modules) == before


BOMBS = {
    "empty arrays": "rows(100, b'\\x90')",
    "empty maps": "rows(100, b'\\x80')",
    "one long array": "b'\\xdd' + long(10_000_000) + b'\\xc0'*10_000_000",
    "nils": "rows(100, b'\\xc0')",
    "short texts": "rows(34, b'\\xa2ab')",
    "numbers": "rows(34, b'\\xcd\\xff\\xff')",
    "one-entry maps": "rows(34, b'\\x81\\xa0\\xc0')",
    "empty tuples": "rows(34, b'\\xd4\\x09\\x90')",
    "nested copies": "nest(b'\\xc6' + long(10_000_000) + bytes(10_000_000), 90)",
    "wide text": "b'\\xdb' + long(10_000_004) + b'a'*10_000_000 + '\\U0001F600'.encode()",
    "open arrays": "(b'\\xdd' + (99_000).to_bytes(4,'big') + b'\\xa2ab'*98_999)*33 + b'\\xc0'",
    "nested arrays": "b'\\x91'*10_000_000",
    "map lies": "b'\\xdf\\x00\\x01\\x80\\x00'*2_000_000",
    "array lies": "b'\\xdd\\x00\\x01\\x80\\x00'*2_000_000",
    "colliding set": "encode_set([n * (2**61 - 1) for n in range(1, 99_000)])",
    "colliding keys": "encode_map([n * (2**61 - 1) for n in range(1, 60_000)])",
    "small floor": "b'\\xdc' + (65_000).to_bytes(2,'big') + b'\\x81\\xa0\\xc0'*65_000",
    "huge integer": "b'\\xc9' + long(10_000_005) + b'\\x10\\xc6' + long(10_000_000) + b'\\x7f'*10_000_000",
    "huge decimal": "b'\\xc9' + long(10_000_005) + b'\\x06\\xdb' + long(10_000_000) + b'7'*10_000_000",
}
PROGRAM = """
import sys, time, msgpack
from workbench._errors import UndecodableError
from workbench.journal.codec import decode, encode
def nest(raw, levels):
    for _ in range(levels):
        body = b'\\x91' + raw
        raw = b'\\xc9' + len(body).to_bytes(4, 'big') + b'\\x08' + body
    return raw
def rows(count, cell): return array(count, array(99_000, cell))
def array(count, cell): return b'\\xdd' + count.to_bytes(4, 'big') + cell * count
def long(number): return number.to_bytes(4, 'big')
def big(number): return msgpack.ExtType(16, msgpack.packb(number.to_bytes(20, 'big', signed=True)))
def encode_set(numbers):
    return msgpack.packb(msgpack.ExtType(9, msgpack.packb([big(number) for number in numbers])))
def encode_map(numbers):
    return msgpack.packb({big(number): None for number in numbers})
decode(encode([(1,), {2}]))
raw = BOMB
def memory(key):
    return next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith(key)) * 1024
with open('/proc/self/clear_refs', 'w') as file: file.write('5')  # the peak counts from here
before, start = memory('VmRSS'), time.perf_counter()
try: decode(raw); answer = 'value'
except UndecodableError: answer = 'refused'
print(len(raw), memory('VmHWM') - before, time.perf_counter() - start, answer)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_stay_small_and_short(bomb: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("BOMB", bomb)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    size, memory, seconds, answer = ended.stdout.split()
    print(f"{int(size):,} bytes: {int(memory) / 2**20:.1f} MiB, {float(seconds):.2f} s, {answer}")  # noqa: T201 - the measurement
    assert int(memory) <= 64 * 2**20 + 2 * int(size)
    assert float(seconds) < 5
