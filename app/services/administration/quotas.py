"""Limits per tenant: unfinished operations and stored bytes.

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
from app.errors import TooManyRequests
from app.jobs.kinds import SECOND_MODEL
from app.settings import Settings

OPERATIONS_RETRY_SECONDS = 30.0
BYTES_RETRY_SECONDS = 3600.0


def check_operations(session: Session, settings: Settings) -> None:
    """Raise TooManyRequests if the tenant may not queue one more operation.

    Second models, which nobody asked for one by one, do not count.
    """
    take_turns(session)
    unfinished = OperationRow.status.in_(ACTIVE) & (OperationRow.kind != SECOND_MODEL)
    count = session.scalar(select(func.count()).select_from(OperationRow).where(unfinished)) or 0
    if count >= settings.tenant_operations:
        raise TooManyRequests(
            f"{count} operations are queued or running; the limit per tenant is "
            f"{settings.tenant_operations}. Wait for one to end, or cancel one.",
            OPERATIONS_RETRY_SECONDS,
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
