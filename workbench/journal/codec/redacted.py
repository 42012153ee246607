"""A stand-in for a secret: shows that something is missing, and refuses to be mistaken for it.

It is a `str` so that it passes through signatures, f-strings and log lines and leaves its marker visible there.
Everything that would make program logic depend on the missing characters raises instead, because a wrong branch
taken silently is worse than a stop.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from workbench._errors import NeedsSecretError

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKER: Final = re.compile(r"⟨redacted:[a-z0-9_.-]{1,40}:[0-9a-f]{8,64}⟩")
"""What a redaction looks like inside any text."""


def marker(kind: str, fingerprint: str) -> str:
    """The text that takes a secret's place."""
    return f"⟨redacted:{kind}:{fingerprint}⟩"


class Redacted(str):
    """A secret that was not recorded in clear.

    Attributes:
        kind: The rule that found it, for example `jwt` or `password`.
        fingerprint: Keyed fingerprint; equal for equal secrets of one recording.
        derived: Facts that stay known without the secret (`exp` of a JWT, last four digits of a card).
        sealed: The encoded original under the recording's key, or `None` where it was not kept.
    """

    kind: str
    fingerprint: str
    derived: dict[str, Any]
    sealed: bytes | None

    __slots__ = ("derived", "fingerprint", "kind", "sealed")

    def __new__(
        cls,
        kind: str,
        fingerprint: str,
        derived: Mapping[str, Any] | None = None,
        sealed: bytes | None = None,
        text: str | None = None,
    ) -> Self:
        """Make one; `text` is the surrounding text with markers, where only a part of it was secret."""
        self = super().__new__(cls, marker(kind, fingerprint) if text is None else text)
        self.kind = kind
        self.fingerprint = fingerprint
        self.derived = dict(derived or {})
        self.sealed = sealed
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Copies keep every fact."""
        return self.kind, self.fingerprint, self.derived, self.sealed, str(self)

    def __copy__(self) -> Self:
        """Immutable: its own copy."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Immutable: its own copy."""
        return self

    def __str__(self) -> str:
        """The marker, as a plain string."""
        return str.__str__(self)

    def __repr__(self) -> str:
        """The marker in quotes."""
        return str.__repr__(self)

    def __format__(self, spec: str) -> str:
        """The marker."""
        return format(str.__str__(self), spec)

    def __bool__(self) -> bool:
        """Only values that are true are ever redacted, so this much is known."""
        return True

    def __hash__(self) -> int:
        """By fingerprint, as `__eq__`."""
        return hash(("redacted", self.fingerprint))

    def __eq__(self, other: object) -> bool:
        """Two redacted values compare by fingerprint; a comparison with clear text cannot be answered."""
        if isinstance(other, Redacted):
            return self.fingerprint == other.fingerprint
        if isinstance(other, str):
            self._needs("==")
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        """See `__eq__`."""
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def _needs(self, operation: str) -> NoReturn:
        message = f"the code needs the value behind {str.__str__(self)[:200]} ({operation}), and it was redacted"
        raise NeedsSecretError(
            message,
            fingerprint=self.fingerprint,
            hint="open it with the recording's key (reveal), supply the value, or retry from the step that gave it",
        )


_REFUSED: Final = [
    "__contains__",
    "__ge__",
    "__getitem__",
    "__gt__",
    "__iter__",
    "__le__",
    "__len__",
    "__lt__",
    "__mod__",
    "__mul__",
    "__rmul__",
    "__int__",
    "__float__",
    "__index__",
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
]


def _refusal(name: str) -> Any:
    def refuse(self: Redacted, *_: object, **__: object) -> NoReturn:
        self._needs(name)

    refuse.__name__ = name
    refuse.__doc__ = "Refused: the answer depends on the missing value."
    return refuse


for _name in _REFUSED:
    setattr(Redacted, _name, _refusal(_name))
