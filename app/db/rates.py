"""Token buckets of the tenants' request rates, shared by the processes of one database."""

from typing import NamedTuple

from sqlalchemy import String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.models import Base


class RateRow(Base):
    """The level of a tenant's bucket (fractional requests) at the time ``at`` (epoch seconds)."""

    __tablename__ = "tenant_rates"

    tenant: Mapped[str] = mapped_column(String(100), primary_key=True)
    level: Mapped[float]
    at: Mapped[float]


class BucketLevel(NamedTuple):
    """The level of a bucket (requests) at a time (epoch seconds)."""

    level: float
    at: float


def lock_bucket(session: Session, tenant: str, initial: BucketLevel) -> RateRow:
    """Lock the tenant's bucket until the transaction ends; a missing one is created ``initial``."""
    row = session.get(RateRow, tenant, with_for_update=True)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            row = RateRow(tenant=tenant, level=initial.level, at=initial.at)
            session.add(row)
            session.flush()
            return row
    except IntegrityError:  # another process has just created it
        return session.get_one(RateRow, tenant, with_for_update=True)
