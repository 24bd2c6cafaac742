"""Authenticates callers by API key."""

import logging
from datetime import timedelta

from sqlalchemy import Select, or_, select, update

from app.access.api_key import PREFIX, digest, is_well_formed
from app.contract.caller import Caller, granted
from app.db.database import Database
from app.db.models import ApiKeyRow, now
from app.errors import StoreFull, StoreReadOnly, Unauthenticated

log = logging.getLogger(__name__)

LAST_USED_RESOLUTION = timedelta(minutes=1)


class KeyReader:
    """Reads the keys of all tenants; queries the database each time, so revoking acts at once."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret

    def reads(self, credential: str) -> bool:
        """Whether the credential is meant to be an API key."""
        return credential.startswith(PREFIX)

    def caller(self, key: str) -> Caller:
        """The caller whose key this is; raises Unauthenticated."""
        if not is_well_formed(key):
            raise Unauthenticated("The API key is mistyped or truncated: its checksum is wrong.")
        return self._caller(select(ApiKeyRow).where(ApiKeyRow.digest == digest(key, self._secret)))

    def caller_of(self, key_id: str) -> Caller:
        """The caller whose key has this id, as ``caller``; raises Unauthenticated."""
        return self._caller(select(ApiKeyRow).where(ApiKeyRow.id == key_id))

    def _caller(self, query: Select[ApiKeyRow]) -> Caller:
        with self._database.read() as session:
            row = session.scalars(query).one_or_none()
        if row is None:
            raise Unauthenticated("The API key is unknown.")
        if row.revoked_at is not None:
            raise Unauthenticated(f"The API key {row.id} was revoked on {row.revoked_at:%Y-%m-%d}.")
        if row.expires_at is not None and row.expires_at <= now():
            raise Unauthenticated(f"The API key {row.id} expired on {row.expires_at:%Y-%m-%d}.")
        self._record_use(row)
        return Caller(row.tenant, granted(row.scopes), row.id)

    def _record_use(self, row: ApiKeyRow) -> None:
        """Record when the key was last used, to the minute, so that most requests write nothing.

        Where the database takes no writes, reads go on without it.
        """
        due = now() - LAST_USED_RESOLUTION
        if row.last_used_at is not None and row.last_used_at > due:
            return
        outdated = or_(ApiKeyRow.last_used_at.is_(None), ApiKeyRow.last_used_at <= due)
        used = (
            update(ApiKeyRow)
            .where(ApiKeyRow.id == row.id, outdated)
            .values(last_used_at=now())
            .execution_options(synchronize_session=False)
        )
        try:
            with self._database.write() as session:
                session.execute(used)
        except (StoreFull, StoreReadOnly) as error:
            log.warning("the use of a key could not be recorded: %s", error)
