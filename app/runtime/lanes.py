"""Lanes: what is computed from draws runs in few threads, and the long never before the short.

Threads that compute share one interpreter: more than two at a time take longer for all than one
after the other. A read takes tenths of a second and is kept, a what-if tenths, a plan seconds where
its proof is hard; so each waits for its like only, and light calls (rows of the database, what is
kept) for none of them.

Nobody waits in vain: a call that would not have its turn in time is refused at once, and one whose
caller has left is dropped before it is computed. Calls for the same kept answer wait each for
themselves, so that one of them that is dropped takes nothing from the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Self

from anyio import CancelScope, CapacityLimiter, Semaphore, create_task_group, to_thread

from app.errors import CallerLeft, Overloaded
from app.settings import Settings

_NEWEST = 0.1
"""Share of the newest call in the mean of what calls take, once there were ten."""


class Lane:
    """A few threads and who waits for one; but for the work itself all is done by the event loop.

    ``longest_wait``: seconds that a call may have to wait for its turn.
    """

    def __init__(self, threads: int, longest_wait: float) -> None:
        self.threads = threads
        self._longest_wait = longest_wait
        self._turns = Semaphore(threads)
        self._limiter = CapacityLimiter(threads)
        self._calls = 0
        self._seconds = 0.0

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return self._turns.statistics().tasks_waiting

    @property
    def wait(self) -> float:
        """Seconds that the next call would wait behind these, about; 0 as long as none was done."""
        return self.waiting * self._seconds / self.threads

    async def run[Answer](
        self, work: Callable[[], Answer], left: Callable[[], Awaitable[None]]
    ) -> Answer:
        """What ``work`` returns, in a thread; ``left`` returns once nobody waits for that any more.

        Raises Overloaded where the wait would be too long, CallerLeft where ``left`` returned
        before work began. What has begun is carried out.
        """
        self._require_short_wait()
        mine = False
        try:
            async with create_task_group() as group:
                group.start_soon(_cancel_when, left, group.cancel_scope)
                await self._turns.acquire()
                mine = True
                group.cancel_scope.cancel()
            if not mine:
                raise CallerLeft
            began = perf_counter()
            try:
                return await to_thread.run_sync(work, limiter=self._limiter)
            finally:
                self._learn(perf_counter() - began)
        finally:
            if mine:
                self._turns.release()

    def _require_short_wait(self) -> None:
        wait = self.wait
        if wait > self._longest_wait:
            detail = (
                f"A call of this kind would wait about {wait:.0f} s for its turn, and more than "
                f"{self._longest_wait:g} s is too long: try again later, or queue the question "
                "where it takes `Prefer: respond-async`."
            )
            raise Overloaded(detail, retry_after=wait - self._longest_wait)

    def _learn(self, seconds: float) -> None:
        self._calls += 1
        self._seconds += max(1.0 / self._calls, _NEWEST) * (seconds - self._seconds)


async def _cancel_when(left: Callable[[], Awaitable[None]], scope: CancelScope) -> None:
    await left()
    scope.cancel()


@dataclass(frozen=True)
class Lanes:
    """Where reads are computed, what-ifs answered, and plans made."""

    reads: Lane
    questions: Lane
    plans: Lane

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As many threads as the settings say."""
        longest = settings.longest_wait_seconds
        return cls(
            reads=Lane(settings.read_workers, longest),
            questions=Lane(settings.query_workers, longest),
            plans=Lane(settings.plan_workers, longest),
        )
