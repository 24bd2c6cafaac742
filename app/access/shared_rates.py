"""Request rate limits shared by several API processes: one bucket per tenant, in the database.

A process takes requests from a bucket in batches and grants them one by one, so that most requests
write nothing. Requests taken but not granted are lost to the other processes: together they grant
what one process would, less or later by at most one batch each. A bucket that was empty is not read
again before it can hold a request.

Time is the database's, one clock for all processes. Where it is set back, the refill goes on from
the new time; where it is set forward, the bucket is full once. Where the database takes no writes,
each process counts for itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy.orm import Session

from app.access.rates import ProcessRateLimiter, RateLimit
from app.db.database import Database
from app.db.rates import database_time, lock_bucket
from app.errors import StoreFull, StoreReadOnly

BATCHES_PER_BURST = 16
"""A process takes this fraction of a full bucket at a time."""


@dataclass
class _Allowance:
    """The requests of one tenant that this process has taken and may still grant."""

    lock: Lock = field(default_factory=Lock)
    requests: int = 0
    empty_until: float = 0.0


class SharedRateLimiter:
    """Takes from the buckets in ``database``.

    ``clock`` returns the seconds that buckets are filled by, ``steady`` those of this process.
    """

    def __init__(
        self,
        database: Database,
        limit: RateLimit,
        clock: Callable[[Session], float] = database_time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._limit = limit
        self._clock = clock
        self._steady = steady
        self._batch = max(1, limit.burst // BATCHES_PER_BURST)
        self._alone = ProcessRateLimiter(limit, steady)
        self._lock = Lock()
        self._tenants: dict[str, _Allowance] = {}

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests, which counts none, or StoreUnavailable."""
        with self._lock:
            allowance = self._tenants.setdefault(tenant, _Allowance())
        with allowance.lock:
            try:
                if not allowance.requests:
                    self._take_batch(tenant, allowance)
            except (StoreFull, StoreReadOnly):
                self._alone.take(tenant)
                return
            allowance.requests -= 1

    def _take_batch(self, tenant: str, allowance: _Allowance) -> None:
        """Take a batch, or the rest of the bucket, at least one; raises TooManyRequests."""
        wait = allowance.empty_until - self._steady()
        if wait > 0.0:
            raise self._limit.refusal(tenant, wait)
        with self._database.write() as session:
            bucket = lock_bucket(session, tenant, float(self._limit.burst))
            present = self._clock(session)
            level = self._limit.refilled(bucket.level, present - bucket.at)
            allowance.requests = min(self._batch, int(level))
            bucket.level, bucket.at = level - allowance.requests, present
        if not allowance.requests:
            seconds = (1.0 - level) / self._limit.rate
            allowance.empty_until = self._steady() + seconds
            raise self._limit.refusal(tenant, seconds)
