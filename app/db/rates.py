"""The bucket of each tenant's requests, where several processes serve one database."""

from typing import NamedTuple

from sqlalchemy import String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.models import Base


class RateRow(Base):
    """What was left in a bucket, in requests and parts of one, at a moment (epoch seconds)."""

    __tablename__ = "tenant_rates"

    tenant: Mapped[str] = mapped_column(String(100), primary_key=True)
    level: Mapped[float]
    at: Mapped[float]


class Level(NamedTuple):
    """What is in a bucket that nobody has used."""

    level: float
    at: float


def locked_level(session: Session, tenant: str, unused: Level) -> RateRow:
    """The tenant's bucket, which no other writer sees until the transaction ends."""
    row = session.get(RateRow, tenant, with_for_update=True)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            row = RateRow(tenant=tenant, level=unused.level, at=unused.at)
            session.add(row)
            session.flush()
            return row
    except IntegrityError:  # another process has just made it
        return session.get_one(RateRow, tenant, with_for_update=True)
