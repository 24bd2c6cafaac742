"""Authenticates callers by a token of the identity provider (OIDC, a signed JWT).

Signature, issuer, audience and times are checked with public keys and a fixed list of algorithms;
the algorithm that the token names is not trusted. Tenant and scopes are claims; a token without
them grants no access. What a claim holds is checked like any other input: a provider may send null.
"""

from typing import Any

import jwt

from app.access.token_keys import TokenKeys
from app.contract.caller import SCOPES, Caller, granted, is_tenant
from app.errors import Unauthenticated
from app.settings import Settings
from mmm.spec.base import is_printable

ALGORITHMS = ("RS256", "PS256", "ES256")
REQUIRED = ("exp", "iat", "iss", "aud", "sub")
LEEWAY_SECONDS = 30
MAX_SUBJECT_LENGTH = 190


class TokenReader:
    """Tokens of one issuer for one audience."""

    def __init__(self, settings: Settings, keys: TokenKeys) -> None:
        self._settings = settings
        self._keys = keys

    def reads(self, credential: str) -> bool:
        """Whether the credential has the form of a signed token."""
        return credential.count(".") == 2

    def caller(self, token: str) -> Caller:
        """The caller whom the token identifies; raises Unauthenticated or ProviderUnavailable."""
        try:
            claims = self._claims(token)
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("The token has expired; request a new one.") from error
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"The token is not valid: {error}.") from error
        return Caller(self._tenant(claims), granted(self._scopes(claims)), subject_of(claims))

    def _claims(self, token: str) -> dict[str, Any]:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise Unauthenticated("The token does not name the key that signed it (kid).")
        claims: dict[str, Any] = jwt.decode(
            token,
            self._keys.get_signing_key(kid),
            algorithms=ALGORITHMS,
            audience=self._settings.oidc_audience,
            issuer=self._settings.oidc_issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": list(REQUIRED)},
        )
        return claims

    def _tenant(self, claims: dict[str, Any]) -> str:
        name = self._settings.oidc_tenant_claim
        tenant = claims.get(name)
        if not isinstance(tenant, str) or not is_tenant(tenant):
            raise Unauthenticated(
                f"The token names no tenant: its claim {name!r} must be 1 to 100 letters, digits "
                "and . _ - (PRUDENT_OIDC_TENANT_CLAIM sets the name of the claim)."
            )
        return tenant

    def _scopes(self, claims: dict[str, Any]) -> list[str]:
        """This service's scopes in the claim (a list, or words in a string); none in any other."""
        claim = claims.get(self._settings.oidc_scope_claim)
        words = claim.split() if isinstance(claim, str) else claim
        if not isinstance(words, list):
            return []
        prefix = self._settings.oidc_scope_prefix
        scopes = {prefix + scope: scope for scope in SCOPES}
        return [scopes[word] for word in words if isinstance(word, str) and word in scopes]


def subject_of(claims: dict[str, Any]) -> str:
    """The subject for logs and rows, cut to their length; raises Unauthenticated for odd text."""
    subject = f"oidc:{claims['sub']}"
    if not is_printable(subject):
        raise Unauthenticated("The token's subject (sub) holds a control character.")
    return subject[:MAX_SUBJECT_LENGTH]
