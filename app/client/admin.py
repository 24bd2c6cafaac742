"""API keys, the audit log, and which release answers."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.client.transport import Calls
from app.contract.admin import AuditDocument, KeyBody, KeyDocument, NewKeyDocument, VersionDocument
from app.contract.caller import Scope


class AdminCalls(Calls):
    """What an admin of the tenant may."""

    def create_key(
        self,
        name: str,
        scopes: Sequence[Scope] = ("read", "write"),
        expires_at: datetime | None = None,
    ) -> NewKeyDocument:
        """Make an API key; its secret is in the answer, and nowhere else.

        It is not sent again where no answer comes: then look for the key, and revoke it.
        """
        body = KeyBody(name=name, scopes=tuple(scopes), expires_at=expires_at)
        return self._ask(NewKeyDocument, "/v1/keys", body)

    def keys(self) -> Iterator[KeyDocument]:
        """Keys, newest first, also those that expired or were revoked."""
        return self._pages(KeyDocument, "/v1/keys")

    def key(self, key_id: str) -> KeyDocument:
        """One key."""
        return self._get(KeyDocument, f"/v1/keys/{key_id}")

    def revoke_key(self, key_id: str) -> None:
        """Revoke a key: from now on it opens nothing."""
        self._call("DELETE", f"/v1/keys/{key_id}")

    def audit(self) -> Iterator[AuditDocument]:
        """Who did what, newest first."""
        return self._pages(AuditDocument, "/v1/audit")

    def version(self) -> VersionDocument:
        """The release that answers, and what it runs on."""
        return self._get(VersionDocument, "/version")
