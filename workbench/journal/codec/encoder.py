"""Values to bytes: one call into C for plain values, writers for the rest, a second slower pass only to explain."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from msgpack import Packer

from workbench._errors import PayloadTooLargeError, UndecodableError, UnrecordableError
from workbench.journal.codec import codes
from workbench.journal.codec.decoder import decode, needs_check
from workbench.journal.codec.structures import writer_for
from workbench.journal.codec.tracing import Tracer, heaviest_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

_MAX_WRITTEN: Final = codes.MAX_BYTES - codes.FRAME_ROOM
_NO_CONTAINERS_BELOW: Final = codes.MAX_DEPTH
"""A document with fewer bytes cannot nest too deeply, as every level takes at least one."""


class _Stack:
    """Packers for one document: one per nesting level of extensions.

    A `Packer` that is called again from its own `default` hook silently mixes both outputs, hence one per level.
    """

    __slots__ = ("level", "packers")

    def __init__(self) -> None:
        self.level = 0
        self.packers = [self._packer()]

    def _packer(self) -> Packer:
        return Packer(strict_types=True, default=self._hook)

    def _hook(self, value: object) -> Any:
        outer = self.level
        self.level = level = outer + 1
        if level > codes.MAX_DEPTH:
            message = f"nested deeper than {codes.MAX_DEPTH} levels"
            raise UnrecordableError(message)
        if level == len(self.packers):
            self.packers.append(self._packer())
        try:
            return writer_for(value)(value, self)
        finally:
            self.level = outer

    def value(self, value: object, label: str = "") -> bytes:  # noqa: ARG002 - labels are for the tracer
        raw: bytes = self.packers[self.level].pack(value)
        return raw

    def items(self, values: Collection[object]) -> list[bytes]:
        pack = self.packers[self.level].pack
        return [pack(value) for value in values]

    def fields(self, values: Mapping[str, object]) -> bytes:
        return self.value(values)

    def tolerant(self, value: object, label: str = "") -> bytes | None:
        # Through the tracer, so that what only the slow path can write is not taken for unrecordable.
        try:
            return Tracer(level=self.level).value(value, label)
        except UnrecordableError:
            return None


class Encoder:
    """Encodes values; reusable, and safe to share between threads.

    Args:
        redact: Applied to every value first, for example a `Redactor`'s `redact`.
    """

    __slots__ = ("_idle", "_redact")

    def __init__(self, redact: Callable[[Any], Any] | None = None) -> None:
        self._redact: Callable[[Any], Any] | None = getattr(redact, "redact", redact)
        self._idle: list[_Stack] = []

    def encode(self, value: object) -> bytes:
        """One msgpack document.

        Raises:
            UnrecordableError: A part of the value has no rule; `where` is its path.
            PayloadTooLargeError: The value is larger than a log may hold in one event.
        """
        if self._redact is not None:
            value = self._redact(value)
        try:
            stack = self._idle.pop()  # pop and append are atomic: no lock, and no packer is ever shared
        except IndexError:
            stack = _Stack()
        try:
            raw: bytes = stack.packers[0].pack(value)
        except (TypeError, ValueError, OverflowError, RecursionError, UnrecordableError):
            raw = Tracer().value(value)  # raises with the path, or writes what C could not
        self._idle.append(stack)
        if len(raw) > _NO_CONTAINERS_BELOW and needs_check(raw):
            _check(raw, value)
        return raw


def _check(raw: bytes, value: object) -> None:
    """What is written can be read: large or deep documents are read back once, under the reader's own limits."""
    if len(raw) > _MAX_WRITTEN:
        problem = f"it takes {len(raw):,} bytes, at most {_MAX_WRITTEN:,} fit one event"
    else:
        try:
            decode(raw)
        except UndecodableError as error:
            problem = error.message
        else:
            return
    where = heaviest_path(value)
    message = f"cannot record the value at {where}: {problem}"
    raise PayloadTooLargeError(
        message, where=where, hint="record a reference (path, key, digest) instead of the content"
    )


_local = threading.local()


def encode(value: object) -> bytes:
    """`Encoder().encode(value)` with an encoder kept for this thread."""
    try:
        encoder: Encoder = _local.encoder
    except AttributeError:
        encoder = _local.encoder = Encoder()
    return encoder.encode(value)


__all__ = ["Encoder", "encode"]
