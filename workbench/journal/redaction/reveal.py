"""Opens what was sealed, for a run that goes on where the recording is at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench._errors import NeedsSecretError
from workbench.journal.codec import MARKER, EnumValue, Record, RecordedError, Redacted, decode

if TYPE_CHECKING:
    from workbench.journal.redaction.keyring import Keyring
    from workbench.journal.redaction.known import KnownSecrets


def reveal(value: Any, keyring: Keyring, where: str = "$", known: KnownSecrets | None = None) -> Any:
    """The decoded value with every sealed secret opened.

    Args:
        value: As decoded.
        keyring: Key of the recording.
        where: What it is, for messages.
        known: Takes the secrets that were opened, so that they are hidden again when they are handed on.

    Raises:
        NeedsSecretError: One was not sealed, or its key or the package to open it is missing; `where` is its path.
    """
    return _Opener(keyring, known)(value, where)


class _Opener:
    def __init__(self, keyring: Keyring, known: KnownSecrets | None) -> None:
        self._keyring = keyring
        self._known = known

    def __call__(self, value: Any, where: str) -> Any:  # noqa: PLR0911 - one line per kind
        kind = type(value)
        if kind is Redacted:
            opened = _opened(value, self._keyring, where)
            if self._known is not None and type(opened) is str and MARKER.fullmatch(str(value)):
                self._known.learn(opened, value.kind)
            return opened
        if kind is dict:
            return {self(key, where): self(part, f"{where}.{key}") for key, part in value.items()}
        if kind in (list, tuple, set, frozenset):
            return kind(self(part, f"{where}[{index}]") for index, part in enumerate(value))
        if kind is Record:
            return Record(value.type_name, value.module, self(value.fields, where))
        if kind is EnumValue:
            return EnumValue(value.module, value.type_name, value.name, self(value.value, where))
        if kind is RecordedError:
            return RecordedError(
                value.module, value.type_name, self(value.args, f"{where}.args"), value.message,
                self(value.attributes, where), value.traceback, self(value.cause, where),
                value.notes, self(value.context, where),
            )  # fmt: skip
        return value


def _opened(value: Redacted, keyring: Keyring, where: str) -> Any:
    hint = "supply the value, or retry from the step that gave it"
    if value.sealed is None:
        message = f"the secret {value} at {where} was not kept"
        raise NeedsSecretError(message, fingerprint=value.fingerprint, where=where, hint=hint)
    try:
        return decode(keyring.open(value.sealed))
    except NeedsSecretError as error:
        message = f"the secret {value} at {where} cannot be opened: {error.message}"
        raise NeedsSecretError(message, fingerprint=value.fingerprint, where=where, hint=error.hint or hint) from error
