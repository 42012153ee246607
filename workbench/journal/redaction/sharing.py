"""The last look before something leaves the house: a finished report or export that holds a secret is refused.

The rules are those of recording, plus shapes that are worth their time only here. Nothing is guessed from how random
a text looks: reports are full of hashes, fingerprints and ids, which are random and no secrets.

`detect-secrets` was measured for this and left out (1.5.0 of May 2024, its last release): with its entropy and keyword
rules off it finds 12 of the 44 shapes of `tests/journal/redaction/test_canaries.py`, takes 121 µs a line, and can ask
the providers over the network whether what it found is valid.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workbench._errors import SecretFoundError
from workbench.journal.redaction.computed import Computed, computed_in, computed_in_excerpt, looks_computed
from workbench.journal.redaction.keyring import Keyring
from workbench.journal.redaction.patterns import PATTERNS, Pattern
from workbench.journal.redaction.texts import TextRules

__all__ = ["SHARED_PATTERNS", "Secret", "SecretScan", "check_shareable"]

_MORE: Final = tuple(
    Pattern(kind, re.compile(shape), None, tuple(needs.split()))
    for kind, shape, needs in (
        ("azure_storage", r"(?i:\bAccountKey)=(?P<secret>[A-Za-z0-9+/=]{40,})", "accountkey="),
        ("azure_sas", r"[?&]sig=(?P<secret>[A-Za-z0-9%+/=]{30,})", "sig="),
        ("discord", r"(?<![\w-])(?P<secret>[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38})(?![\w-])", "."),
        ("telegram", r"(?<![\w-])(?P<secret>\d{8,10}:AA[\w-]{33})(?![\w-])", ":aa"),
        ("mailchimp", r"(?<![\w-])(?P<secret>[0-9a-f]{32}-us\d{1,2})(?!\w)", "-us"),
        ("square", r"(?<![\w-])(?P<secret>sq0(?:csp|atp)-[\w-]{22,43})", "sq0"),
        ("shopify", r"(?<![\w-])(?P<secret>shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})", "shpat_ shpca_ shppa_ shpss_"),
        ("digitalocean", r"(?<![\w-])(?P<secret>do[opr]_v1_[0-9a-f]{64})", "_v1_"),
        ("vault", r"(?<![\w-])(?P<secret>hvs\.[\w-]{24,})", "hvs."),
        ("databricks", r"(?<![\w-])(?P<secret>dapi[0-9a-f]{32})(?!\w)", "dapi"),
        ("age_key", r"(?P<secret>AGE-SECRET-KEY-1[0-9A-Z]{50,})", "age-secret-key-"),
        ("paypal_braintree", r"(?P<secret>access_token\$(?:production|sandbox)\$\w{8,}\$\w{16,})", "access_token$"),
    )
)
"""Shapes that recording does not look for; sources: the providers' documentation of their keys."""

SHARED_PATTERNS: Final = (*PATTERNS, *_MORE)
"""All shapes that must not leave the house."""

_Computes = Callable[[str], Computed]

_OF_THIS_USER: Final = uuid.UUID(int=0)
"""Names the key of what is found here: fingerprints are the same tomorrow, and say nothing to anybody else."""

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that should not be shared.

    Attributes:
        kind: The rule that found it, for example `jwt` or `password`.
        fingerprint: Keyed with a key of this user: names it in `allow` without saying it.
        where: Where it first stands, for people: `line 12, column 5`.
        length: Its characters.
    """

    kind: str
    fingerprint: str
    where: str
    length: int

    def __str__(self) -> str:
        """One line."""
        return f"{self.kind} of {self.length} characters at {self.where}, fingerprint {self.fingerprint}"


class SecretScan:
    """Looks through the parts of one document.

    Args:
        allow: Fingerprints or kinds that are known to be no secrets, or may be shared.
        environ: Environment whose secrets are looked for; the process's own unless given.
        keyring: Key of the fingerprints; this user's unless given.

    Attributes:
        found: What was found so far, each secret once.
    """

    def __init__(
        self,
        allow: Collection[str] = (),
        *,
        environ: Mapping[str, str] | None = None,
        keyring: Keyring | None = None,
    ) -> None:
        self._allow = frozenset([allow] if isinstance(allow, str) else allow)
        self._rules = _Rules(keyring or Keyring(_OF_THIS_USER), os.environ if environ is None else environ)
        self._found: dict[str, Secret] = {}

    @property
    def found(self) -> tuple[Secret, ...]:
        """What was found so far."""
        return tuple(self._found.values())

    def text(self, text: str, where: str = "", *, first_line: int = 1) -> None:
        """Look through a text.

        Args:
            text: Any text.
            where: What it is, for people; `""` for the document itself.
            first_line: Number of its first line in the document.
        """
        self._look(text, where, first_line, looks_computed)

    def source(self, text: str, where: str = "") -> None:
        """Look through whole Python source: names and calls in it are code."""
        self._look(text, where, 1, computed_in)

    def excerpt(self, text: str, where: str = "") -> None:
        """Look through some lines of source; what computes a value is code."""
        self._look(text, where, 1, computed_in_excerpt)

    def refuse(self, what: str) -> None:
        """Raise when anything was found.

        Args:
            what: What would have been written, for people.

        Raises:
            SecretFoundError: Something was found that `allow` does not name.
        """
        if not self._found:
            return
        some = "\n".join(f"  {secret}" for secret in self.found[:_SHOWN])
        more = f"\n  and {len(self._found) - _SHOWN} more" if len(self._found) > _SHOWN else ""
        names = ", ".join(repr(secret.fingerprint) for secret in self.found[:_SHOWN])
        raise SecretFoundError(
            f"{what} holds {len(self._found)} secret(s) in clear and was not written:\n{some}{more}",
            found=self.found, where=self.found[0].where,
            hint=f"record it with redaction on, or, if these may be shared, say so: allow=[{names}]",
        )  # fmt: skip

    def _look(self, text: str, where: str, first_line: int, computed: _Computes) -> None:
        for kind, secret in self._rules.secrets(text, computed):
            mark = self._rules.fingerprint(secret)
            if mark in self._found or not self._allow.isdisjoint({kind, mark}):
                continue
            at = _place_of(secret, text)
            line = text.count("\n", 0, at)
            place = f"line {first_line + line}, column {at - text.rfind(chr(10), 0, at)}"
            self._found[mark] = Secret(kind, mark, f"{where}, {place}" if where else place, len(secret))


def check_shareable(
    text: str, *, allow: Collection[str] = (), environ: Mapping[str, str] | None = None
) -> tuple[Secret, ...]:
    """What should not be shared of a text; empty when it may be.

    Args:
        text: A finished document.
        allow: Fingerprints or kinds that may be shared.
        environ: Environment whose secrets are looked for; the process's own unless given.
    """
    scan = SecretScan(allow, environ=environ)
    scan.text(text)
    return scan.found


def _place_of(secret: str, text: str) -> int:
    """Where it stands by itself, else inside another word."""
    alone = re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text)
    return alone.start() if alone else max(text.find(secret), 0)


class _Rules(TextRules):
    """The rules of recording, asked for what they find instead of for what they leave."""

    def __init__(self, keyring: Keyring, environ: Mapping[str, str]) -> None:
        super().__init__(keyring, environ, seal=False, patterns=SHARED_PATTERNS)
        self._seen: list[tuple[str, str]] = []

    def secrets(self, text: str, computed: _Computes) -> tuple[tuple[str, str], ...]:
        """Kind and characters of each secret."""
        self._seen = []
        self._masked(text, computed)
        return tuple(self._seen)

    def fingerprint(self, secret: str) -> str:
        """Names a secret."""
        return self._keyring.fingerprint(secret)

    def _mark(self, kind: str, secret: str, facts: dict[str, Any], kinds: list[str]) -> str:
        self._seen.append((kind, secret))
        return super()._mark(kind, secret, facts, kinds)
