"""The audit log: who did what, when, to which thing, and with what outcome. It only grows.

Every request, and every command on the service's machine, that may change something is written
down before it is carried out, and completed with its outcome when it has ended, however it ended:
so no change is without its entry, and one without an outcome tells of a process that died on the
way. A request that was refused for want of a scope is written down too. The database refuses every
other change of an entry.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import update

from app.db.database import Database
from app.db.models import AuditRow
from app.db.pages import RowPage, read_page
from app.errors import StoreError
from app.ids import new_id

log = logging.getLogger(__name__)

MOST_OF_RESOURCE = 300


@dataclass(frozen=True)
class Entry:
    """What is done; ``outcome`` is the HTTP status once it is known, ``action`` the call."""

    subject: str
    action: str
    resource: str
    outcome: int | None
    request_id: str | None


@dataclass
class Attempt:
    """What is being done. Who does it sets the ``outcome``, and the ``resource`` it has made."""

    resource: str
    outcome: int | None = None


@contextmanager
def attempt(
    database: Database, entry: Entry, status_of: Callable[[Exception], int]
) -> Iterator[Attempt]:
    """Around what may change something: its entry is there before, and has the outcome after.

    Where the entry cannot be written, this raises and nothing is done. An error's outcome is its
    ``status_of``. Where the process dies, or the outcome cannot be written, the entry stays open.
    """
    entry_id, made = record(database, entry), Attempt(entry.resource)
    try:
        yield made
    except Exception as error:
        made.outcome = status_of(error)
        raise
    finally:
        if made.outcome is not None:
            _end(database, entry_id, made.outcome, made.resource)


def _end(database: Database, entry_id: str, outcome: int, resource: str) -> None:
    try:
        complete(database, entry_id, outcome, resource)
    except StoreError as error:
        log.error("the audit entry %s stays without its outcome: %s", entry_id, error)


def record(database: Database, entry: Entry) -> str:
    """Write the entry and return its id; ``database`` is the tenant's."""
    row = AuditRow(
        id=new_id("aud"),
        subject=entry.subject,
        action=entry.action,
        resource=entry.resource[:MOST_OF_RESOURCE],
        outcome=entry.outcome,
        request_id=entry.request_id,
    )
    with database.write() as session:
        session.add(row)
    return row.id


def complete(database: Database, entry_id: str, outcome: int, resource: str) -> None:
    """Fill in how it ended, and what it was about or has made."""
    values = {"outcome": outcome, "resource": resource[:MOST_OF_RESOURCE]}
    with database.write() as session:
        session.execute(update(AuditRow).where(AuditRow.id == entry_id).values(**values))


def page(database: Database, limit: int, page_token: str | None) -> RowPage[AuditRow]:
    """Entries, newest first."""
    with database.read() as session:
        return read_page(session, AuditRow, limit, page_token)
