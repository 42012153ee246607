"""Secrets known by their shape, wherever they stand in a text: provider keys, tokens, URLs, card numbers.

A pattern hides its group `secret`, so that what surrounds it (`Bearer `, `?token=`) stays readable. `CANDIDATE` is one
cheap expression that tells for almost every text that none of them can match.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from workbench.journal.redaction import cards
from workbench.journal.redaction.names import secret_kind

if TYPE_CHECKING:
    from collections.abc import Callable

Match = re.Match[str]


class Pattern(NamedTuple):
    """One shape.

    Attributes:
        kind: Names it in the marker.
        shape: Has a group `secret`.
        accepts: A second look at a match, for shapes that ordinary text can have, too.
    """

    kind: str
    shape: re.Pattern[str]
    accepts: Callable[[Match], bool] | None = None


def _is_card(match: Match) -> bool:
    return cards.brand_of(re.sub(r"[ -]", "", match["secret"])) is not None


def _is_credential(match: Match) -> bool:
    """`Bearer authentication` is prose; a token has digits or punctuation, or is long."""
    secret = match["secret"]
    return len(secret) >= 20 or re.search(r"[0-9._~+/=-]", secret.rstrip(".")) is not None  # noqa: PLR2004 - see docstring


def _is_basic(match: Match) -> bool:
    """Basic credentials are base64 of `user:password`; `Basic subscription` is not."""
    try:
        return b":" in base64.b64decode(match["secret"], validate=True)
    except (binascii.Error, ValueError):
        return False


def _is_named_secret(match: Match) -> bool:
    secret = match["secret"]
    if secret.startswith("⟨redacted:") or secret.casefold() in _NOT_VALUES or secret_kind(match["name"]) is None:
        return False
    # `token: expired` is prose, `token: abc123` is not.
    prose = ":" in match["is"] and not match["open"]
    return not prose or any(letter.isdigit() for letter in secret) or len(secret) >= 16  # noqa: PLR2004 - longer than words


_NOT_VALUES: Final = frozenset("bearer basic digest none null true false required missing expired invalid".split())  # noqa: SIM905 - reads as a list of words

_PRIVATE_KEY: Final = (
    r"(?P<secret>-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z))"
)
"""Up to the end of the text where the closing line was cut off."""

PATTERNS: Final = tuple(
    Pattern(kind, re.compile(shape, re.DOTALL), accepts)
    for kind, shape, accepts in (
        ("card_number", r"(?<![\w.])(?P<secret>\d(?:[ -]?\d){12,18})(?![\w]|\.\d)", _is_card),
        ("private_key", _PRIVATE_KEY, None),
        ("jwt", r"(?<![\w])(?P<secret>eyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){1,3})", None),
        ("url_password", r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@'\"]*:(?P<secret>[^\s/@'\"]+)@", None),
        ("stripe", r"(?<![A-Za-z0-9])(?P<secret>(?:sk|rk)_(?:live|test)_\w{8,}|whsec_[\w+/=-]{8,})", None),
        ("aws_access_key_id", r"(?<![A-Za-z0-9])(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Za-z0-9])", None),
        ("github", r"(?<![A-Za-z0-9])(?P<secret>gh[pousr]_\w{16,}|github_pat_\w{16,})", None),
        ("gitlab", r"(?<![A-Za-z0-9])(?P<secret>glpat-[\w-]{16,})", None),
        ("slack", r"(?<![A-Za-z0-9])(?P<secret>xox[abeoprs]-[\w-]{8,}|xapp-[\w-]{8,})", None),
        ("slack_webhook", r"hooks\.slack\.com/services/(?P<secret>[\w/]{10,})", None),
        ("google", r"(?<![A-Za-z0-9])(?P<secret>AIza[\w-]{30,}|ya29\.[\w.-]{16,}|GOCSPX-[\w-]{16,})", None),
        ("api_key", r"(?<![A-Za-z0-9])(?P<secret>sk-[\w-]{16,}|hf_\w{20,}|npm_\w{20,}|pypi-[\w-]{20,})", None),
        ("sendgrid", r"(?<![A-Za-z0-9])(?P<secret>SG\.[\w-]{16,}\.[\w-]{16,})", None),
        ("twilio", r"(?<![A-Za-z0-9])(?P<secret>SK[0-9a-f]{32})(?![A-Za-z0-9])", None),
        ("bearer", r"(?i:\bbearer)\s+(?P<secret>[\w.~+/=-]{8,})", _is_credential),
        ("basic", r"(?i:\bbasic)\s+(?P<secret>[A-Za-z0-9+/=]{8,})", _is_basic),
    )
)  # fmt: skip

ASSIGNMENT: Final = Pattern(
    "assignment",
    re.compile(
        r"(?<![\w-])(?P<name>[A-Za-z][\w.-]{1,60})(?P<close>\\?[\"'])?(?P<is>\s{0,3}[=:]\s{0,3})(?P<open>[bru]?\\?[\"'])?"
        r"(?=(?P<secret>(?<=[\"'])[^\"'\\]{3,}|[^\s\"'&,;(){}\[\]<>]{3,}))"
    ),
    _is_named_secret,
)
"""`password=…`, `'token': '…'`, `?sig=…` in URLs, messages and tracebacks; the name rule decides.

The value is only looked at, not consumed: in `https://shop/?token=…` it holds the next name.
"""

# Every branch begins with a literal: `re` then skips to the next possible first letter in one tight loop.
CANDIDATE: Final = (
    r"eyJ|sk[_-]|rk_|whsec_|AKIA|ASIA|AIza|ya29|GOCSPX|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|hooks\.|hf_|"
    r"npm_|pypi-|SG\.|SK[0-9a-f]|-----B|B[Ee][Aa][Rr][Ee][Rr]|b[Ee][Aa][Rr][Ee][Rr]|B[Aa][Ss][Ii][Cc]|"
    r"b[Aa][Ss][Ii][Cc]|=|:|" + "|".join(rf"{digit}(?:[ -]?[0-9]){{12}}" for digit in range(10))
)
