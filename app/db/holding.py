"""Rows held while a transaction rests on them.

On Postgres a row may go between the look at it and the commit that names it. Whoever deletes a row
takes it for itself, whoever names one holds it until the end; the two wait for each other, and the
later one sees what the earlier one did. On SQLite writers take turns anyway.
"""

from sqlalchemy.orm import Session

from app.db.models import TenantOwned


def taken[Row: TenantOwned](session: Session, table: type[Row], row_id: str) -> Row | None:
    """The row, to be deleted or changed: nobody else can hold or take it now."""
    return session.get(table, row_id, with_for_update=True)


def held[Row: TenantOwned](session: Session, table: type[Row], row_id: str) -> Row | None:
    """The row, to be named by another one: it is not deleted before the transaction ends."""
    return session.get(table, row_id, with_for_update={"read": True, "key_share": True})
