"""API keys of a tenant: create, list, revoke. A key is shown only once, to its creator."""

from dataclasses import dataclass
from datetime import datetime

from app.access.api_key import digest, hint, new_key
from app.contract.caller import Scope, granted, in_order
from app.db.database import Database
from app.db.found import find_row, row_to_change
from app.db.models import ApiKeyRow, now
from app.db.pages import RowPage, read_page
from app.errors import InvalidRequest, KeysNotUsed
from app.ids import new_id
from app.settings import Settings
from mmm.errors import Issue


@dataclass(frozen=True)
class KeySubmission:
    """A requested key; it never expires if ``expires_at`` is None."""

    name: str
    scopes: tuple[Scope, ...]
    expires_at: datetime | None


def create(
    database: Database, secret: bytes, submission: KeySubmission, created_by: str
) -> tuple[ApiKeyRow, str]:
    """Create a key in the tenant's ``database``; returns its row and the key, which is not stored.

    Raises InvalidRequest for an expiry in the past.
    """
    if submission.expires_at is not None and submission.expires_at <= now():
        detail = f"{submission.expires_at.isoformat()} is in the past; give a future time, or none"
        raise InvalidRequest([Issue("/expires_at", "in_the_past", detail)])
    key = new_key()
    row = ApiKeyRow(
        id=new_id("key"),
        name=submission.name,
        digest=digest(key, secret),
        hint=hint(key),
        scopes=in_order(granted(submission.scopes)),
        created_by=created_by,
        expires_at=submission.expires_at,
    )
    with database.write() as session:
        session.add(row)
    return row, key


def require_used(settings: Settings) -> None:
    """Raise KeysNotUsed if the service accepts only tokens of the identity provider."""
    if settings.auth == "oidc":
        raise KeysNotUsed(
            "This service runs with PRUDENT_AUTH=oidc and accepts only tokens of the identity "
            "provider, no API keys. Use a token, or set PRUDENT_AUTH=keys+oidc."
        )


def find(database: Database, key_id: str) -> ApiKeyRow:
    """The key's row; raises NotFound."""
    return find_row(database, ApiKeyRow, "API key", key_id)


def page(database: Database, limit: int, page_token: str | None) -> RowPage[ApiKeyRow]:
    """One page of keys, newest first, including expired and revoked ones."""
    with database.read() as session:
        return read_page(session, ApiKeyRow, limit, page_token)


def revoke(database: Database, key_id: str) -> ApiKeyRow:
    """Revoke a key permanently; raises NotFound. Repeating it changes nothing."""
    with database.write() as session:
        row = row_to_change(session, ApiKeyRow, "API key", key_id)
        row.revoked_at = row.revoked_at or now()
    return row
