"""Row locks, held until the end of a transaction.

On Postgres a row may be deleted between reading it and committing a reference to it. Deleting or
changing a row takes an exclusive lock, referring to a row a shared one; each waits for the other,
and the later transaction sees what the earlier one did. On SQLite writers take turns anyway.
"""

from sqlalchemy.orm import Session

from app.db.models import TenantOwned


def lock_for_change[Row: TenantOwned](
    session: Session, table: type[Row], row_id: str
) -> Row | None:
    """Lock a row exclusively, in order to delete or change it; None if there is no such row."""
    return session.get(table, row_id, with_for_update=True)


def lock_for_reference[Row: TenantOwned](
    session: Session, table: type[Row], row_id: str
) -> Row | None:
    """Lock a row against deletion while another row will refer to it; None if there is none."""
    return session.get(table, row_id, with_for_update={"read": True, "key_share": True})
