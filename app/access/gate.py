"""The gate before every route of the API: a credential becomes a Caller, or the request ends."""

from collections.abc import Sequence
from typing import Protocol

from anyio import CapacityLimiter, to_thread

from app.access.keys import KeyReader
from app.access.rates import Budget, RateLimit, Rates
from app.access.server_secret import server_secret
from app.access.shared_rates import SharedRates
from app.access.token_keys import TokenKeys
from app.access.tokens import TokenReader
from app.contract.caller import LOCAL, Caller
from app.db.database import Database
from app.errors import Unauthenticated
from app.settings import Settings

SCHEME = "bearer"
THREADS = 16
"""That look at credentials: a provider that hangs keeps no other thread of the service waiting."""


class CredentialReader(Protocol):
    """One kind of credential."""

    def reads(self, credential: str) -> bool:
        """Whether the credential is of this kind, by its looks."""
        ...

    def caller(self, credential: str) -> Caller:
        """Who it stands for; raises Unauthenticated. May wait for a database or the network."""
        ...


class Gate:
    """Without readers everybody is let in as the local user."""

    def __init__(self, readers: Sequence[CredentialReader], rates: RateLimit) -> None:
        self._readers = readers
        self._rates = rates
        self._threads = CapacityLimiter(THREADS)

    async def admit(self, authorization: str | None) -> Caller:
        """Who sends this ``Authorization`` header; raises Unauthenticated, TooManyRequests."""
        if not self._readers:
            return LOCAL
        credential = _bearer(authorization)
        reader = next((one for one in self._readers if one.reads(credential)), None)
        if reader is None:
            raise Unauthenticated("This kind of credential is not accepted here.")
        return await to_thread.run_sync(self._counted, reader, credential, limiter=self._threads)

    def _counted(self, reader: CredentialReader, credential: str) -> Caller:
        caller = reader.caller(credential)
        self._rates.take(caller.tenant)
        return caller


def open_gate(settings: Settings, database: Database) -> Gate:
    """The gate as the settings want it; raises StartupError."""
    readers: list[CredentialReader] = []
    if "keys" in settings.auth:
        readers.append(KeyReader(database, server_secret(settings)))
    if "oidc" in settings.auth and settings.oidc_issuer:
        provider = TokenKeys(settings.oidc_issuer, settings.oidc_jwks_url)
        readers.append(TokenReader(settings, provider))
    budget = Budget(settings.tenant_requests_per_second, settings.tenant_burst)
    return Gate(readers, Rates(budget) if settings.single_host else SharedRates(database, budget))


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise Unauthenticated(None)
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() != SCHEME or not credential.strip():
        raise Unauthenticated("Send the credential as `Authorization: Bearer <credential>`.")
    return credential.strip()
