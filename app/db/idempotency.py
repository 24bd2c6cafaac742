"""Idempotency keys of creating calls, with the stored responses.

    absent -> claimed -> answered        (claimed -> absent when the call created nothing)

A claim is one INSERT under a primary key, so that exactly one of two racing calls proceeds.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, Text, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.database import Database
from app.db.models import Base, Document, TenantOwned, now
from app.errors import KeyInUse, KeyReused


class IdempotencyRow(TenantOwned, Base):
    """A key of one tenant; ``status`` is null while its call is in progress."""

    __tablename__ = "idempotency_keys"

    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[Document | None]
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


@dataclass(frozen=True)
class StoredResponse:
    """The response to the first call."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class IdempotencyKeys:
    """The idempotency keys of one tenant.

    A key may be reused ``lifetime`` after its first call. A claim that has no response after
    ``patience`` may be taken over: its process is assumed to have died.
    """

    database: Database
    tenant: str
    lifetime: timedelta
    patience: timedelta

    def claim(self, key: str, fingerprint: str) -> StoredResponse | None:
        """Claim the key; returns the first call's response, or None if the call is to be made now.

        Raises KeyReused if the key came with another request, KeyInUse while its first call is in
        progress.
        """
        try:
            with self.database.write() as session:
                self._forget_expired(session)
                row = session.get(IdempotencyRow, self._id(key), with_for_update=True)
                if row is None:
                    session.add(IdempotencyRow(id=self._id(key), fingerprint=fingerprint))
                    return None
                return self._response_of(row, fingerprint)
        except IntegrityError as error:
            raise KeyInUse from error

    def store(self, key: str, response: StoredResponse) -> None:
        """Store the response to the call that claimed the key."""
        values = {"status": response.status, "headers": response.headers, "body": response.body}
        with self.database.write() as session:
            claimed = IdempotencyRow.id == self._id(key)
            session.execute(update(IdempotencyRow).where(claimed).values(**values))

    def release(self, key: str) -> None:
        """Delete a claim whose call created nothing, so that any request may use the key again."""
        with self.database.write() as session:
            session.execute(delete(IdempotencyRow).where(IdempotencyRow.id == self._id(key)))

    def _response_of(self, row: IdempotencyRow, fingerprint: str) -> StoredResponse | None:
        """The stored response; None if a claim without one has outlasted ``patience``."""
        if row.fingerprint != fingerprint:
            raise KeyReused
        if row.status is not None:
            return StoredResponse(row.status, dict(row.headers or {}), row.body or "")
        if abs(now() - row.created_at) < self.patience:  # later than now: the clock was set back
            raise KeyInUse
        row.created_at = now()
        return None

    def _forget_expired(self, session: Session) -> None:
        session.execute(
            delete(IdempotencyRow).where(IdempotencyRow.created_at < now() - self.lifetime)
        )

    def _id(self, key: str) -> str:
        return hashlib.sha256(f"{self.tenant}\n{key}".encode()).hexdigest()[:40]
