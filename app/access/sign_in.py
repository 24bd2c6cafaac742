"""Signing in with the identity provider: the authorization code flow of OIDC with PKCE.

    start    a browser is sent to the provider with a state, a nonce and the hash of a verifier;
             a signed cookie of ten minutes keeps the three
    finish   it comes back with a code and the state, which must be the cookie's; the code and the
             verifier are exchanged for tokens; the ID token must be for this client, in this
             issuer's name, and carry the nonce

Tenant and scopes come from the access token, by the same rules as for every other call
(``app.access.tokens``); it must be about the same subject.
"""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt

from app.access.provider import Provider
from app.access.signing import document_of, encoded, signed_document
from app.access.token_keys import TokenKeys
from app.access.tokens import ALGORITHMS, LEEWAY_SECONDS, TokenReader, subject_of
from app.contract.caller import Caller
from app.errors import Unauthenticated
from app.settings import Settings

COOKIE = "prudent_sign_in"
CALLBACK = "session/callback"
SECONDS = 600.0
"""Between leaving for the provider and coming back."""

MOST_CODE = 4096
_PURPOSE = b"prudent sign-in 1"
_SCREEN = re.compile(r"#/[A-Za-z0-9/?=&%._-]{0,300}")
_ERROR = re.compile(r"[a-z_]{1,60}")
_AGAIN = "This sign-in has ended, or was begun in another browser."


@dataclass(frozen=True)
class Departure:
    """Where to send the browser, and the cookie that it keeps meanwhile."""

    address: str
    cookie: str


@dataclass(frozen=True)
class Arrival:
    """Who has signed in, and the address of the page to show."""

    caller: Caller
    address: str


@dataclass(frozen=True)
class ProviderSignIn:
    """Sign-in of one client with one provider; ``clock`` returns seconds since the epoch."""

    settings: Settings
    provider: Provider
    keys: TokenKeys
    reader: TokenReader
    secret: bytes
    clock: Callable[[], float] = time.time

    @property
    def is_secure(self) -> bool:
        """Whether people reach the page over TLS, so that cookies are sent over TLS alone."""
        return urlsplit(self._home).scheme == "https"

    def start(self, screen: str = "") -> Departure:
        """Send a browser to the provider; ``screen``: the hash of the page to come back to.

        Raises ProviderUnavailable.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        kept = {
            "state": state,
            "nonce": nonce,
            "verifier": verifier,
            "screen": screen if _SCREEN.fullmatch(screen) else "",
            "until": self.clock() + SECONDS,
        }
        challenge = encoded(hashlib.sha256(verifier.encode()).digest())
        query = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._callback,
            "scope": self.settings.oidc_scopes,
            "audience": self.settings.oidc_audience,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self.provider.endpoints().authorize
        joint = "&" if urlsplit(endpoint).query else "?"
        return Departure(
            f"{endpoint}{joint}{urlencode(query)}", signed_document(self.secret, _PURPOSE, kept)
        )

    def leave(self) -> str | None:
        """Where a browser signs out of the provider, to come back to the page (OIDC RP-Initiated
        Logout 1.0); None where the provider names no such place.  Raises ProviderUnavailable."""
        endpoint = self.provider.endpoints().leave
        if endpoint is None:
            return None
        query = {"client_id": self._client, "post_logout_redirect_uri": f"{self._home}/"}
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    def finish(self, cookie: str | None, query: Mapping[str, str]) -> Arrival:
        """Who comes back from the provider; raises Unauthenticated, ProviderUnavailable."""
        kept = self._kept(cookie)
        if not hmac.compare_digest(kept["state"].encode(), query.get("state", "").encode()):
            raise Unauthenticated(_AGAIN)
        if query.get("iss", self.settings.oidc_issuer) != self.settings.oidc_issuer:
            raise Unauthenticated("The answer comes from another identity provider.")
        code = query.get("code", "")
        if "error" in query or not 0 < len(code) <= MOST_CODE:
            told = query.get("error", "")
            reason = told if _ERROR.fullmatch(told) else "it sent no code"
            raise Unauthenticated(f"The identity provider did not sign you in: {reason}.")
        tokens = self._exchanged(code, kept["verifier"])
        subject = self._subject(tokens.get("id_token"), kept["nonce"])
        access = tokens.get("access_token")
        if not isinstance(access, str) or not self.reader.reads(access):
            raise Unauthenticated(
                "The identity provider issued no signed access token for this service "
                f"(audience {self.settings.oidc_audience!r})."
            )
        caller = self.reader.caller(access)
        if caller.subject != subject:
            raise Unauthenticated("The provider's two tokens are about different people.")
        return Arrival(caller, f"{self._home}/{kept['screen']}")

    @property
    def _home(self) -> str:
        return (self.settings.public_url or "").rstrip("/")

    @property
    def _callback(self) -> str:
        return f"{self._home}/{CALLBACK}"

    @property
    def _client(self) -> str:
        return self.settings.oidc_client_id or ""

    def _exchanged(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "client_id": self._client,
            "code_verifier": verifier,
        }
        secret = self.settings.oidc_client_secret
        return self.provider.exchange(form, secret.get_secret_value() if secret else None)

    def _subject(self, token: Any, nonce: str) -> str:
        """The subject of the ID token, if it was issued to this client for this sign-in."""
        try:
            kid = jwt.get_unverified_header(token if isinstance(token, str) else "").get("kid")
            claims: dict[str, Any] = jwt.decode(
                token,
                self.keys.get_signing_key(str(kid)),
                algorithms=ALGORITHMS,
                audience=self._client,
                issuer=self.settings.oidc_issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"The provider's ID token is not valid: {error}.") from error
        given = str(claims["nonce"])
        if not hmac.compare_digest(given.encode("utf-8", "replace"), nonce.encode()):
            raise Unauthenticated("The provider's ID token belongs to another sign-in.")
        alone = claims["aud"] in (self._client, [self._client])
        if not alone and claims.get("azp") != self._client:
            raise Unauthenticated("The provider's ID token was issued to another client.")
        return subject_of(claims)

    def _kept(self, cookie: str | None) -> dict[str, Any]:
        try:
            kept = document_of(self.secret, _PURPOSE, cookie or "")
        except ValueError as error:
            raise Unauthenticated(_AGAIN) from error
        if kept["until"] <= self.clock():
            raise Unauthenticated(_AGAIN)
        return kept
