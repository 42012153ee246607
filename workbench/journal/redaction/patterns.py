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

if TYPE_CHECKING:
    from collections.abc import Callable

Match = re.Match[str]


class Pattern(NamedTuple):
    """One shape.

    Attributes:
        kind: Names it in the marker.
        shape: Has a group `secret`.
        accepts: A second look at a match, for shapes that ordinary text can have, too.
        needs: Lower-case literals of which every match has one, in whatever case: without them nobody need look.
    """

    kind: str
    shape: re.Pattern[str]
    accepts: Callable[[Match], bool] | None = None
    needs: tuple[str, ...] = ()

    def may_be_in(self, lowered: str) -> bool:
        """Whether a text, given in lower case, can hold this shape."""
        return not self.needs or any(map(lowered.__contains__, self.needs))


def _is_card(match: Match) -> bool:
    if _UUID.match(match.string, match.start("secret")):  # the first groups of one can be all digits
        return False
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


_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_PRIVATE_KEY: Final = (
    r"(?P<secret>-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z))"
)
"""Up to the end of the text where the closing line was cut off."""

PATTERNS: Final = tuple(
    Pattern(kind, re.compile(shape, re.DOTALL), accepts, tuple(needs.split()))
    for kind, shape, accepts, needs in (
        ("card_number", r"(?<![\w.])(?P<secret>\d(?:[ -]?\d){12,18})(?![\w]|\.\d)", _is_card, ""),
        ("private_key", _PRIVATE_KEY, None, "-----begin"),
        ("jwt", r"(?<![\w])(?P<secret>eyJ[\w-]{5,4096}\.[\w-]{5,}+(?:\.[\w-]*){1,3})", None, "eyj"),
        ("url_password", r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/:@'\"]*:(?P<secret>[^\s/@'\"]+)@", None, "://"),
        (
            "stripe", r"(?<![A-Za-z0-9])(?P<secret>(?:sk|rk)_(?:live|test)_\w{8,}|whsec_[\w+/=-]{8,})", None,
            "sk_live_ sk_test_ rk_live_ rk_test_ whsec_",
        ),
        (
            "aws_access_key_id", r"(?<![A-Za-z0-9])(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Za-z0-9])", None,
            "akia asia",
        ),
        (
            "github", r"(?<![A-Za-z0-9])(?P<secret>gh[pousr]_\w{16,}|github_pat_\w{16,})", None,
            "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        ),
        ("gitlab", r"(?<![A-Za-z0-9])(?P<secret>glpat-[\w-]{16,})", None, "glpat-"),
        ("slack", r"(?<![A-Za-z0-9])(?P<secret>xox[abeoprs]-[\w-]{8,}|xapp-[\w-]{8,})", None, "xox xapp-"),
        ("slack_webhook", r"hooks\.slack\.com/services/(?P<secret>[\w/]{10,})", None, "hooks.slack"),
        (
            "google", r"(?<![A-Za-z0-9])(?P<secret>AIza[\w-]{30,}|ya29\.[\w.-]{16,}|GOCSPX-[\w-]{16,})", None,
            "aiza ya29. gocspx-",
        ),
        (
            "api_key", r"(?<![A-Za-z0-9])(?P<secret>sk-[\w-]{16,}|hf_\w{20,}|npm_\w{20,}|pypi-[\w-]{20,})", None,
            "sk- hf_ npm_ pypi-",
        ),
        ("sendgrid", r"(?<![A-Za-z0-9])(?P<secret>SG\.[\w-]{16,}\.[\w-]{16,})", None, "sg."),
        ("twilio", r"(?<![A-Za-z0-9])(?P<secret>SK[0-9a-f]{32})(?![A-Za-z0-9])", None, "sk"),
        ("bearer", r"(?i:\bbearer)\s+(?P<secret>[\w.~+/=-]{8,})", _is_credential, "bearer"),
        ("basic", r"(?i:\bbasic)\s+(?P<secret>[A-Za-z0-9+/=]{8,})", _is_basic, "basic"),
    )
)  # fmt: skip

# Every branch begins with a literal: `re` then skips to the next possible first letter in one tight loop.
CANDIDATE: Final = (
    r"eyJ|sk[_-]|rk_|whsec_|AKIA|ASIA|AIza|ya29|GOCSPX|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|hooks\.|hf_|"
    r"npm_|pypi-|SG\.|SK[0-9a-f]|-----B|B[Ee][Aa][Rr][Ee][Rr]|b[Ee][Aa][Rr][Ee][Rr]|B[Aa][Ss][Ii][Cc]|"
    r"b[Aa][Ss][Ii][Cc]|=|:|" + "|".join(rf"{digit}(?:[ -]?[0-9]){{12}}" for digit in range(10))
)
