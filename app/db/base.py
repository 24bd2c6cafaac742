"""The base of the database tables, and the columns that belong to a tenant."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Index, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from app.contract.caller import DEFAULT_TENANT
from app.db.utc import UtcDateTime

Document = dict[str, Any]
Documents = list[Any]


def now() -> datetime:
    """The current time in UTC, with its time zone."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Base class of the tables; constraints have predictable names, as batch migrations need."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it as a plain class attribute)
        Document: JSON(none_as_null=True),
        Documents: JSON(none_as_null=True),
        datetime: UtcDateTime,
    }


class TenantOwned:
    """Columns of every table whose rows belong to a tenant (``app.db.tenancy`` filters by it).

    A table with ``__table_args__`` of its own adds ``*TenantOwned.__table_args__`` to them.
    """

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(100), default=DEFAULT_TENANT)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805
        return (Index(None, "tenant", "id"),)
