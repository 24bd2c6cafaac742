"""What is not kept: operations that ended long ago, and files that no row names any more.

Files are stored before the row that names them, and a row may go at any time; so a file without an
owner is deleted only when it was stored (or stored again) longer ago than any writer may take.
Several processes may sweep at once: whatever one deletes, the others find gone. A file that is
stored again in the instant between the last look at its age and its deletion would be lost; that
takes an upload of the very bytes which nobody has named for the whole grace.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched

from app.db.artefact_keys import referenced
from app.db.database import Database
from app.jobs.operations import Operations
from app.settings import Settings
from app.store.port import ArtefactStore

log = logging.getLogger(__name__)

BATCH = 200


@dataclass(frozen=True)
class Retention:
    """Sweeps one installation, of all tenants."""

    settings: Settings
    database: Database
    store: ArtefactStore
    operations: Operations

    def sweep(self, now: datetime | None = None) -> None:
        """Delete what need not be kept at this moment."""
        now = now or datetime.now(UTC)
        ended = self._forget_operations(now)
        files = sum(1 for _ in self._delete_files(now))
        if ended or files:
            log.info("swept", extra={"operations": ended, "files": files})

    def _forget_operations(self, now: datetime) -> int:
        days = self.settings.keep_operations_days
        return self.operations.purge(now - timedelta(days=days)) if days is not None else 0

    def _delete_files(self, now: datetime) -> Iterator[str]:
        before = now - timedelta(seconds=self.settings.artefact_grace_seconds)
        self.store.remove_leftovers(before)
        for keys in batched(self.store.keys(before), BATCH):
            with self.database.read() as session:
                orphans = set(keys) - referenced(session, keys)
            yield from (key for key in sorted(orphans) if self.store.delete(key, before))
