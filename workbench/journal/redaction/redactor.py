"""Takes secrets out of values before they are recorded: by field name, by shape, by environment, by declaration.

Copy on write: a value without a secret is given back as it is. Objects with fields (dataclasses, models, exceptions)
in which something was hidden become their stand-ins, which encode to the same bytes as the object would.
"""

from __future__ import annotations

import decimal
import os
import sys
import uuid
from collections import deque
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from workbench._errors import UnrecordableError
from workbench.journal.codec import EnumValue, Opaque, Record, RecordedError, Redacted, encode
from workbench.journal.codec.codes import MAX_DEPTH
from workbench.journal.codec.failures import from_exception, writing
from workbench.journal.codec.revival import PLAIN
from workbench.journal.codec.standins import bounded_repr
from workbench.journal.codec.structures import fields_of
from workbench.journal.redaction import cards
from workbench.journal.redaction.known import KnownSecrets
from workbench.journal.redaction.names import folded, hides_containers, is_fact, secret_kind
from workbench.journal.redaction.texts import SHORTEST_SCANNED, TextRules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.journal.redaction.keyring import Keyring

_MAX_NAMES: Final = 4096
_SENSITIVE: Final = "sensitive"
_CARD_FROM: Final = 10**13
_MAX_SCANNED_BYTES: Final = 4 * 1024 * 1024
_UNSCANNED: Final = (PLAIN - {str, bytes, int}) | {Redacted, Opaque, EnumValue}
_HIDDEN_SCALARS: Final = frozenset({bytes, bytearray, int, float, complex, decimal.Decimal, uuid.UUID})
_ROWS: Final = frozenset({list, tuple, set, frozenset, deque})


class Redactor:
    """Redacts values of one recording.

    Args:
        keyring: Key of the recording.
        sensitive: Field names (`ssn`) or dotted paths (`order.card.number`, matched at the end of a value's path) that
            are secret in addition to the rules.
        seal: Whether originals are kept sealed, so that a run can go on after a crash.
        environ: Environment whose secrets are looked for; the process's own unless given.
        known: Secrets met before in this recording; what is hidden by its name is added.
    """

    def __init__(
        self,
        keyring: Keyring,
        sensitive: Iterable[str] = (),
        seal: bool = True,  # noqa: FBT001, FBT002 - the agreed signature
        *,
        environ: Mapping[str, str] | None = None,
        known: KnownSecrets | None = None,
    ) -> None:
        wanted = [sensitive] if isinstance(sensitive, str) else list(sensitive)
        self._names = {folded(name) for name in wanted if "." not in name}
        self._paths = [tuple(folded(part) for part in name.split(".")) for name in wanted if "." in name]
        self._texts = TextRules(keyring, os.environ if environ is None else environ, seal=seal, known=known)
        self._kinds: dict[str, str | None] = {}

    def redact(self, value: Any) -> Any:
        """The value without its secrets; the same object where there are none."""
        return self._walk(value, None, (), 0)

    __call__ = redact

    def redact_named(self, names: Sequence[str], values: Sequence[Any]) -> tuple[Any, ...]:
        """Positional arguments under the names of their parameters; values beyond the names have none."""
        known = (*names, *([""] * max(0, len(values) - len(names))))
        return tuple(self._entry(name, part, None, (), 0) for name, part in zip(known, values, strict=False))

    def plain(self, text: str) -> str:
        """A text that people read (a message), with a marker in place of each secret."""
        return self._texts.plain(text)

    def code(self, text: str) -> str:
        """Python source with a marker in place of each secret written in it."""
        return self._texts.code(text)

    # --- the walk ------------------------------------------------------------------------------------------------

    def _walk(self, value: Any, hide: str | None, path: tuple[str, ...], depth: int) -> Any:  # noqa: PLR0911 - one line per kind
        kind = type(value)
        if kind is str:
            return self._texts.scan(value) if hide is None or not value else self._texts.named(value, hide)
        if kind in _HIDDEN_SCALARS:
            return self._scalar(value, hide)
        if kind in _UNSCANNED:
            return value
        if depth > MAX_DEPTH:
            message = f"cannot record the value at $: nested deeper than {MAX_DEPTH} levels"
            raise UnrecordableError(message, hint="flatten it; a value that contains itself has no end")
        if kind is dict:
            return self._map(value, hide, path, depth + 1)
        if kind in _ROWS:
            return self._rows(value, hide, path, depth + 1)
        if kind is Record:
            changed = self._map(value.fields, hide, path, depth + 1)
            return value if changed is value.fields else Record(value.type_name, value.module, changed)
        if kind is RecordedError:
            return self._error(value, path, depth + 1)
        return self._other(value, hide, path, depth + 1)

    def _entry(self, name: Any, value: Any, hide: str | None, path: tuple[str, ...], depth: int) -> Any:
        """A value under a name; `hide` comes from a secret name further up."""
        if type(name) is not str:
            return self._walk(value, hide, path, depth)
        if self._paths:
            path = (*path, folded(name))
            if any(path[-len(wanted) :] == wanted for wanted in self._paths):
                hide = _SENSITIVE
        try:
            found = self._kinds[name]
        except KeyError:
            found = self._learn(name)
        if found is not None and (hides_containers(found) or not _holds(value)):
            return self._walk(value, hide or found, path, depth)
        if hide is not None and hide != _SENSITIVE and is_fact(name):
            hide = None
        return self._walk(value, hide, path, depth)

    def _learn(self, name: str) -> str | None:
        found = _SENSITIVE if folded(name) in self._names else secret_kind(name)
        if self._texts.scan(name) is not name:  # the key itself is a secret: nothing to remember
            return found
        if len(self._kinds) >= _MAX_NAMES:  # maps keyed by ids would fill it
            self._kinds.clear()
        self._kinds[name] = found
        return found

    def _scalar(self, value: Any, hide: str | None) -> Any:
        if hide is not None:
            return self._texts.hide(value, hide, facts=_card_facts(value)) if value else value
        if type(value) is int and value >= _CARD_FROM and (facts := _card_facts(value)):
            return self._texts.hide(value, "card_number", facts=facts)
        if isinstance(value, bytes | bytearray) and len(value) <= _MAX_SCANNED_BYTES:
            found = self._texts.scan(bytes(value).decode("latin-1"))
            if isinstance(found, Redacted):  # bytes cannot show a marker: they are hidden whole
                return self._texts.hide(bytes(value), found.kind, facts=found.derived)
        return value

    def _map(self, value: dict[Any, Any], hide: str | None, path: tuple[str, ...], depth: int) -> dict[Any, Any]:
        changes: dict[Any, Any] | None = None
        secret_keys = False
        plain = hide is None and not self._paths
        kinds, clean, suspicious = self._kinds, self._texts.clean, self._texts.suspicious
        for key, part in value.items():
            if plain and kinds.get(key, "") is None:  # most entries: an innocent name, and nothing in the value
                kind = type(part)
                if kind in _UNSCANNED or (kind is int and part < _CARD_FROM):
                    continue
                if kind is str and (len(part) < SHORTEST_SCANNED or part in clean or not suspicious(part)):
                    continue
            found = self._entry(key, part, hide, path, depth)
            if found is not part:
                changes = changes or {}
                changes[key] = found
            if type(key) is str and key not in self._kinds:  # only innocent keys are remembered
                secret_keys = True
        if changes is None and not secret_keys:
            return value
        merged = value | (changes or {})
        return {self._walk(key, None, path, depth): part for key, part in merged.items()} if secret_keys else merged

    def _rows(self, value: Any, hide: str | None, path: tuple[str, ...], depth: int) -> Any:
        if hide is None and type(value) in (list, tuple):
            clean, suspicious = self._texts.clean, self._texts.suspicious
            for part in value:
                kind = type(part)
                if kind is str and (len(part) < SHORTEST_SCANNED or part in clean or not suspicious(part)):
                    continue
                if kind not in _UNSCANNED and not (kind is int and part < _CARD_FROM):
                    break
            else:
                return value
        parts = [self._walk(part, hide, path, depth) for part in value]
        if all(new is old for new, old in zip(parts, value, strict=True)):
            return value
        return type(value)(parts)

    def _other(self, value: Any, hide: str | None, path: tuple[str, ...], depth: int) -> Any:  # noqa: PLR0911 - one line per kind
        if isinstance(value, BaseException):
            with writing(value) as allowed:
                if not allowed:  # it contains itself
                    return self._texts.plain(bounded_repr(value))
                return self._error(from_exception(value), path, depth)
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            found = self._walk(str.__str__(value), hide, path, depth)
            return found if type(found) is Redacted else value
        if isinstance(value, PurePath):
            found = self._texts.scan(str(value)) if hide is None else self._texts.named(str(value), hide)
            return found if type(found) is Redacted else value
        if _is_secret_box(value):
            return self._walk(value.get_secret_value(), hide or "secret", path, depth)
        values = fields_of(value)
        if values is not None:
            changed = self._map(values, hide, path, depth)
            return value if changed is values else Record(type(value).__qualname__, type(value).__module__, changed)
        for base in (dict, list, set, frozenset, tuple):
            if isinstance(value, base) and not getattr(value, "__dict__", None):
                plain = base(value)
                changed = self._walk(plain, hide, path, depth)
                return value if changed is plain else changed
        return value

    # --- exceptions ----------------------------------------------------------------------------------------------

    def _error(self, error: RecordedError, path: tuple[str, ...], depth: int) -> RecordedError:
        """Arguments that cannot be recorded are turned into text here, so that this text is looked through as well."""
        plain = self._texts.plain
        return RecordedError(
            module=error.module,
            type_name=error.type_name,
            args=tuple(self._walk(_recordable_or_repr(part), None, path, depth) for part in error.args),
            message=plain(error.message),
            attributes=self._map(error.attributes, None, path, depth),
            traceback=plain(error.traceback),
            cause=None if error.cause is None else self._error(error.cause, path, depth),
            notes=tuple(plain(note) for note in error.notes),
            context=None if error.context is None else self._error(error.context, path, depth),
        )


def _recordable_or_repr(value: Any) -> Any:
    if isinstance(value, BaseException):
        return value
    try:
        encode(value)
    except UnrecordableError:
        return bounded_repr(value)
    return value


def _card_facts(value: object) -> dict[str, str]:
    return cards.facts_of(str(value)) if type(value) is int and value < 10**20 and cards.brand_of(str(value)) else {}


def _holds(value: object) -> bool:
    """Whether a value is a container, in contrast to one text or number."""
    return not isinstance(value, (str, bytes, bytearray, int, float, decimal.Decimal, uuid.UUID))


def _is_secret_box(value: object) -> bool:
    """Pydantic's `SecretStr` and `SecretBytes`; looked up, never imported."""
    pydantic = sys.modules.get("pydantic")
    boxes = tuple(filter(None, (getattr(pydantic, name, None) for name in ("SecretStr", "SecretBytes"))))
    return bool(boxes) and isinstance(value, boxes)
