"""Request rate limits shared by several API processes: one bucket per tenant, in the database.

A process takes requests from a bucket in batches and grants them one by one, so that most requests
write nothing. Requests taken but not granted are lost to the other processes: together they grant
what one process would, less or later by at most one batch each. A bucket that was empty is not read
again before it can hold a request.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from app.access.rates import RateLimit
from app.db.database import Database
from app.db.rates import BucketLevel, lock_bucket

BATCHES_PER_BURST = 16
"""A process takes this fraction of a full bucket at a time."""


@dataclass
class _Allowance:
    """The requests of one tenant that this process has taken and may still grant."""

    lock: Lock = field(default_factory=Lock)
    requests: int = 0
    empty_until: float = 0.0


class SharedRateLimiter:
    """Takes from the buckets in ``database``; ``clock`` returns seconds, equal on all machines."""

    def __init__(
        self, database: Database, limit: RateLimit, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._limit = limit
        self._clock = clock
        self._batch = max(1, limit.burst // BATCHES_PER_BURST)
        self._lock = Lock()
        self._tenants: dict[str, _Allowance] = {}

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests, which counts none, or StoreUnavailable."""
        with self._lock:
            allowance = self._tenants.setdefault(tenant, _Allowance())
        with allowance.lock:
            if not allowance.requests:
                self._take_batch(tenant, allowance)
            allowance.requests -= 1

    def _take_batch(self, tenant: str, allowance: _Allowance) -> None:
        """Take a batch, or the rest of the bucket, at least one; raises TooManyRequests."""
        time_now = self._clock()
        if time_now < allowance.empty_until:
            raise self._limit.refusal(tenant, allowance.empty_until - time_now)
        with self._database.write() as session:
            bucket = lock_bucket(session, tenant, BucketLevel(float(self._limit.burst), time_now))
            level = self._limit.refilled(bucket.level, time_now - bucket.at)
            allowance.requests = min(self._batch, int(level))
            bucket.level, bucket.at = level - allowance.requests, max(time_now, bucket.at)
        if not allowance.requests:
            seconds = (1.0 - level) / self._limit.rate
            allowance.empty_until = time_now + seconds
            raise self._limit.refusal(tenant, seconds)
