"""How payloads become bytes on the way to the log: typed, and without secrets."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from workbench._errors import PayloadError
from workbench.journal.codec import Encoder
from workbench.journal.redaction import Keyring, KnownSecrets, Redactor, reveal, secret_kind
from workbench.program import Step

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
        self._encoder = Encoder()
        self._known = KnownSecrets()
        self._redactors: dict[tuple[str, ...], Redactor] = {}

    def encode(self, body: Any, sensitive: tuple[str, ...] = ()) -> bytes:
        """The encoded body.

        Args:
            body: A mapping of names to values.
            sensitive: Names or dotted paths that are secret here, besides those that always are.

        Raises:
            UnrecordableError: A value cannot be recorded.
        """
        return self._encoder.encode(self._redactor(sensitive).redact(body) if self._redact else body)

    def encode_arguments(self, step: Step[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> bytes:
        """The arguments of a step call: `{"args": […], "kwargs": {…}}`. Positional ones are secret by parameter name.

        Raises:
            UnrecordableError: An argument cannot be recorded.
        """
        values: Any = list(args)
        named: Any = dict(kwargs) if kwargs else kwargs
        if self._redact:
            redactor = self._redactor(step.sensitive)
            if step.sensitive or _names_a_secret(step.parameters):
                values = list(redactor.redact_named(step.parameters, values))
            else:
                values = redactor.redact(values)
            if named:
                named = redactor.redact(named)
        return self._encoder.encode({"args": values, "kwargs": named})

    def encode_result(self, result: Any, sensitive: tuple[str, ...] = ()) -> bytes:
        """The result of a step: `{"result": …}`.

        Raises:
            UnrecordableError: It cannot be recorded.
        """
        if self._redact:
            result = self._redactor(sensitive).redact(result)
        return self._encoder.encode({"result": result})

    def encode_error(self, facts: dict[str, Any], error: BaseException, sensitive: tuple[str, ...] = ()) -> bytes:
        """`facts` and an error; one whose attributes cannot be recorded is kept as class, message and traceback."""
        try:
            return self.encode(facts | {"error": error}, sensitive)
        except PayloadError as refused:
            plain = RuntimeError(f"{type(error).__name__}: {error}")
            text = "".join(traceback.format_exception(error))
            return self.encode(facts | {"error": plain, "traceback": text, "unrecorded": str(refused)}, sensitive)

    def without_secrets(self, text: str) -> str:
        """Source code, with markers where a secret stood."""
        return self._redactor(()).code(text) if self._redact else text

    def reveal(self, value: Any) -> Any:
        """Opens sealed secrets.

        Raises:
            NeedsSecretError: A secret cannot be opened here.
        """
        return reveal(value, self._keyring, known=self._known) if self._redact else value

    def _redactor(self, sensitive: tuple[str, ...]) -> Redactor:
        redactor = self._redactors.get(sensitive)
        if redactor is None:
            redactor = self._redactors[sensitive] = Redactor(self._keyring, sensitive, known=self._known)
        return redactor


@lru_cache(maxsize=4096)
def _names_a_secret(names: tuple[str, ...]) -> bool:
    return any(secret_kind(name) for name in names)
