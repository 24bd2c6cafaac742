"""Deletes operations that ended long ago, and files that no row references.

A file is stored before the row that references it, and a row may be deleted at any time. So an
unreferenced file is deleted only if, for longer than any writer may take (the grace period), it has
not been stored again, by the wall clock, and this process has seen it unreferenced, by a clock that
never jumps. The second keeps the file of a job that waited for its database, and what was stored
just before the wall clock was set forward. After such a jump nothing is deleted for another grace
period. Several processes may sweep at once. A file that is stored again between the check of its
age and its deletion would be lost; that requires an upload of exactly those bytes after they have
been unreferenced for the whole grace period.

While the disk is too full for the reserve (``app.store.reserve``), what nobody references goes as
soon as its age allows, so that a deletion makes room.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched

from app.db.artefact_keys import referenced
from app.db.database import Database
from app.jobs.operations import Operations
from app.settings import Settings
from app.store.port import ArtefactStore
from app.store.reserve import Reserve

log = logging.getLogger(__name__)

BATCH = 200
JUMP_SECONDS = 60.0
"""Two clocks that differ by more since the last sweep: the wall clock was set."""


@dataclass(frozen=True)
class Clocks:
    """The time of day, and seconds that never jump."""

    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    steady: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class _Moment:
    """The same moment by both clocks."""

    wall: datetime
    steady: float


class Retention:
    """Deletes what need not be retained, for all tenants of an installation."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        store: ArtefactStore,
        operations: Operations,
        clocks: Clocks | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._store = store
        self._operations = operations
        self._clocks = clocks or Clocks()
        self._grace = settings.artefact_grace_seconds
        self._one_at_a_time = threading.Lock()
        self._last: _Moment | None = None
        self._jumped_at = -float("inf")
        self._unreferenced: dict[str, float] = {}

    def sweep(self) -> None:
        """Delete old operations and unreferenced files."""
        with self._one_at_a_time:
            moment = self._look_at_the_clocks()
            files = sum(1 for _ in self._delete_files(moment, self._grace))
            ended = 0
            if moment.steady - self._jumped_at >= self._grace:
                self._store.remove_leftovers(self._before(moment))
                ended = self._purge_operations(moment.wall)
        if ended or files:
            log.info("sweep finished", extra={"operations": ended, "files": files})

    def keep_reserve(self, reserve: Reserve) -> None:
        """Fill the reserve; where there is no room for it, make room first."""
        if reserve.fill():
            return
        with self._one_at_a_time:
            files = sum(1 for _ in self._delete_files(self._look_at_the_clocks(), 0.0))
        if files:
            log.warning("unreferenced files were deleted to make room", extra={"files": files})
        reserve.fill()

    def _look_at_the_clocks(self) -> _Moment:
        moment, last = _Moment(self._clocks.wall(), self._clocks.steady()), self._last
        self._last = moment
        if last is not None:
            jump = (moment.wall - last.wall).total_seconds() - (moment.steady - last.steady)
            if abs(jump) > JUMP_SECONDS:
                log.warning("the clock was set by %.0f s; nothing is deleted for a while", jump)
                self._jumped_at = moment.steady
                self._unreferenced.clear()
        return moment

    def _before(self, moment: _Moment) -> datetime:
        return moment.wall - timedelta(seconds=self._grace)

    def _purge_operations(self, now: datetime) -> int:
        days = self._settings.keep_operations_days
        return self._operations.purge(now - timedelta(days=days)) if days is not None else 0

    def _delete_files(self, moment: _Moment, unreferenced_for: float) -> Iterator[str]:
        """Delete old files that this process has seen unreferenced for so many seconds."""
        if moment.steady - self._jumped_at < self._grace:
            unreferenced_for = self._grace
        before, seen = self._before(moment), dict[str, float]()
        for keys in batched(self._store.keys(before), BATCH):
            with self._database.read() as session:
                orphans = set(keys) - referenced(session, keys)
            for key in sorted(orphans):
                seen[key] = self._unreferenced.get(key, moment.steady)
                if moment.steady - seen[key] >= unreferenced_for and self._store.delete(
                    key, before
                ):
                    yield key
        self._unreferenced = seen
