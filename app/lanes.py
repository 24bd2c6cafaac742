"""Lanes: what is computed from draws runs in few threads, and the long never before the short.

Threads that compute share one interpreter: more than two at a time take longer for all than one
after the other. A read takes tenths of a second and is kept, a what-if tenths, a plan seconds where
its proof is hard; so each waits for its like only, and light calls (rows of the database, what is
kept) for none of them.
"""

from dataclasses import dataclass
from typing import Self

from anyio import CapacityLimiter

from app.settings import Settings


@dataclass(frozen=True)
class Lanes:
    """How many threads compute reads, answer what-ifs, and make plans."""

    reads: CapacityLimiter
    questions: CapacityLimiter
    plans: CapacityLimiter

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As many as the settings say."""
        return cls(
            reads=CapacityLimiter(settings.read_workers),
            questions=CapacityLimiter(settings.query_workers),
            plans=CapacityLimiter(settings.plan_workers),
        )
