"""What stays known of a secret without the secret: expiry and issuer of a token, brand and end of a card number.

Hazards such as "this cached token had expired" and verdicts work on these, on files that can be shared.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final

from workbench.journal.redaction import cards

_HEADER_FACTS: Final = ("alg", "kid")
_PAYLOAD_FACTS: Final = ("exp", "iat", "nbf", "iss", "aud")
_MAX_SEGMENT_CHARS: Final = 16 * 1024
_MAX_FACT_CHARS: Final = 200
_SCHEME: Final = re.compile(
    r"(Bearer|Basic|Digest|Token|Negotiate|ApiKey|AWS4-HMAC-SHA256)\s+(\S.*)", re.IGNORECASE | re.DOTALL
)


def split_scheme(text: str) -> tuple[str, str]:
    """Scheme and credentials of an authorization value; no scheme gives an empty one."""
    found = _SCHEME.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def facts_of(secret: str) -> dict[str, Any]:
    """Facts of a secret text of any kind."""
    if secret.startswith("eyJ"):
        return jwt_facts(secret)
    digits = secret.replace(" ", "").replace("-", "")
    if digits.isascii() and digits.isdigit() and cards.brand_of(digits):
        return dict(cards.facts_of(digits))
    return {}


def jwt_facts(token: str) -> dict[str, Any]:
    """Algorithm, key id and the registered times, issuer and audience of a JSON web token. No signature is checked."""
    header, _, rest = token.partition(".")
    return _picked(header, _HEADER_FACTS) | _picked(rest.partition(".")[0], _PAYLOAD_FACTS)


def _picked(segment: str, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        raw = base64.urlsafe_b64decode(segment[:_MAX_SEGMENT_CHARS] + "=" * (-len(segment) % 4))
        claims = json.loads(raw)
    except (ValueError, RecursionError):  # looks like a token and is none: then nothing is known of it
        return {}
    if not isinstance(claims, dict):
        return {}
    return {name: claims[name] for name in names if _is_fact(claims.get(name))}


def _is_fact(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= 8 and all(isinstance(part, str) and len(part) <= _MAX_FACT_CHARS for part in value)  # noqa: PLR2004 - audiences, not payloads
    if isinstance(value, int):
        return abs(value) < 2**63
    return isinstance(value, float) or (isinstance(value, str) and len(value) <= _MAX_FACT_CHARS)
