"""Secrets inside text: found by shape, by the environment's values, and by name; each put under a marker."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from workbench.journal.codec import MARKER, Redacted, encode
from workbench.journal.codec.redacted import marker
from workbench.journal.redaction import cards
from workbench.journal.redaction.assignments import assignments
from workbench.journal.redaction.computed import Computed, computed_in
from workbench.journal.redaction.facts import facts_of, split_scheme
from workbench.journal.redaction.known import KnownSecrets
from workbench.journal.redaction.names import secret_kind
from workbench.journal.redaction.patterns import CANDIDATE, PATTERNS, Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbench.journal.redaction.keyring import Keyring

_SHORTEST_SECRET: Final = 8
"""Shorter environment values (`1`, `dev`) would be found everywhere."""

SHORTEST_SCANNED: Final = 8
_LONGEST_REMEMBERED: Final = 64
_MAX_REMEMBERED: Final = 4096
_CARD_KINDS: Final = ("card", "pan", "cc")


_FOLDERS: Final = frozenset({"PWD", "OLDPWD"})


def _is_folder(name: str, text: str) -> bool:
    """A working folder (also `POE_PWD`) has a name that reads like "password", and is a part of every file name."""
    return name in _FOLDERS or (Path(text).is_absolute() and os.path.isdir(text))  # noqa: PTH112 - never raises


def _nothing_computed(_text: str) -> Computed:
    return lambda _found: False


class TextRules:
    """Redaction of texts for one recording.

    Args:
        keyring: Key of the recording.
        environ: Variables named like secrets have values that are hidden wherever they appear.
        seal: Whether originals are kept sealed.
        patterns: Shapes to look for.
        known: Secrets met before, shared with other rules of the same recording.

    Attributes:
        known: Secrets met so far.
        clean: Short texts that were looked through and hold no secret: the same few come again and again.
    """

    def __init__(
        self,
        keyring: Keyring,
        environ: Mapping[str, str],
        *,
        seal: bool,
        patterns: Sequence[Pattern] = PATTERNS,
        known: KnownSecrets | None = None,
    ) -> None:
        self.known = KnownSecrets() if known is None else known
        self._keyring = keyring
        self._seal = seal
        self._patterns = patterns
        found = {
            text
            for name, text in environ.items()
            if len(text) >= _SHORTEST_SECRET and secret_kind(name) and not _is_folder(name, text)
        }
        longest_first = sorted(found, key=len, reverse=True)
        self._environ = re.compile("|".join(map(re.escape, longest_first))) if found else None
        self._candidate = re.compile("|".join([CANDIDATE, *map(re.escape, longest_first)])).search
        self.clean: set[str] = set()

    def suspicious(self, text: str) -> bool:
        """Whether a text could hold a secret: the one search that every text pays for."""
        if text in self.known or self._candidate(text) is not None:
            return True
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self.clean) >= _MAX_REMEMBERED:
                self.clean.clear()
            self.clean.add(text)
        return False

    def scan(self, text: str) -> str:
        """The text itself, or a `Redacted` whose characters show where something is missing."""
        if len(text) < SHORTEST_SCANNED or text in self.clean or not self.suspicious(text):
            return text
        if text in self.known:
            return self.named(text, self.known[text])
        shown, facts, kinds = self._masked(text)
        if not kinds:
            return text
        whole = MARKER.fullmatch(shown) is not None and len(kinds) == 1
        return self.hide(text, kinds[0], facts=facts, text=None if whole else shown)

    def plain(self, text: str) -> str:
        """The text with markers in it, as an ordinary string: for messages and tracebacks, which people read."""
        return self._masked(str.__str__(text))[0] if self.suspicious(text) else text

    def code(self, text: str) -> str:
        """Python source as `plain` shows it, except that what is computed (`token = login(user)`) is no secret."""
        if not self.suspicious(text):
            return text
        return self._masked(text, computed_in)[0]

    def named(self, text: str, kind: str) -> Redacted:
        """A text that is secret by its name. The scheme of an authorization stays, as does what a shape finds."""
        if self.known.learn(text, kind):
            self.clean.discard(text)
        scheme, secret = split_scheme(text)
        facts = facts_of(secret)
        if not facts and kind.startswith(_CARD_KINDS) and sum(map(str.isdigit, secret)) >= _SHORTEST_SECRET:
            facts = dict(cards.facts_of(re.sub(r"\D", "", secret)))
        if not scheme:
            return self.hide(text, kind, facts=facts)
        shown = text[: len(text) - len(secret)] + marker(kind, self._keyring.fingerprint(secret))
        return self.hide(text, kind, facts={"scheme": scheme} | facts, text=shown)

    def hide(
        self, value: Any, kind: str, *, facts: Mapping[str, Any] | None = None, text: str | None = None
    ) -> Redacted:
        """A whole value under a marker."""
        raw = encode(value)
        secret = str.__str__(value) if isinstance(value, str) else raw
        sealed = self._keyring.seal(raw) if self._seal else None
        return Redacted(kind, self._keyring.fingerprint(secret), facts, sealed, text)

    def _masked(
        self, text: str, computed: Callable[[str], Computed] = _nothing_computed
    ) -> tuple[str, dict[str, Any], list[str]]:
        """Text with markers, the facts of what they hide, and their kinds.

        Args:
            text: What to look through.
            computed: Tells for a text which assigned values in it are computed, so that they are no secrets.
        """
        facts: dict[str, Any] = {}
        kinds: list[str] = []
        if self._environ is not None:
            text = self._environ.sub(lambda match: self._mark("environment", match[0], facts, kinds), text)
        lowered = text.lower()
        for pattern in self._patterns:
            if not pattern.may_be_in(lowered):
                continue
            text = pattern.shape.sub(self._replacer(pattern, facts, kinds), text)
        if "=" in text or ":" in text:
            text = self._without_assigned(text, computed(text), facts, kinds)
        return text, facts, kinds

    def _without_assigned(self, text: str, computed: Computed, facts: dict[str, Any], kinds: list[str]) -> str:
        """Without the values of secret names."""
        shown, position = [], 0
        for found in assignments(text, computed):
            shown += [text[position : found.start], self._mark(found.kind, found.value, facts, kinds)]
            position = found.end
        return "".join([*shown, text[position:]])

    def _mark(self, kind: str, secret: str, facts: dict[str, Any], kinds: list[str]) -> str:
        kinds.append(kind)
        facts.update(facts_of(secret))
        return marker(kind, self._keyring.fingerprint(secret))

    def _replacer(self, pattern: Pattern, facts: dict[str, Any], kinds: list[str]) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            secret = match["secret"]
            if "⟨redacted:" in secret or (pattern.accepts is not None and not pattern.accepts(match)):
                return match[0]
            if pattern.kind in ("bearer", "basic"):
                facts["scheme"] = pattern.kind.capitalize()
            start, end = match.start("secret") - match.start(), match.end("secret") - match.start()
            return match[0][:start] + self._mark(pattern.kind, secret, facts, kinds) + match[0][end:]

        return replace
