"""Rows of operations, and the only status transitions that are allowed.

    queued -> running -> succeeded | failed
      |          └-----> cancelling -> cancelled
      └--> cancelled       (running -> queued when its worker stops or dies, or to try it again)

Every transition is one UPDATE conditional on the status it starts from, so exactly one of two
racing transitions succeeds. What a job writes is conditional on its attempt too, so an earlier
attempt writes nothing. Only a queued operation can be started, and only by a registered worker
(``app.db.workers``). However an operation ends, its first look ends with it, in one transaction.
"""

from typing import Any, Literal

from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.orm import Session, load_only

from app.contract.base import PRIORITIES, Urgency
from app.db.models import Document, ModelRow, OperationRow, now
from app.db.workers import is_registered
from app.ids import new_id

Status = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
ACTIVE = ("queued", "running", "cancelling")


def queued(
    kind: str, request: Document, request_id: str | None, priority: Urgency, fits: int = 1
) -> OperationRow:
    """A new row, not yet added to a session; the reconciler queues its job if nobody else does."""
    return OperationRow(
        id=new_id("op"),
        kind=kind,
        request=request,
        request_id=request_id,
        status="queued",
        priority=PRIORITIES[priority],
        fits=fits,
    )


def claim(session: Session, operation_id: str, worker: str) -> OperationRow | None:
    """Start a new attempt; None if the operation is not queued or the worker not registered."""
    changed = _update(
        session,
        _has_status(operation_id, "queued") & is_registered(worker),
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
    """Write stage, progress, eta_seconds, detail or first_look of a running attempt; False if
    superseded."""
    return _update(session, _is_attempt(operation_id, attempt, "running"), **progress)


def keep(session: Session, operation_id: str, attempt: int, key: str, piece: Document) -> bool:
    """Keep a finished piece of a running attempt for the next one; False if superseded."""
    query = select(OperationRow.kept).where(OperationRow.id == operation_id)
    kept = {**(session.scalar(query) or {}), key: piece}
    return report(session, operation_id, attempt, kept=kept)


def succeed(
    session: Session, operation_id: str, attempt: int, result: Document, *, incomplete: bool = False
) -> bool:
    """End a running attempt with its result; False if it was cancelled or superseded."""
    return _end(
        session,
        operation_id,
        _is_attempt(operation_id, attempt, "running"),
        status="succeeded",
        result=result,
        incomplete=incomplete,
        progress=1.0,
    )


def fail(session: Session, operation_id: str, attempt: int, error: Document) -> bool:
    """End a running attempt with a problem document."""
    running = _is_attempt(operation_id, attempt, "running")
    return _end(session, operation_id, running, status="failed", error=error)


def release(session: Session, operation_id: str, attempt: int, *, fault: bool) -> bool:
    """Return a running attempt to the queue; it counts as an attempt only with ``fault``."""
    return _update(
        session,
        _is_attempt(operation_id, attempt, "running"),
        status="queued",
        stage=None,
        eta_seconds=None,
        releases=OperationRow.releases + (0 if fault else 1),
    )


def bump_version(session: Session, row: OperationRow) -> bool:
    """Increment the version of an operation that is unchanged since ``row`` was read.

    Returns True for exactly one of several processes that read the same row.
    """
    return _update(session, _has_status(row.id, row.status) & (OperationRow.version == row.version))


def request_stop(session: Session, operation_id: str) -> bool:
    """Ask a running operation to end early with a partial result; False if it is not running."""
    return _update(session, _has_status(operation_id, "running"), stop_requested=True)


def is_stop_requested(session: Session, operation_id: str) -> bool:
    """Whether the operation was asked to end early with a partial result."""
    query = select(OperationRow.stop_requested).where(OperationRow.id == operation_id)
    return bool(session.scalar(query))


def request_cancel(session: Session, operation_id: str) -> bool:
    """Cancel a queued operation, or ask a running one to stop; False if it had already ended."""
    waits = _has_status(operation_id, "queued")
    queued = _end(session, operation_id, waits, status="cancelled", stage=None)
    return queued or _update(session, _has_status(operation_id, "running"), status="cancelling")


def confirm_cancel(session: Session, operation_id: str, attempt: int | None = None) -> bool:
    """End an operation that is being cancelled; with ``attempt``, only if it is the newest."""
    cancelling = _has_status(operation_id, "cancelling")
    if attempt is not None:
        cancelling = _is_attempt(operation_id, attempt, "cancelling")
    return _end(session, operation_id, cancelling, status="cancelled")


def active(session: Session) -> list[OperationRow]:
    """Operations that have not ended, oldest first, without their request and result documents."""
    query = select(OperationRow).where(OperationRow.status.in_(ACTIVE)).order_by(OperationRow.id)
    return list(session.scalars(query.options(_BRIEF)))


def running_on(session: Session, worker: str) -> list[OperationRow]:
    """Operations that a worker runs, without their request and result documents."""
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


def _has_status(operation_id: str, *statuses: str) -> ColumnElement[bool]:
    return (OperationRow.id == operation_id) & OperationRow.status.in_(statuses)


def _is_attempt(operation_id: str, attempt: int, *statuses: str) -> ColumnElement[bool]:
    return _has_status(operation_id, *statuses) & (OperationRow.attempt == attempt)


def _end(
    session: Session, operation_id: str, condition: ColumnElement[bool], **values: Any
) -> bool:
    """End the operation that meets ``condition``, and delete its first look and its pieces; False
    if none does."""
    ended: dict[str, Any] = {"eta_seconds": None, "kept": None, "finished_at": now(), **values}
    if not _update(session, condition, **ended):
        return False
    looks = delete(ModelRow).where(ModelRow.first_look_of == operation_id)
    session.execute(looks.execution_options(synchronize_session=False))
    return True


def _update(session: Session, condition: ColumnElement[bool], **values: Any) -> bool:
    """Update the operation that meets ``condition``; returns whether there was one."""
    statement = (
        update(OperationRow)
        .where(condition)
        .values(**values, version=OperationRow.version + 1, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    result = session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1
