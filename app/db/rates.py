"""Token buckets of the tenants' request rates, shared by the processes of one database."""

from sqlalchemy import String, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.models import Base

_JULIAN_EPOCH = 2_440_587.5
"""The Julian day on which epoch seconds begin."""


class RateRow(Base):
    """The level of a tenant's bucket (fractional requests) at the time ``at`` (epoch seconds)."""

    __tablename__ = "tenant_rates"

    tenant: Mapped[str] = mapped_column(String(100), primary_key=True)
    level: Mapped[float]
    at: Mapped[float]


def lock_bucket(session: Session, tenant: str, full: float) -> RateRow:
    """Lock the tenant's bucket until the transaction ends; a missing one is created ``full``."""
    row = session.get(RateRow, tenant, with_for_update=True)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            row = RateRow(tenant=tenant, level=full, at=0.0)
            session.add(row)
            session.flush()
            return row
    except IntegrityError:  # another process has just created it
        return session.get_one(RateRow, tenant, with_for_update=True)


def database_time(session: Session) -> float:
    """The database's clock (epoch seconds), the same for all processes."""
    if session.get_bind().dialect.name == "postgresql":
        query = select(func.extract("epoch", func.clock_timestamp()))
        return float(session.execute(query).scalar_one())
    days = session.execute(select(func.julianday("now"))).scalar_one()
    return (float(days) - _JULIAN_EPOCH) * 86_400.0
