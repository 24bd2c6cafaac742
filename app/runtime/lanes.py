"""Lanes: separate small thread pools for computations of different length.

Computing threads share one interpreter, and more than two at a time are slower than running one
after the other. A read takes tenths of a second and is cached, a what-if takes tenths, a plan takes
seconds if its certificate is hard. So each call waits only for calls of its own kind, and light
calls (database rows, cached answers) wait for none.

No call waits in vain: one that would wait too long is refused at once, and one whose caller has
disconnected is dropped before it is computed. Calls for the same cached answer wait separately, so
dropping one does not affect the others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Self

from anyio import CancelScope, CapacityLimiter, Semaphore, create_task_group, to_thread

from app.errors import CallerLeft, Overloaded
from app.settings import Settings

_SMOOTHING = 0.1
"""Weight of the newest call in the running mean of durations, after the first ten calls."""


class Lane:
    """A few threads and a queue for them; everything but the work runs on the event loop.

    ``longest_wait``: seconds that a call may expect to wait for its turn.
    """

    def __init__(self, threads: int, longest_wait: float) -> None:
        self.threads = threads
        self._longest_wait = longest_wait
        self._turns = Semaphore(threads)
        self._limiter = CapacityLimiter(threads)
        self._calls = 0
        self._mean_seconds = 0.0

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return self._turns.statistics().tasks_waiting

    @property
    def wait(self) -> float:
        """Expected seconds that the next call would wait; 0 until one call has been completed."""
        return self.waiting * self._mean_seconds / self.threads

    async def run[Answer](
        self, work: Callable[[], Answer], disconnected: Callable[[], Awaitable[None]]
    ) -> Answer:
        """Run ``work`` in a thread and return its result.

        ``disconnected`` returns once the caller no longer waits for it. Raises Overloaded if the
        wait would be too long, CallerLeft if the caller disconnected before the work began. Work
        that has begun is completed.
        """
        self._require_short_wait()
        acquired = False
        try:
            async with create_task_group() as group:
                group.start_soon(_cancel_when, disconnected, group.cancel_scope)
                await self._turns.acquire()
                acquired = True
                group.cancel_scope.cancel()
            if not acquired:
                raise CallerLeft
            started = perf_counter()
            try:
                return await to_thread.run_sync(work, limiter=self._limiter)
            finally:
                self._record_duration(perf_counter() - started)
        finally:
            if acquired:
                self._turns.release()

    def _require_short_wait(self) -> None:
        wait = self.wait
        if wait > self._longest_wait:
            detail = (
                f"A call of this kind would wait about {wait:.0f} s, longer than the limit of "
                f"{self._longest_wait:g} s: try again later, or, where the call supports it, send "
                "`Prefer: respond-async` to queue it."
            )
            raise Overloaded(detail, retry_after=wait - self._longest_wait)

    def _record_duration(self, seconds: float) -> None:
        self._calls += 1
        weight = max(1.0 / self._calls, _SMOOTHING)
        self._mean_seconds += weight * (seconds - self._mean_seconds)


async def _cancel_when(disconnected: Callable[[], Awaitable[None]], scope: CancelScope) -> None:
    await disconnected()
    scope.cancel()


@dataclass(frozen=True)
class Lanes:
    """The lanes of a service: for reads, for what-if questions, and for plans."""

    reads: Lane
    questions: Lane
    plans: Lane

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Lanes with the numbers of threads in the settings."""
        longest = settings.longest_wait_seconds
        return cls(
            reads=Lane(settings.read_workers, longest),
            questions=Lane(settings.query_workers, longest),
            plans=Lane(settings.plan_workers, longest),
        )
