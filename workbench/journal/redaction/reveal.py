"""Opens what was sealed, for a run that goes on where the recording is at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench._errors import NeedsSecretError
from workbench.journal.codec import EnumValue, Record, RecordedError, Redacted, decode

if TYPE_CHECKING:
    from workbench.journal.redaction.keyring import Keyring


def reveal(value: Any, keyring: Keyring, where: str = "$") -> Any:  # noqa: PLR0911 - one line per kind
    """The decoded value with every sealed secret opened.

    Raises:
        NeedsSecretError: One was not sealed, or its key or the package to open it is missing; `where` is its path.
    """
    kind = type(value)
    if kind is Redacted:
        return _opened(value, keyring, where)
    if kind is dict:
        return {reveal(key, keyring, where): reveal(part, keyring, f"{where}.{key}") for key, part in value.items()}
    if kind in (list, tuple, set, frozenset):
        return kind(reveal(part, keyring, f"{where}[{index}]") for index, part in enumerate(value))
    if kind is Record:
        return Record(value.type_name, value.module, reveal(value.fields, keyring, where))
    if kind is EnumValue:
        return EnumValue(value.module, value.type_name, value.name, reveal(value.value, keyring, where))
    if kind is RecordedError:
        return RecordedError(
            value.module, value.type_name, reveal(value.args, keyring, f"{where}.args"), value.message,
            reveal(value.attributes, keyring, where), value.traceback, reveal(value.cause, keyring, where),
            value.notes, reveal(value.context, keyring, where),
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
