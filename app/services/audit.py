"""The audit log: who did what, when, to which thing, and with what outcome. It only grows.

Every request that may change something is written down before it is carried out, and completed
with its outcome when it has ended, however it ended: so no change is without its entry, and one
without an outcome tells of a process that died on the way. A request that was refused for want of
a scope is written down too. The database refuses every other change of an entry.
"""

from dataclasses import dataclass

from sqlalchemy import update

from app.db.database import Database
from app.db.models import AuditRow
from app.db.pages import Page, read_page
from app.ids import new_id

MOST_OF_RESOURCE = 300


@dataclass(frozen=True)
class Entry:
    """What is done; ``outcome`` is the HTTP status once it is known, ``action`` the call."""

    subject: str
    action: str
    resource: str
    outcome: int | None
    request_id: str | None


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


def page(database: Database, limit: int, page_token: str | None) -> Page[AuditRow]:
    """Entries, newest first."""
    with database.read() as session:
        return read_page(session, AuditRow, limit, page_token)
