"""The append-only audit log: who did what, when, to which resource, and with which outcome.

Every request, and every console command on the service's machine, that may change something is
recorded before it is carried out, and its outcome is added when it has ended. So every change has
an entry, and an entry without an outcome means that the process died. Requests refused for a
missing scope are recorded too. The database refuses every other change of an entry.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.models import AuditRow
from app.db.pages import RowPage, read_page
from app.errors import StoreError
from app.ids import new_id

log = logging.getLogger(__name__)

MAX_RESOURCE_LENGTH = 300


@dataclass(frozen=True)
class AuditEntry:
    """An entry: ``action`` is the name of the call, ``outcome`` the HTTP status once known."""

    subject: str
    action: str
    resource: str
    outcome: int | None
    request_id: str | None


@dataclass
class AuditedAction:
    """An action in progress; its code sets the ``outcome`` and the created ``resource``."""

    resource: str
    outcome: int | None = None


@contextmanager
def attempt(
    database: Database, entry: AuditEntry, status_of: Callable[[Exception], int]
) -> Iterator[AuditedAction]:
    """Record an action that may change something before it starts, and its outcome after it.

    If the entry cannot be written, this raises and the action does not start. The outcome of an
    error is its ``status_of``. If the process dies, or the outcome cannot be written, the entry
    keeps no outcome.
    """
    entry_id, action = record(database, entry), AuditedAction(entry.resource)
    try:
        yield action
    except Exception as error:
        action.outcome = status_of(error)
        raise
    finally:
        if action.outcome is not None:
            _try_complete(database, entry_id, action.outcome, action.resource)


def _try_complete(database: Database, entry_id: str, outcome: int, resource: str) -> None:
    try:
        complete(database, entry_id, outcome, resource)
    except StoreError as error:
        log.error("the outcome of audit entry %s could not be written: %s", entry_id, error)


def record(database: Database, entry: AuditEntry) -> str:
    """Write the entry and return its id; ``database`` is the tenant's."""
    with database.write() as session:
        return add(session, entry)


def add(session: Session, entry: AuditEntry) -> str:
    """Write the entry with what else a transaction changes, and return its id."""
    row = AuditRow(
        id=new_id("aud"),
        subject=entry.subject,
        action=entry.action,
        resource=entry.resource[:MAX_RESOURCE_LENGTH],
        outcome=entry.outcome,
        request_id=entry.request_id,
    )
    session.add(row)
    return row.id


def complete(database: Database, entry_id: str, outcome: int, resource: str) -> None:
    """Write the outcome of an action, and the resource that it concerned or created."""
    values = {"outcome": outcome, "resource": resource[:MAX_RESOURCE_LENGTH]}
    with database.write() as session:
        session.execute(update(AuditRow).where(AuditRow.id == entry_id).values(**values))


def page(database: Database, limit: int, page_token: str | None) -> RowPage[AuditRow]:
    """One page of entries, newest first."""
    with database.read() as session:
        return read_page(session, AuditRow, limit, page_token)
