"""Rows of experiments."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Document, TenantOwned, now


class ExperimentRow(TenantOwned, Base):
    """A test of a channel: ``plan`` as it was asked for, its ``reading`` once it is over, and the
    lift test that it becomes.  ``start``, ``ends``: first and last day, cool-down included."""

    __tablename__ = "experiments"

    name: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(40), index=True)
    channel: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(20), index=True)
    plan: Mapped[Document]
    start: Mapped[str] = mapped_column(String(10))
    ends: Mapped[str] = mapped_column(String(10))
    reading: Mapped[Document | None]
    lift_test: Mapped[Document | None]
    lift_test_id: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)
