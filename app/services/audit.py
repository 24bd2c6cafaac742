"""The audit log: who did what, when, to which thing, and with what outcome. It only grows.

Every request that may change something is written down when it has ended, however it ended, and
so is every request that was refused for want of a scope. The database refuses to change or delete
an entry.
"""

from dataclasses import dataclass

from app.db.database import Database
from app.db.models import AuditRow
from app.db.pages import Page, read_page
from app.ids import new_id

MOST_OF_RESOURCE = 300


@dataclass(frozen=True)
class Entry:
    """What was done; ``outcome`` is the HTTP status, ``action`` the name of the call."""

    subject: str
    action: str
    resource: str
    outcome: int
    request_id: str | None


def record(database: Database, entry: Entry) -> None:
    """Write the entry; ``database`` is the tenant's."""
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


def page(database: Database, limit: int, page_token: str | None) -> Page[AuditRow]:
    """Entries, newest first."""
    with database.read() as session:
        return read_page(session, AuditRow, limit, page_token)
