"""Lanes: separate small thread pools for computations of different length.

Computing threads share one interpreter, and more than two at a time are slower than running one
after the other. A read takes tenths of a second and is cached, a what-if takes tenths, a plan takes
seconds if its certificate is hard. So each call waits only for calls of its own kind, and light
calls (database rows, cached answers) wait for none.

Tenants take turns (``turns.py``), so one tenant's many calls delay the call of another by about one
of them. No call waits in vain: one that would wait too long is refused at once, and one whose
caller has disconnected is dropped before it is computed, or ends soon where it asks. Calls for the
same cached answer wait separately, so dropping one does not affect the others.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from threading import Event
from time import perf_counter
from typing import Self

from anyio import CancelScope, CapacityLimiter, create_task_group, to_thread

from app.errors import CallerLeft, Overloaded
from app.runtime.turns import Turns
from app.settings import Settings

_SMOOTHING = 0.1
"""Weight of the newest call in the running mean of durations, after the first ten calls."""


class Lane:
    """A few threads and a queue for them; everything but the work runs on the event loop.

    ``longest_wait``: seconds that a call may expect to wait for its turn. ``most``: threads that
    one tenant may use at a time; by default all.
    """

    def __init__(self, threads: int, longest_wait: float, most: int | None = None) -> None:
        self.threads = threads
        self._longest_wait = longest_wait
        self._turns = Turns(threads, most)
        self._limiter = CapacityLimiter(threads)
        self._calls = 0
        self._mean_seconds = 0.0

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return self._turns.waiting

    def wait(self, tenant: str) -> float:
        """Expected seconds that the tenant's next call would wait; 0 until one was completed."""
        return self._turns.ahead(tenant) * self._mean_seconds / self._turns.most

    async def run[Answer](
        self,
        tenant: str,
        work: Callable[[], Answer],
        disconnected: Callable[[], Awaitable[None]],
        left: Event | None = None,
    ) -> Answer:
        """Run ``work`` for a tenant in a thread and return its result.

        ``disconnected`` returns once the caller no longer waits for it. Raises Overloaded if the
        wait would be too long, CallerLeft if the caller disconnected before the work began. Work
        that has begun is completed, unless it asks ``left``, which is set when the caller leaves.
        """
        self._require_short_wait(tenant)
        async with AsyncExitStack() as turn:
            acquired = False
            async with create_task_group() as group:
                group.start_soon(_cancel_when, disconnected, group.cancel_scope)
                await turn.enter_async_context(self._turns.turn(tenant))
                acquired = True
                group.cancel_scope.cancel()
            if not acquired:
                raise CallerLeft
            started = perf_counter()
            listening = asyncio.ensure_future(_set_when(disconnected, left or Event()))
            try:
                return await to_thread.run_sync(work, limiter=self._limiter)
            finally:
                listening.cancel()
                self._record_duration(perf_counter() - started)

    def _require_short_wait(self, tenant: str) -> None:
        wait = self.wait(tenant)
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


async def _set_when(disconnected: Callable[[], Awaitable[None]], left: Event) -> None:
    await disconnected()
    left.set()


@dataclass(frozen=True)
class Lanes:
    """The lanes of a service: for reads, for what-if questions, for plans, and for reading bodies.

    ``documents``: parsing of small bodies; ``tables``: of large ones, and the calls that check a
    table. A thread of ``tables`` waits for a process for seconds, so no tenant has them all.
    """

    reads: Lane
    questions: Lane
    plans: Lane
    documents: Lane
    tables: Lane

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Lanes with the numbers of threads in the settings."""
        longest = settings.longest_wait_seconds
        return cls(
            reads=Lane(settings.read_workers, longest),
            questions=Lane(settings.query_workers, longest),
            plans=Lane(settings.plan_workers, longest),
            documents=Lane(1, longest),
            tables=Lane(settings.intake_workers, longest, max(1, settings.intake_workers - 1)),
        )
