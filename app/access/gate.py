"""Authentication before every route of the API: a credential becomes a Caller, or is refused."""

from collections.abc import Sequence
from typing import Protocol

from anyio import CapacityLimiter, to_thread

from app.access.keys import KeyReader
from app.access.rates import ProcessRateLimiter, RateLimit, RateLimiter
from app.access.server_secret import server_secret
from app.access.shared_rates import SharedRateLimiter
from app.access.token_keys import TokenKeys
from app.access.tokens import TokenReader
from app.contract.caller import LOCAL, Caller
from app.db.database import Database
from app.errors import Unauthenticated
from app.settings import Settings

SCHEME = "bearer"
THREADS = 16
"""Threads that check credentials; a hanging identity provider blocks no other thread."""


class CredentialReader(Protocol):
    """One kind of credential."""

    def reads(self, credential: str) -> bool:
        """Whether the credential has the form of this kind."""
        ...

    def caller(self, credential: str) -> Caller:
        """The caller it identifies; raises Unauthenticated. May wait for database or network."""
        ...


class Gate:
    """Authenticates callers and limits their request rates.

    Without readers, every request is admitted as the local user.
    """

    def __init__(self, readers: Sequence[CredentialReader], rates: RateLimiter) -> None:
        self._readers = readers
        self._rates = rates
        self._threads = CapacityLimiter(THREADS)

    async def admit(self, authorization: str | None) -> Caller:
        """The caller of an ``Authorization`` header; raises Unauthenticated, TooManyRequests."""
        if not self._readers:
            return LOCAL
        credential = _bearer(authorization)
        reader = next((reader for reader in self._readers if reader.reads(credential)), None)
        if reader is None:
            raise Unauthenticated("This kind of credential is not accepted here.")
        return await to_thread.run_sync(self._admit, reader, credential, limiter=self._threads)

    def _admit(self, reader: CredentialReader, credential: str) -> Caller:
        caller = reader.caller(credential)
        self._rates.take(caller.tenant)
        return caller


def open_gate(settings: Settings, database: Database) -> Gate:
    """Build the gate that the settings describe; raises KeySecretUnusable."""
    readers: list[CredentialReader] = []
    if "keys" in settings.auth:
        readers.append(KeyReader(database, server_secret(settings)))
    if "oidc" in settings.auth and settings.oidc_issuer:
        provider = TokenKeys(settings.oidc_issuer, settings.oidc_jwks_url)
        readers.append(TokenReader(settings, provider))
    limit = RateLimit(settings.tenant_requests_per_second, settings.tenant_burst)
    if settings.single_host:
        return Gate(readers, ProcessRateLimiter(limit))
    return Gate(readers, SharedRateLimiter(database, limit))


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise Unauthenticated(None)
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() != SCHEME or not credential.strip():
        raise Unauthenticated("Send the credential as `Authorization: Bearer <credential>`.")
    return credential.strip()
