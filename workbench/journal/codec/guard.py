"""Measures a large document before it is decoded: a few megabytes can ask for gigabytes.

A msgpack document is a flat row of tokens, so that one pass over the token heads gives an upper bound of the memory
that decoding takes, without making any object. Extension bodies of this codec are documents themselves and are
walked along; bodies of other extensions are skipped. The pass costs about 0.1 µs per token and is only made from
`SMALL_BYTES` on.
"""

from __future__ import annotations

from typing import Final

from workbench.journal.codec.codes import KNOWN, MAX_BYTES, OBJECT_BUDGET_BYTES

_POINTER: Final = 8
_NUMBER: Final = 40
_TEXT: Final = 72
_LIST: Final = 80
_MAP: Final = 248
_ENTRY: Final = 56
_EXTENSION: Final = 400
"""The dearest stand-in (an error with its attributes), the hook's frame, and the copied body's head."""

_FIXED: Final[dict[int, tuple[int, int]]] = {  # token head: bytes that follow, cost
    0xC0: (0, _POINTER), 0xC2: (0, _POINTER), 0xC3: (0, _POINTER), 0xCA: (4, _NUMBER), 0xCB: (8, _NUMBER),
    0xCC: (1, _NUMBER), 0xCD: (2, _NUMBER), 0xCE: (4, _NUMBER), 0xCF: (8, _NUMBER), 0xD0: (1, _NUMBER),
    0xD1: (2, _NUMBER), 0xD2: (4, _NUMBER), 0xD3: (8, _NUMBER), 0xC1: (0, _POINTER),
}  # fmt: skip
_TEXT_LENGTH: Final = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_ARRAY_LENGTH: Final = {0xDC: 2, 0xDD: 4}
_MAP_LENGTH: Final = {0xDE: 2, 0xDF: 4}
_EXTENSION_LENGTH: Final = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSION: Final = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


def _simple_tables() -> tuple[list[int], list[int]]:
    """Bytes that follow and cost for heads that say everything themselves; -1 for the others."""
    follow, cost = [-1] * 256, [0] * 256
    for head in [*range(0x80), *range(0xE0, 0x100)]:
        follow[head], cost[head] = 0, _POINTER
    for head in range(0x80, 0x90):
        follow[head], cost[head] = 0, _MAP + _ENTRY * (head & 0x0F)
    for head in range(0x90, 0xA0):
        follow[head], cost[head] = 0, _LIST
    for head in range(0xA0, 0xC0):
        length = head & 0x1F
        follow[head], cost[head] = length, _TEXT + 4 * length
    for head, (length, price) in _FIXED.items():
        follow[head], cost[head] = length, price
    return follow, cost


_FOLLOW, _COST = _simple_tables()


def memory_of(raw: bytes, budget: int) -> int:
    """Upper bound of the bytes that decoding `raw` takes; stops counting beyond `budget`."""
    follow, cost = _FOLLOW, _COST
    position, end, total = 0, len(raw), 0
    while position < end and total <= budget:
        head = raw[position]
        length = follow[head]
        if length >= 0:
            total += cost[head]
            position += 1 + length
        else:
            position, price = _sized(raw, position, head)
            total += price
    return total


def _sized(raw: bytes, position: int, head: int) -> tuple[int, int]:
    """Position after, and cost of, a token that carries its length."""
    position += 1
    if width := _TEXT_LENGTH.get(head):
        length = int.from_bytes(raw[position : position + width], "big")
        position += width
        # Binary and ASCII stay one byte each; one character outside the BMP widens the whole string to four.
        wide = head >= 0xD9 and not raw[position : position + min(length, MAX_BYTES)].isascii()  # noqa: PLR2004 - a first byte of the msgpack table
        return position + length, _TEXT + length * (4 if wide else 1)
    if width := _ARRAY_LENGTH.get(head):
        return position + width, _LIST
    if width := _MAP_LENGTH.get(head):
        # Not more than the bytes that are left: a lie about the length is found by the decoder without allocating.
        entries = min(int.from_bytes(raw[position : position + width], "big"), len(raw) - position)
        return position + width, _MAP + _ENTRY * entries
    if width := _EXTENSION_LENGTH.get(head):
        length = int.from_bytes(raw[position : position + width], "big")
        position += width
    else:
        length = _FIXED_EXTENSION[head]
    known = position < len(raw) and raw[position] in KNOWN
    position += 1
    return (position if known else position + length), _EXTENSION + length


def too_dear(raw: bytes) -> bool:
    """Whether decoding could take more than 64 MiB beyond the document's own size."""
    budget = OBJECT_BUDGET_BYTES + len(raw)
    return memory_of(raw, budget) > budget
