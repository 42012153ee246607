"""What a rule for one type is: a writer that encodes the parts of a value through a `Pack`.

The same writers serve the fast encoder, which only wants bytes, and the tracing one, which also wants to know at
which path a part failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Pack(Protocol):
    """Encodes the parts of one value."""

    def value(self, value: object, label: str = "") -> bytes:
        """One part; `label` continues the JSON path, for example `.amount`."""
        ...

    def items(self, values: Collection[object]) -> list[bytes]:
        """Each of the elements, labelled by index."""
        ...

    def fields(self, values: Mapping[str, object]) -> bytes:
        """A map, labelled by key."""
        ...

    def tolerant(self, value: object, label: str = "") -> bytes | None:
        """One part, or `None` where it cannot be recorded."""
        ...


Writer = Callable[[Any, Pack], Any]
"""Gives a `msgpack.ExtType`, or for a subclass of a plain type the plain value."""


def array_header(count: int) -> bytes:
    """Msgpack header of an array."""
    return bytes((0x90 | count,)) if count < 16 else b"\xdd" + count.to_bytes(4, "big")  # noqa: PLR2004 - the format's


def map_header(count: int) -> bytes:
    """Msgpack header of a map."""
    return bytes((0x80 | count,)) if count < 16 else b"\xdf" + count.to_bytes(4, "big")  # noqa: PLR2004 - the format's
