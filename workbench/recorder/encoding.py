"""How payloads become bytes on the way to the log: typed, and without secrets."""

from __future__ import annotations

import traceback
import uuid
from typing import Any

from workbench._errors import PayloadError
from workbench.journal.codec import Encoder
from workbench.journal.redaction import Keyring, Redactor, reveal

__all__ = ["Encoding"]


class Encoding:
    """Encodes payloads of one recording.

    Args:
        recording: Unique id of the recording; names its key file.
        redact: Whether known secrets are replaced.
    """

    def __init__(self, recording: bytes, *, redact: bool = True) -> None:
        self._keyring = Keyring(uuid.UUID(bytes=recording))
        self._redact = redact
        self._encoders: dict[tuple[str, ...], Encoder] = {}

    def encode(self, body: Any, sensitive: tuple[str, ...] = ()) -> bytes:
        """The encoded body.

        Args:
            body: A mapping of names to values.
            sensitive: Names or dotted paths that are secret here, besides those that always are.

        Raises:
            UnrecordableError: A value cannot be recorded.
        """
        encoder = self._encoders.get(sensitive)
        if encoder is None:
            redactor = Redactor(self._keyring, sensitive) if self._redact else None
            encoder = self._encoders[sensitive] = Encoder(redact=redactor)
        return encoder.encode(body)

    def encode_error(self, facts: dict[str, Any], error: BaseException, sensitive: tuple[str, ...] = ()) -> bytes:
        """`facts` and an error; one whose attributes cannot be recorded is kept as class, message and traceback."""
        try:
            return self.encode(facts | {"error": error}, sensitive)
        except PayloadError as refused:
            plain = RuntimeError(f"{type(error).__name__}: {error}")
            text = "".join(traceback.format_exception(error))
            return self.encode(facts | {"error": plain, "traceback": text, "unrecorded": str(refused)}, sensitive)

    def reveal(self, value: Any) -> Any:
        """Opens sealed secrets.

        Raises:
            NeedsSecretError: A secret cannot be opened here.
        """
        return reveal(value, self._keyring) if self._redact else value
