"""How often a tenant may ask: a token bucket each.

A bucket holds ``burst`` requests and is filled by ``rate`` a second. Buckets live in the process:
of several API processes each grants the rate.
"""

import time
from collections.abc import Callable
from threading import Lock

from app.errors import TooManyRequests


class Rates:
    """The buckets of all tenants; ``clock`` tells seconds."""

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, tenant: str) -> None:
        """Count one request; raises TooManyRequests, which counts none."""
        with self._lock:
            present = self._clock()
            level, since = self._buckets.get(tenant, (self._burst, present))
            level = min(self._burst, level + self._rate * (present - since))
            if level < 1.0:
                raise TooManyRequests(
                    f"The tenant {tenant!r} may send {self._rate:g} requests a second, "
                    f"{self._burst:g} at once; it sent more.",
                    (1.0 - level) / self._rate,
                )
            self._buckets[tenant] = (level - 1.0, present)
