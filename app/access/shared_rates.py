"""The buckets of tenants that ask several API processes: one each in the database, for all of them.

A process takes requests out of a bucket a few at a time and hands them out one by one, so that most
requests write nothing. What it has taken and not handed out is lost to the others: together they
grant what one process would, less or later by at most a batch each. A bucket that was found empty
is not looked at again before it can hold a request.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from app.access.rates import Budget
from app.db.database import Database
from app.db.rates import BucketLevel, lock_bucket

BATCHES = 16
"""Of a full bucket: the share that a process takes at a time is one in so many."""


@dataclass
class _Held:
    """What this process has of one tenant's bucket."""

    lock: Lock = field(default_factory=Lock)
    requests: int = 0
    empty_until: float = 0.0


class SharedRates:
    """Takes from the buckets of ``database``; ``clock`` tells seconds, alike on all machines."""

    def __init__(
        self, database: Database, budget: Budget, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._budget = budget
        self._clock = clock
        self._batch = max(1, budget.burst // BATCHES)
        self._lock = Lock()
        self._tenants: dict[str, _Held] = {}

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests, which counts none, or StoreUnavailable."""
        with self._lock:
            held = self._tenants.setdefault(tenant, _Held())
        with held.lock:
            if not held.requests:
                self._fetch(tenant, held)
            held.requests -= 1

    def _fetch(self, tenant: str, held: _Held) -> None:
        """Take a batch, or what there is, at least one; raises TooManyRequests."""
        present = self._clock()
        if present < held.empty_until:
            raise self._budget.refusal(tenant, held.empty_until - present)
        with self._database.write() as session:
            bucket = lock_bucket(session, tenant, BucketLevel(float(self._budget.burst), present))
            level = self._budget.filled(bucket.level, present - bucket.at)
            held.requests = min(self._batch, int(level))
            bucket.level, bucket.at = level - held.requests, max(present, bucket.at)
        if not held.requests:
            seconds = (1.0 - level) / self._budget.rate
            held.empty_until = present + seconds
            raise self._budget.refusal(tenant, seconds)
