"""Rows of operations, and the only transitions that their status may make.

    queued -> running -> succeeded | failed
      |          └-----> cancelling -> cancelled
      └--> cancelled                            (running -> queued when the service stops)

Every transition is one UPDATE that names the status it starts from, so that of two that race
exactly one takes place. What a job writes names its attempt too: a former one writes nothing.
"""

from typing import Any, Literal

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from app.db.models import Document, OperationRow, now

Status = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
ACTIVE = ("queued", "running", "cancelling")


def claim(session: Session, operation_id: str) -> OperationRow | None:
    """Start a (new) attempt; None where the operation is not, or no longer, to be run."""
    changed = _change(
        session,
        _is(operation_id, "queued", "running"),
        status="running",
        attempt=OperationRow.attempt + 1,
        started_at=now(),
        stage=None,
        progress=0.0,
        eta_seconds=None,
        detail=None,
    )
    return session.get(OperationRow, operation_id, populate_existing=True) if changed else None


def report(session: Session, operation_id: str, attempt: int, **progress: Any) -> bool:
    """Write stage, progress, eta_seconds and detail of a running attempt."""
    return _change(session, _own(operation_id, attempt, "running"), **progress)


def succeed(session: Session, operation_id: str, attempt: int, result: Document) -> bool:
    """End a running attempt with its result; False if it was cancelled or superseded."""
    return _change(
        session,
        _own(operation_id, attempt, "running"),
        status="succeeded",
        result=result,
        progress=1.0,
        eta_seconds=None,
        finished_at=now(),
    )


def fail(session: Session, operation_id: str, attempt: int, error: Document) -> bool:
    """End a running attempt with a problem document."""
    return _change(
        session,
        _own(operation_id, attempt, "running"),
        status="failed",
        error=error,
        eta_seconds=None,
        finished_at=now(),
    )


def release(session: Session, operation_id: str, attempt: int) -> bool:
    """Give a running attempt back to the queue, as when the service stops."""
    return _change(
        session,
        _own(operation_id, attempt, "running"),
        status="queued",
        stage=None,
        eta_seconds=None,
        releases=OperationRow.releases + 1,
    )


def request_cancel(session: Session, operation_id: str) -> bool:
    """Cancel what is queued, and ask what runs to stop; False if it had ended already."""
    queued = _change(
        session, _is(operation_id, "queued"), status="cancelled", finished_at=now(), stage=None
    )
    return queued or _change(session, _is(operation_id, "running"), status="cancelling")


def confirm_cancel(session: Session, operation_id: str) -> bool:
    """The job that was asked to stop has stopped."""
    return _change(
        session,
        _is(operation_id, "cancelling"),
        status="cancelled",
        eta_seconds=None,
        finished_at=now(),
    )


def active(session: Session) -> list[OperationRow]:
    """Operations that have not ended, oldest first."""
    query = select(OperationRow).where(OperationRow.status.in_(ACTIVE)).order_by(OperationRow.id)
    return list(session.scalars(query))


def _is(operation_id: str, *statuses: str) -> ColumnElement[bool]:
    return (OperationRow.id == operation_id) & OperationRow.status.in_(statuses)


def _own(operation_id: str, attempt: int, *statuses: str) -> ColumnElement[bool]:
    return _is(operation_id, *statuses) & (OperationRow.attempt == attempt)


def _change(session: Session, condition: ColumnElement[bool], **values: Any) -> bool:
    statement = (
        update(OperationRow)
        .where(condition)
        .values(**values, version=OperationRow.version + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    outcome = session.execute(statement)
    return isinstance(outcome, CursorResult) and outcome.rowcount == 1
