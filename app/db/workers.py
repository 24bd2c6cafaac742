"""Rows of workers: who takes part, who still lives.

Being in the table is being a worker. Whoever removes a row has decided that its jobs go to others;
a worker that finds its own row gone has been taken for dead, and what it still holds is no longer
its own.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.db.models import WorkerRow, now


def enter(session: Session, row: WorkerRow) -> None:
    """Take part from now on."""
    session.add(row)
    session.flush()


def beat(session: Session, executor: str) -> bool:
    """Say that the worker lives; False if it was taken for dead."""
    statement = update(WorkerRow).where(WorkerRow.executor == executor).values(heartbeat_at=now())
    outcome = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(outcome, CursorResult) and outcome.rowcount == 1


def remove(session: Session, executor: str) -> bool:
    """Take a worker out; False if somebody else has done so before."""
    statement = delete(WorkerRow).where(WorkerRow.executor == executor)
    outcome = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(outcome, CursorResult) and outcome.rowcount == 1


def heartbeats(session: Session) -> Mapping[str, datetime]:
    """The last heartbeat of every worker, by its clock: good for telling changes, not ages."""
    return {row.executor: row.heartbeat_at for row in session.scalars(select(WorkerRow))}


def of_identity(session: Session, identity: str) -> list[WorkerRow]:
    """Workers that go, or went, by this identity."""
    return list(session.scalars(select(WorkerRow).where(WorkerRow.identity == identity)))


def is_member(executor: str) -> ColumnElement[bool]:
    """Whether a worker takes part, as a condition within a statement."""
    return select(WorkerRow.executor).where(WorkerRow.executor == executor).exists()
