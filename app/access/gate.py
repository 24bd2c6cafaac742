"""Authentication before every route of the API: a credential becomes a Caller, or is refused."""

from collections.abc import Callable, Sequence
from typing import Protocol

from anyio import CapacityLimiter, to_thread

from app.access.keys import KeyReader
from app.access.provider import Provider
from app.access.rates import ProcessRateLimiter, RateLimit, RateLimiter
from app.access.server_secret import server_secret
from app.access.sessions import Sessions
from app.access.shared_rates import SharedRateLimiter
from app.access.sign_in import ProviderSignIn
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

    Without readers, every request is admitted as the local user. ``provider`` signs people in to
    the workbench where the settings name it as a client.
    """

    def __init__(
        self,
        readers: Sequence[CredentialReader],
        rates: RateLimiter,
        sessions: Sessions | None = None,
        provider: ProviderSignIn | None = None,
    ) -> None:
        self._readers = readers
        self._rates = rates
        self.sessions = sessions
        self.provider = provider
        self._threads = CapacityLimiter(THREADS)

    @property
    def is_open(self) -> bool:
        """Whether everybody is admitted."""
        return not self._readers

    @property
    def ways(self) -> list[str]:
        """How somebody may sign in to the workbench: ``key``, ``provider``, both or neither."""
        with_key = self.sessions is not None and self.sessions.keys is not None
        return [*(["key"] if with_key else []), *(["provider"] if self.provider else [])]

    async def ask[Answer](self, work: Callable[[], Answer]) -> Answer:
        """Run what may wait for database or provider in one of the gate's threads."""
        return await to_thread.run_sync(work, limiter=self._threads)

    async def admit(self, authorization: str | None, session: str | None = None) -> Caller:
        """The caller of an ``Authorization`` header, or of a session of the workbench.

        Raises Unauthenticated, TooManyRequests.
        """
        if self.is_open:
            return LOCAL
        if session is not None and self.sessions is not None:
            sessions = self.sessions
            return await to_thread.run_sync(
                lambda: self._counted(sessions.caller(session)), limiter=self._threads
            )
        credential = bearer_of(authorization)
        reader = next((reader for reader in self._readers if reader.reads(credential)), None)
        if reader is None:
            raise Unauthenticated("This kind of credential is not accepted here.")
        return await to_thread.run_sync(self._admit, reader, credential, limiter=self._threads)

    def _admit(self, reader: CredentialReader, credential: str) -> Caller:
        return self._counted(reader.caller(credential))

    def _counted(self, caller: Caller) -> Caller:
        self._rates.take(caller.tenant)
        return caller


def open_gate(settings: Settings, database: Database) -> Gate:
    """Build the gate that the settings describe; raises KeySecretUnusable."""
    readers: list[CredentialReader] = []
    keys, sign_in = None, None
    if "keys" in settings.auth:
        keys = KeyReader(database, server_secret(settings))
        readers.append(keys)
    if "oidc" in settings.auth and settings.oidc_issuer:
        public = TokenKeys(settings.oidc_issuer, settings.oidc_jwks_url)
        reader = TokenReader(settings, public)
        readers.append(reader)
        if settings.oidc_client_id is not None:
            provider = Provider(settings.oidc_issuer)
            secret = server_secret(settings)
            sign_in = ProviderSignIn(settings, provider, public, reader, secret)
    sessions = None
    if keys or sign_in:
        seconds = 3600.0 * settings.session_hours
        sessions = Sessions(keys, server_secret(settings), seconds, provided=sign_in is not None)
    limit = RateLimit(settings.tenant_requests_per_second, settings.tenant_burst)
    rates: RateLimiter = ProcessRateLimiter(limit)
    if not settings.single_host:
        rates = SharedRateLimiter(database, limit)
    return Gate(readers, rates, sessions, sign_in)


def bearer_of(authorization: str | None) -> str:
    """The credential of the header; raises Unauthenticated."""
    if not authorization:
        raise Unauthenticated(None)
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() != SCHEME or not credential.strip():
        raise Unauthenticated("Send the credential as `Authorization: Bearer <credential>`.")
    return credential.strip()
