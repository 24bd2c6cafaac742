"""Rows of workers: which are registered, and which are alive.

A process is a worker as long as its row exists. Removing a row decides that its jobs go to other
workers; a worker whose own row is gone was considered dead and no longer owns its jobs.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.db.models import WorkerRow, now


def register(session: Session, row: WorkerRow) -> None:
    """Add a worker."""
    session.add(row)
    session.flush()


def write_heartbeat(session: Session, executor: str) -> bool:
    """Update the worker's heartbeat; False if its row was removed because it seemed dead."""
    statement = update(WorkerRow).where(WorkerRow.executor == executor).values(heartbeat_at=now())
    result = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(result, CursorResult) and result.rowcount == 1


def remove(session: Session, executor: str) -> bool:
    """Remove a worker; False if another process has already removed it."""
    statement = delete(WorkerRow).where(WorkerRow.executor == executor)
    result = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(result, CursorResult) and result.rowcount == 1


def heartbeats(session: Session) -> Mapping[str, datetime]:
    """The last heartbeat of every worker, by the worker's clock: shows changes, not ages."""
    return {row.executor: row.heartbeat_at for row in session.scalars(select(WorkerRow))}


def of_identity(session: Session, identity: str) -> list[WorkerRow]:
    """Registered workers with this identity."""
    return list(session.scalars(select(WorkerRow).where(WorkerRow.identity == identity)))


def is_registered(executor: str) -> ColumnElement[bool]:
    """SQL condition: a worker with this executor id is registered."""
    return select(WorkerRow.executor).where(WorkerRow.executor == executor).exists()
