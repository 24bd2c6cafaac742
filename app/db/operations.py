"""Rows of operations, and the only transitions that their status may make.

    queued -> running -> succeeded | failed
      |          └-----> cancelling -> cancelled
      └--> cancelled       (running -> queued when its worker stops or dies, or to try it again)

Every transition is one UPDATE that names the status it starts from, so that of two that race
exactly one takes place. What a job writes names its attempt too: a former one writes nothing.
Only what is queued can be started, and only by a worker that takes part (``app.db.workers``).
"""

from typing import Any, Literal

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session, load_only

from app.db.models import Document, OperationRow, now
from app.db.workers import is_member

Status = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
ACTIVE = ("queued", "running", "cancelling")


def claim(session: Session, operation_id: str, worker: str) -> OperationRow | None:
    """Start a (new) attempt; None where the operation, or the worker, is not to run."""
    changed = _change(
        session,
        _is(operation_id, "queued") & is_member(worker),
        status="running",
        attempt=OperationRow.attempt + 1,
        worker=worker,
        stop_requested=False,
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


def succeed(
    session: Session, operation_id: str, attempt: int, result: Document, *, incomplete: bool = False
) -> bool:
    """End a running attempt with its result; False if it was cancelled or superseded."""
    return _change(
        session,
        _own(operation_id, attempt, "running"),
        status="succeeded",
        result=result,
        incomplete=incomplete,
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


def release(session: Session, operation_id: str, attempt: int, *, fault: bool) -> bool:
    """Give a running attempt back to the queue; without ``fault`` it does not count as a try."""
    return _change(
        session,
        _own(operation_id, attempt, "running"),
        status="queued",
        stage=None,
        eta_seconds=None,
        releases=OperationRow.releases + (0 if fault else 1),
    )


def touch(session: Session, row: OperationRow) -> bool:
    """Grow the version of an operation that is as ``row`` has it: of several, one succeeds."""
    return _change(session, _is(row.id, row.status) & (OperationRow.version == row.version))


def request_stop(session: Session, operation_id: str) -> bool:
    """Ask what runs to end with what it has; False if it does not run."""
    return _change(session, _is(operation_id, "running"), stop_requested=True)


def is_stop_requested(session: Session, operation_id: str) -> bool:
    """Whether the operation was asked to end with what it has."""
    query = select(OperationRow.stop_requested).where(OperationRow.id == operation_id)
    return bool(session.scalar(query))


def request_cancel(session: Session, operation_id: str) -> bool:
    """Cancel what is queued, and ask what runs to stop; False if it had ended already."""
    queued = _change(
        session, _is(operation_id, "queued"), status="cancelled", finished_at=now(), stage=None
    )
    return queued or _change(session, _is(operation_id, "running"), status="cancelling")


def confirm_cancel(session: Session, operation_id: str, attempt: int | None = None) -> bool:
    """The job that was asked to stop has stopped; with ``attempt``, if it is still the newest."""
    cancelling = _is(operation_id, "cancelling")
    return _change(
        session,
        cancelling if attempt is None else _own(operation_id, attempt, "cancelling"),
        status="cancelled",
        eta_seconds=None,
        finished_at=now(),
    )


def active(session: Session) -> list[OperationRow]:
    """Operations that have not ended, oldest first, without what was asked and told."""
    query = select(OperationRow).where(OperationRow.status.in_(ACTIVE)).order_by(OperationRow.id)
    return list(session.scalars(query.options(_BRIEF)))


def running_on(session: Session, worker: str) -> list[OperationRow]:
    """Operations that a worker runs, in brief as well."""
    query = select(OperationRow).where(OperationRow.status.in_(("running", "cancelling")))
    return list(session.scalars(query.where(OperationRow.worker == worker).options(_BRIEF)))


_BRIEF = load_only(
    OperationRow.id,
    OperationRow.tenant,
    OperationRow.kind,
    OperationRow.status,
    OperationRow.priority,
    OperationRow.worker,
    OperationRow.attempt,
    OperationRow.version,
)


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
