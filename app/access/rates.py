"""Limits the request rate of each tenant with a token bucket.

A bucket holds up to ``burst`` requests and refills at ``rate`` per second. ``ProcessRateLimiter``
keeps the buckets in memory, for a single API process; ``app.access.shared_rates`` keeps them in the
database, for several.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from app.errors import TooManyRequests


@dataclass(frozen=True)
class RateLimit:
    """The limit of each tenant: ``rate`` requests per second, ``burst`` requests at once."""

    rate: float
    burst: int

    def refilled(self, level: float, seconds: float) -> float:
        """The level of a bucket after ``seconds`` without requests."""
        return min(float(self.burst), level + self.rate * max(seconds, 0.0))

    def refusal(self, tenant: str, seconds: float) -> TooManyRequests:
        """The error for an empty bucket that will hold a request again after ``seconds``."""
        return TooManyRequests(
            f"The tenant {tenant!r} may send {self.rate:g} requests per second and "
            f"{self.burst} at once; it has sent more.",
            seconds,
        )


class RateLimiter(Protocol):
    """Counts requests against each tenant's limit."""

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests if the limit is reached, counting none."""
        ...


class ProcessRateLimiter:
    """The buckets of all tenants in this process; ``clock`` returns seconds."""

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests if the limit is reached, counting none."""
        with self._lock:
            time_now = self._clock()
            level, since = self._buckets.get(tenant, (float(self._limit.burst), time_now))
            level = self._limit.refilled(level, time_now - since)
            if level < 1.0:
                raise self._limit.refusal(tenant, (1.0 - level) / self._limit.rate)
            self._buckets[tenant] = (level - 1.0, time_now)
