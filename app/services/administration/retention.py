"""Deletes operations that ended long ago, and files that no row references.

A file is stored before the row that references it, and a row may be deleted at any time. So an
unreferenced file is deleted only if it was last stored longer ago than any writer may take (the
grace period). Several processes may sweep at once. A file that is stored again between the check of
its age and its deletion would be lost; that requires an upload of exactly those bytes after they
have been unreferenced for the whole grace period.
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
    """Deletes what need not be retained, for all tenants of an installation."""

    settings: Settings
    database: Database
    store: ArtefactStore
    operations: Operations

    def sweep(self, now: datetime | None = None) -> None:
        """Delete old operations and unreferenced files; ``now`` defaults to the current time."""
        now = now or datetime.now(UTC)
        ended = self._purge_operations(now)
        files = sum(1 for _ in self._delete_files(now))
        if ended or files:
            log.info("sweep finished", extra={"operations": ended, "files": files})

    def _purge_operations(self, now: datetime) -> int:
        days = self.settings.keep_operations_days
        return self.operations.purge(now - timedelta(days=days)) if days is not None else 0

    def _delete_files(self, now: datetime) -> Iterator[str]:
        before = now - timedelta(seconds=self.settings.artefact_grace_seconds)
        self.store.remove_leftovers(before)
        for keys in batched(self.store.keys(before), BATCH):
            with self.database.read() as session:
                orphans = set(keys) - referenced(session, keys)
            yield from (key for key in sorted(orphans) if self.store.delete(key, before))
