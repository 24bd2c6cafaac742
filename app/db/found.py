"""Rows that a call names: read or locked, or NotFound in the words of what is missing."""

from collections.abc import Sequence

from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from app.db.database import Database
from app.db.models import TenantOwned
from app.db.row_locks import lock_for_change
from app.errors import NotFound


def find_row[Row: TenantOwned](
    database: Database,
    table: type[Row],
    what: str,
    row_id: str,
    options: Sequence[ORMOption] = (),
) -> Row:
    """The row, loaded with ``options``; raises NotFound, which calls it ``what``."""
    with database.read() as session:
        row = session.get(table, row_id, options=options)
    if row is None:
        raise NotFound(what, row_id)
    return row


def row_to_change[Row: TenantOwned](
    session: Session, table: type[Row], what: str, row_id: str
) -> Row:
    """The row, locked exclusively; raises NotFound, which calls it ``what``."""
    row = lock_for_change(session, table, row_id)
    if row is None:
        raise NotFound(what, row_id)
    return row
