"""Calls about API keys, the audit log and the service's version."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.client.transport import Calls
from app.contract.admin import AuditDocument, KeyBody, KeyDocument, NewKeyDocument, VersionDocument
from app.contract.caller import Scope


class AdminCalls(Calls):
    """Calls for an admin of the tenant."""

    def create_key(
        self,
        name: str,
        scopes: Sequence[Scope] = ("read", "write"),
        expires_at: datetime | None = None,
    ) -> NewKeyDocument:
        """Create an API key; the key itself is only in this answer.

        The call is not repeated if no answer comes: then find the new key, and revoke it.
        """
        body = KeyBody(name=name, scopes=tuple(scopes), expires_at=expires_at)
        return self._ask(NewKeyDocument, "/v1/keys", body)

    def keys(self) -> Iterator[KeyDocument]:
        """Keys, newest first, including expired and revoked ones."""
        return self._pages(KeyDocument, "/v1/keys")

    def key(self, key_id: str) -> KeyDocument:
        """One key."""
        return self._get(KeyDocument, f"/v1/keys/{key_id}")

    def revoke_key(self, key_id: str) -> None:
        """Revoke a key, with effect from the next request."""
        self._call("DELETE", f"/v1/keys/{key_id}")

    def audit(self) -> Iterator[AuditDocument]:
        """Entries of the audit log, newest first."""
        return self._pages(AuditDocument, "/v1/audit")

    def version(self) -> VersionDocument:
        """The version of the service, its model format and Python."""
        return self._get(VersionDocument, "/version")
