"""Which field names mean a secret.

The rule, in full:

1. A name is cut into words at `_`, `-`, `.`, blanks, and from lower to upper case, and lowered: `X-Api-Key`, `xApiKey`
   and `x_api_key` are all `x api key`.
2. It is a secret when the words joined are in `_WHOLE` (`sessionid`, `pan`), or when it *ends* in one of `_ENDINGS`
   (`db_password`, `stripe_secret_key`, `github_token`). What something is stands last in a name: `secret_santa` is a
   santa, `token_type` a type, `password_changed_at` an instant.
3. Unless it is in `_INNOCENT`: tokens that only say where to go on (`next_page_token`, `continuation_token`).
4. Below a secret name every text, number and bytes is hidden, except for facts (`expires_at`, `token_type`, …): a
   cached token may stand in a `token` map beside its expiry. `session` and `signature` only hide plain text, since
   maps under these names are ordinary state.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_ENDINGS: Final = frozenset(
    tuple(ending.split())
    for ending in """
    password|passwd|passphrase|pwd|secret|token|api key|apikey|access key|access key id|secret key|secret access key
    private key|privatekey|signing key|encryption key|shared key|master key|authorization|cookie|cookies|credential
    credentials|card number|cvv|cvc|cvv2|cvc2|csc|session id|sessionid|signature|client secret|clientsecret
    accesstoken|refreshtoken|idtoken|authtoken|csrftoken|secretkey|accesskey|cardnumber|sas key|account key
    connection string|webhook secret|otp|totp|mfa code|recovery codes|api keys|tokens cache
    """.replace("\n", "|").split("|")
    if ending.strip()
)
_WHOLE: Final = frozenset(
    [
        "pan",
        "ssn",
        "session",
        "sessionid",
        "sid",
        "auth",
        "jwt",
        "bearer",
        "pass",
        "passwords",
        "secrets",
        "setcookie",
        "cookie",
        "xapikey",
        "proxyauthorization",
        "iban",
        "cardnumber",
        "ccnumber",
        "creditcard",
        "creditcardnumber",
        "creditcardno",
        "xauthtoken",
        "xcsrftoken",
    ]
)
_INNOCENT: Final = frozenset(
    [
        "nextpagetoken",
        "pagetoken",
        "paginationtoken",
        "continuationtoken",
        "nexttoken",
        "synctoken",
        "resumetoken",
        "cursortoken",
        "starttoken",
        "endtoken",
        "stoptoken",
        "padtoken",
        "eostoken",
        "bostoken",
        "unktoken",
        "lexertoken",
        "idempotencytoken",
        "clientrequesttoken",
        "prevpagetoken",
        "previouspagetoken",
        "nextsynctoken",
        "tasktoken",
        "pricepertoken",
        "costpertoken",
        "notsecret",
        "publickey",
    ]
)
_FACTS: Final = frozenset(
    [
        "exp",
        "iat",
        "nbf",
        "iss",
        "aud",
        "expiresin",
        "expiresat",
        "expiry",
        "expires",
        "expiration",
        "issuedat",
        "notbefore",
        "createdat",
        "updatedat",
        "obtainedat",
        "fetchedat",
        "tokentype",
        "type",
        "scheme",
        "scope",
        "scopes",
        "alg",
        "kid",
        "issuer",
        "audience",
        "last4",
        "brand",
        "expmonth",
        "expyear",
        "maxage",
        "validuntil",
        "ttl",
        "ttlseconds",
        "httponly",
        "secure",
        "samesite",
        "path",
        "domain",
        "name",
        "status",
        "currency",
        "amount",
    ]
)
_TEXT_ONLY: Final = frozenset({"session", "signature", "auth", "cookies", "secrets", "credentials"})
_LONGEST: Final = max(map(len, _ENDINGS))
_MAX_NAME_CHARS: Final = 100


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, lowered."""
    return tuple(word.lower() for word in _WORDS.findall(name[:_MAX_NAME_CHARS]))


def folded(name: str) -> str:
    """A name as it is compared: lowered, without anything between the words."""
    return "".join(words_of(name))


@lru_cache(4096)
def secret_kind(name: str) -> str | None:
    """The kind of secret that a field of this name holds, for example `access_token`, or `None`."""
    words = words_of(name)
    joined = "".join(words)
    if not words or joined in _INNOCENT:
        return None
    if joined in _WHOLE or any(words[-count:] in _ENDINGS for count in range(1, min(_LONGEST, len(words)) + 1)):
        return "_".join(words)[:40]
    return None


def is_fact(name: str) -> bool:
    """Whether a field beside or below a secret is a fact about it, which is kept."""
    return folded(name) in _FACTS


def hides_containers(kind: str) -> bool:
    """Whether maps and lists under a name of this kind are hidden, too."""
    return kind not in _TEXT_ONLY
