"""Keys under which creating calls were made, with what was answered.

    absent -> claimed -> answered        (claimed -> absent when the call created nothing)

A claim is one INSERT under a primary key, so that of two calls that race exactly one proceeds.
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
    """A key of one tenant; ``status`` is null while its call is carried out."""

    __tablename__ = "idempotency_keys"

    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[Document | None]
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


@dataclass(frozen=True)
class Remembered:
    """What was answered to the first call."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Keys:
    """The keys of one tenant. ``lifetime`` after the first call, a key may be used anew; a claim
    without an answer is believed for ``patience``, then its process is taken to have died."""

    database: Database
    tenant: str
    lifetime: timedelta
    patience: timedelta

    def claim(self, key: str, fingerprint: str) -> Remembered | None:
        """The former answer, or None: the key is ours, and the call is to be carried out.

        Raises KeyReused where it came with another request, KeyInUse while that is carried out.
        """
        try:
            with self.database.write() as session:
                self._forget_expired(session)
                row = session.get(IdempotencyRow, self._id(key), with_for_update=True)
                if row is None:
                    session.add(IdempotencyRow(id=self._id(key), fingerprint=fingerprint))
                    return None
                return self._known(row, fingerprint)
        except IntegrityError as error:
            raise KeyInUse from error

    def remember(self, key: str, answer: Remembered) -> None:
        """Keep the answer to the call that claimed the key."""
        values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        with self.database.write() as session:
            mine = IdempotencyRow.id == self._id(key)
            session.execute(update(IdempotencyRow).where(mine).values(**values))

    def release(self, key: str) -> None:
        """The call created nothing: the key may be used again, also for another request."""
        with self.database.write() as session:
            session.execute(delete(IdempotencyRow).where(IdempotencyRow.id == self._id(key)))

    def _known(self, row: IdempotencyRow, fingerprint: str) -> Remembered | None:
        if row.fingerprint != fingerprint:
            raise KeyReused
        if row.status is not None:
            return Remembered(row.status, dict(row.headers or {}), row.body or "")
        if row.created_at > now() - self.patience:
            raise KeyInUse
        row.created_at = now()
        return None

    def _forget_expired(self, session: Session) -> None:
        session.execute(
            delete(IdempotencyRow).where(IdempotencyRow.created_at < now() - self.lifetime)
        )

    def _id(self, key: str) -> str:
        return hashlib.sha256(f"{self.tenant}\n{key}".encode()).hexdigest()[:40]
