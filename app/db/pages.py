"""Lists in pages, newest first: ids sort by age, and a page token is the last id seen, encoded.

A token names its list and carries a checksum, so that one that was altered, cut off or taken from
another list is refused rather than read as some other place.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import TenantOwned
from app.errors import InvalidRequest
from app.ids import ID_PATTERN
from mmm.errors import Issue

CHECK_BYTES = 6


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
        query = query.where(table.id < _decode(table, page_token))
    rows = session.scalars(query).all()
    more = len(rows) > limit
    return Page(rows[:limit], _encode(table, rows[limit - 1].id) if more else None)


def _encode(table: type[TenantOwned], last_id: str) -> str:
    place = f"{table.__name__} {last_id}".encode()
    return base64.urlsafe_b64encode(_check(place) + place).decode().rstrip("=")


def _decode(table: type[TenantOwned], token: str) -> str:
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    check, place = content[:CHECK_BYTES], content[CHECK_BYTES:]
    name, _, last_id = place.decode("ascii", "replace").partition(" ")
    if check != _check(place) or name != table.__name__ or not ID_PATTERN.match(last_id):
        detail = (
            "is not a token of this list; take next_page_token from the page before, or leave it "
            "out to begin with the newest"
        )
        raise InvalidRequest([Issue("/page_token", "page_token", detail)])
    return last_id


def _check(place: bytes) -> bytes:
    """A checksum and no secret: a token opens nothing that its list does not show."""
    return hashlib.sha256(place).digest()[:CHECK_BYTES]
