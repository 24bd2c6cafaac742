"""Limits per tenant: unfinished operations, by the fits that they count as, and stored bytes.

Both are checked in the transaction that adds to them, in which writers of a tenant take turns, so
two requests cannot both use the remaining quota.
"""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.models import ActualsRow, DatasetRow, ModelRow, OperationRow
from app.db.operations import ACTIVE
from app.db.tenancy import take_turns
from app.errors import TestRunning, TooManyRequests
from app.jobs.kinds import SECOND_MODEL, TESTING_KINDS
from app.settings import Settings

OPERATIONS_RETRY_SECONDS = 30.0
BYTES_RETRY_SECONDS = 3600.0


def check_operations(session: Session, settings: Settings, fits: int = 1) -> None:
    """Raise TooManyRequests if the tenant may not queue one more operation, of so many ``fits``.

    An operation counts as often as it fits a model, at least once. Second models, which nobody
    asked for one by one, do not count.
    """
    take_turns(session)
    unfinished = OperationRow.status.in_(ACTIVE) & (OperationRow.kind != SECOND_MODEL)
    count = int(session.scalar(select(func.sum(OperationRow.fits)).where(unfinished)) or 0)
    limit = settings.tenant_operations
    if count + fits > limit:
        more = f", and this one counts as {fits} fits" if fits > 1 else ""
        raise TooManyRequests(
            f"{count} operations are queued or running{more}; the limit per tenant is {limit}. "
            f"Wait for one to end, or cancel one{', or ask for less' if more else ''}.",
            OPERATIONS_RETRY_SECONDS,
        )


def require_no_other_test(session: Session) -> None:
    """Raise TestRunning if the tenant has a test of a model that has not ended."""
    take_turns(session)
    unfinished = OperationRow.status.in_(ACTIVE) & OperationRow.kind.in_(TESTING_KINDS)
    running = session.scalars(select(OperationRow.id).where(unfinished).limit(1)).first()
    if running is not None:
        raise TestRunning(
            f"The operation {running} tests a model already, and a tenant has one such operation "
            "at a time. Wait for it to end, or cancel it."
        )


def check_bytes(session: Session, settings: Settings, more: int) -> None:
    """Raise TooManyRequests if the tenant may not store ``more`` bytes."""
    take_turns(session)
    stored = stored_bytes(session)
    if stored + more > settings.tenant_bytes:
        raise TooManyRequests(
            f"{stored} bytes of datasets and models are stored, and {more} more would exceed the "
            f"limit per tenant of {settings.tenant_bytes}. Delete what is no longer needed.",
            BYTES_RETRY_SECONDS,
        )


def store_if_allowed(
    database: Database, check: Callable[[Session], None], store: Callable[[], str]
) -> Callable[[Session], str]:
    """Store bytes whose row is written next, if ``check`` lets them pass.

    Returns what checks again in the transaction of the row, and gives the key. No transaction is
    open, and so no lock held, while a store is slow or away; bytes that get no row are swept.
    """
    with database.read() as session:
        check(session)
    key = store()

    def check_again(session: Session) -> str:
        check(session)
        return key

    return check_again


def stored_bytes(session: Session) -> int:
    """Bytes of the datasets, models and actuals of the session's tenant."""
    tables = (DatasetRow, ModelRow, ActualsRow)
    sums = (func.coalesce(func.sum(table.bytes), 0) for table in tables)
    return sum(int(session.scalar(select(total)) or 0) for total in sums)
