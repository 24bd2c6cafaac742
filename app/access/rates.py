"""How often a tenant may ask: a token bucket each.

A bucket holds ``burst`` requests and is filled by ``rate`` a second. ``Rates`` keeps the buckets in
the process, for the one that serves a machine; ``app.access.shared_rates`` those of many.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from app.errors import TooManyRequests


@dataclass(frozen=True)
class Budget:
    """What each tenant may use: requests a second, and requests at once."""

    rate: float
    burst: int

    def filled(self, level: float, seconds: float) -> float:
        """The level of a bucket after a while in which nothing was taken."""
        return min(float(self.burst), level + self.rate * max(seconds, 0.0))

    def refusal(self, tenant: str, seconds: float) -> TooManyRequests:
        """The error about an empty bucket that holds a request again after ``seconds``."""
        return TooManyRequests(
            f"The tenant {tenant!r} may send {self.rate:g} requests a second, "
            f"{self.burst} at once; it sent more.",
            seconds,
        )


class RateLimit(Protocol):
    """Counts requests."""

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests, which counts none."""
        ...


class Rates:
    """The buckets of all tenants in this process; ``clock`` tells seconds."""

    def __init__(self, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests, which counts none."""
        with self._lock:
            present = self._clock()
            level, since = self._buckets.get(tenant, (float(self._budget.burst), present))
            level = self._budget.filled(level, present - since)
            if level < 1.0:
                raise self._budget.refusal(tenant, (1.0 - level) / self._budget.rate)
            self._buckets[tenant] = (level - 1.0, present)
