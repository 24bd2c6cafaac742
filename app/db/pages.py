"""Lists in pages, newest first: ids sort by age, and a page token is the last id seen, encoded."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import TenantOwned
from app.errors import InvalidRequest
from app.ids import ID_PATTERN
from mmm.errors import Issue


@dataclass(frozen=True)
class Page[Row]:
    """Rows, and the token of the next page (None on the last)."""

    items: Sequence[Row]
    next_page_token: str | None


def read_page[Row: TenantOwned](
    session: Session, table: type[Row], limit: int, page_token: str | None
) -> Page[Row]:
    """At most ``limit`` rows after the token; raises InvalidRequest for a token not from here."""
    query = select(table).order_by(table.id.desc()).limit(limit + 1)
    if page_token is not None:
        query = query.where(table.id < _decode(page_token))
    rows = session.scalars(query).all()
    more = len(rows) > limit
    return Page(rows[:limit], _encode(rows[limit - 1].id) if more else None)


def _encode(last_id: str) -> str:
    return base64.urlsafe_b64encode(last_id.encode()).decode().rstrip("=")


def _decode(token: str) -> str:
    try:
        last_id = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        last_id = ""
    if not ID_PATTERN.match(last_id):
        detail = "is not a token of this list; take next_page_token from the page before"
        raise InvalidRequest([Issue("/page_token", "page_token", detail)])
    return last_id
