"""Paginated lists, newest first: ids sort by age, and a page token encodes the last id returned.

A token names its list and carries a checksum, so that an altered or truncated token, or one of
another list, is refused instead of being read as some other position.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

from app.db.models import TenantOwned
from app.errors import InvalidRequest
from app.ids import is_id
from mmm.errors import Issue

CHECKSUM_BYTES = 6


@dataclass(frozen=True)
class RowPage[Row]:
    """The rows of one page, and the token of the next page (None on the last)."""

    items: Sequence[Row]
    next_page_token: str | None


def read_page[Row: TenantOwned](
    session: Session,
    table: type[Row],
    limit: int,
    page_token: str | None,
    *options: ORMOption,
    only: ColumnElement[bool] | None = None,
) -> RowPage[Row]:
    """At most ``limit`` rows after the token, loaded with ``options`` and ``only`` those that meet
    a condition; raises InvalidRequest for another token."""
    query = select(table).options(*options).order_by(table.id.desc()).limit(limit + 1)
    if only is not None:
        query = query.where(only)
    if page_token is not None:
        query = query.where(table.id < _decode(table, page_token))
    rows = session.scalars(query).all()
    more = len(rows) > limit
    return RowPage(rows[:limit], _encode(table, rows[limit - 1].id) if more else None)


def _encode(table: type[TenantOwned], last_id: str) -> str:
    position = f"{table.__name__} {last_id}".encode()
    return base64.urlsafe_b64encode(_checksum(position) + position).decode().rstrip("=")


def _decode(table: type[TenantOwned], token: str) -> str:
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    checksum, position = content[:CHECKSUM_BYTES], content[CHECKSUM_BYTES:]
    name, _, last_id = position.decode("ascii", "replace").partition(" ")
    if checksum != _checksum(position) or name != table.__name__ or not is_id(last_id):
        detail = (
            "is not a page token of this list; use next_page_token of the previous page, or omit "
            "it to start with the newest"
        )
        raise InvalidRequest([Issue("/page_token", "page_token", detail)])
    return last_id


def _checksum(position: bytes) -> bytes:
    """A checksum without a secret: a token grants no access beyond its list."""
    return hashlib.sha256(position).digest()[:CHECKSUM_BYTES]
