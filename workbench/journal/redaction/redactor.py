"""Takes secrets out of values before they are recorded: by field name, by shape, by environment, by declaration.

Copy on write: a value without a secret is given back as it is. Objects with fields (dataclasses, models, exceptions)
in which something was hidden become their stand-ins, which encode to the same bytes as the object would.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from dataclasses import is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from workbench._errors import UnrecordableError
from workbench.journal.codec import EnumValue, Opaque, Record, RecordedError, Redacted, encode
from workbench.journal.codec.codes import MAX_DEPTH
from workbench.journal.codec.revival import PLAIN
from workbench.journal.codec.structures import fields_of, has_fields
from workbench.journal.redaction.failures import redacted_error
from workbench.journal.redaction.names import folded, hides_containers, is_fact, secret_kind
from workbench.journal.redaction.texts import TextRules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.journal.redaction.keyring import Keyring

_MAX_NAMES: Final = 4096
_SENSITIVE: Final = "sensitive"
_CARD_FROM: Final = 10**13
_MAX_SCANNED_BYTES: Final = 4 * 1024 * 1024
_UNSCANNED: Final = (PLAIN - {str, bytes, int}) | {Redacted, Opaque, EnumValue}
_HIDDEN_SCALARS: Final = (str, bytes, bytearray, int, float)


class Redactor:
    """Redacts values of one recording.

    Args:
        keyring: Key of the recording.
        sensitive: Field names (`ssn`) or dotted paths (`order.card.number`, matched at the end of a value's path) that
            are secret in addition to the rules.
        seal: Whether originals are kept sealed, so that a run can go on after a crash.
        environ: Environment whose secrets are looked for; the process's own unless given.
    """

    def __init__(
        self,
        keyring: Keyring,
        sensitive: Iterable[str] = (),
        *,
        seal: bool = True,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        wanted = [sensitive] if isinstance(sensitive, str) else list(sensitive)
        self._names = {folded(name) for name in wanted if "." not in name}
        self._paths = [tuple(folded(part) for part in name.split(".")) for name in wanted if "." in name]
        self._texts = TextRules(keyring, os.environ if environ is None else environ, seal=seal)
        self._kinds: dict[str, str | None] = {}

    def redact(self, value: Any) -> Any:  # noqa: ANN401 - any value
        """The value without its secrets; the same object where there are none."""
        return self._walk(value, None, (), 0)

    __call__ = redact

    def redact_named(self, names: Sequence[str], values: Sequence[Any]) -> tuple[Any, ...]:
        """Positional arguments under the names of their parameters; values beyond the names have none."""
        padded = (*names, *([""] * max(0, len(values) - len(names))))
        return tuple(self._entry(name, value, None, (), 0) for name, value in zip(padded, values, strict=False))

    # --- the walk ------------------------------------------------------------------------------------------------

    def _walk(self, value: Any, hide: str | None, path: tuple[str, ...], depth: int) -> Any:  # noqa: ANN401, C901, PLR0911 - one line per kind
        kind = type(value)
        if kind in _UNSCANNED and not (hide and value and kind is float):
            return value if hide is None or kind in _UNSCANNED - {float} and not self._opaque_secret(value, hide) else self._hide(value, hide)
        if depth > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise UnrecordableError(message, hint="flatten it; a value that contains itself has no end")
        return value
