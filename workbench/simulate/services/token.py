"""The token issuer: short-lived signed access tokens, the credential that goes stale in a recording.

`POST /token {user, password}` → `{access_token, token_type, expires_in}`. The token has the shape of a JWT
(HS256; iat, exp, iss, sub), because hazard detectors read `exp` from such tokens in the wild.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from workbench.simulate.services.message import Refusal, Request, Response, no_route
from workbench.simulate.services.setting import NS_PER_SECOND, Setting

if TYPE_CHECKING:
    from workbench.simulate.ledger import LedgerEntry

__all__ = ["TokenIssuer"]

ISSUER = "https://token.shop.example"


class TokenIssuer:
    """Gives tokens to known users and checks them for the other services."""

    name = "token"
    actions = frozenset({"issued"})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def handle(self, request: Request) -> Response:
        """Answer `POST /token`."""
        match request.method, request.segments:
            case "POST", ("token",):
                return self._issue(request)
            case _:
                raise no_route(request)

    def apply(self, entry: LedgerEntry) -> None:
        """Nothing to keep: a token carries its own facts."""

    def _issue(self, request: Request) -> Response:
        user, password = request.text("user"), request.text("password")
        expected = self._setting.knobs.accounts.get(user, "")
        # surrogatepass: a JSON text may hold lone surrogates, and a wrong password is no reason to fail.
        if not expected or not hmac.compare_digest(expected.encode(), password.encode(errors="surrogatepass")):
            raise Refusal(401, "invalid_grant", "unknown user or wrong password")
        lifetime = self._setting.knobs.token_lifetime_seconds
        issued = self._setting.now_ns() // NS_PER_SECOND
        claims: dict[str, object] = {"iss": ISSUER, "sub": user, "iat": issued, "exp": issued + lifetime}
        token = _sign(claims, self._setting.secret)
        # Not synced: a token that was given and forgotten harms nobody.
        self._setting.ledger.append(self.name, "issued", "", claims, sync=False)
        return Response(200, {"access_token": token, "token_type": "Bearer", "expires_in": lifetime})

    def subject(self, request: Request) -> str:
        """Who asks, according to an unexpired token of ours.

        Raises:
            Refusal: 401, with the reason in the code: `missing_token`, `invalid_token`, `expired_token`.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized("missing_token", "send Authorization: Bearer and a token of POST /token")
        claims = _verified(token.strip(), self._setting.secret)
        expires = int(str(claims["exp"]))
        late = self._setting.now_ns() // NS_PER_SECOND - expires
        if late >= 0:
            raise _unauthorized("expired_token", f"the token expired {late} s ago")
        return str(claims["sub"])


def _unauthorized(code: str, message: str) -> Refusal:
    return Refusal(401, code, message, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _sign(claims: dict[str, object], secret: bytes) -> str:
    head = ".".join(_b64(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEADER, claims))
    return f"{head}.{_signature(head, secret)}"


_HEADER = {"alg": "HS256", "typ": "JWT"}


def _verified(token: str, secret: bytes) -> dict[str, object]:
    """The claims of a token that we signed; the algorithm is ours to choose, never the token's."""
    head, _, signature = token.rpartition(".")
    expected = _signature(head, secret)
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="surrogatepass")):
        raise _unauthorized("invalid_token", "the token was not signed here")
    payload = head.partition(".")[2]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _signature(head: str, secret: bytes) -> str:
    return _b64(hmac.new(secret, head.encode(errors="surrogatepass"), hashlib.sha256).digest())


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
