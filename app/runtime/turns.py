"""Turns: units that tenants share, so that whoever asks for much delays only himself.

Tenants are served in rotation, and each tenant's calls in their order. A call that needs more units
than are free waits at the head of the rotation, so that smaller calls of others do not starve it;
a tenant that holds its own most is passed over until it gives units back.
"""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import Event, get_cancelled_exc_class


class _Waiting:
    """One call that waits for its units."""

    def __init__(self, units: int) -> None:
        self.units = units
        self.granted = Event()


class Turns:
    """``units`` to share, of which one tenant holds at most ``most``; all on one event loop."""

    def __init__(self, units: int, most: int | None = None) -> None:
        self.units = units
        self.most = min(most or units, units)
        self._free = units
        self._held: dict[str, int] = {}
        self._queues: dict[str, deque[_Waiting]] = {}

    @property
    def free(self) -> int:
        """Units that nobody holds."""
        return self._free

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return sum(map(len, self._queues.values()))

    def ahead(self, tenant: str) -> int:
        """How many waiting calls would be served before the tenant's next one.

        All its own, and of every other tenant no more than one for each of these and the next.
        """
        own = len(self._queues.get(tenant, ()))
        others = (len(queue) for name, queue in self._queues.items() if name != tenant)
        return own + sum(min(length, own + 1) for length in others)

    @asynccontextmanager
    async def turn(self, tenant: str, units: int = 1) -> AsyncIterator[None]:
        """Hold ``units`` (at most the tenant's ``most``) while the block runs; waits for them."""
        units = min(units, self.most)
        await self._acquire(tenant, units)
        try:
            yield
        finally:
            self._release(tenant, units)

    async def _acquire(self, tenant: str, units: int) -> None:
        call = _Waiting(units)
        self._queues.setdefault(tenant, deque()).append(call)
        self._grant()
        try:
            await call.granted.wait()
        except get_cancelled_exc_class():
            self._withdraw(tenant, call)
            raise

    def _withdraw(self, tenant: str, call: _Waiting) -> None:
        if call.granted.is_set():
            self._release(tenant, call.units)
            return
        self._queues[tenant].remove(call)
        if not self._queues[tenant]:
            del self._queues[tenant]
        self._grant()

    def _release(self, tenant: str, units: int) -> None:
        self._free += units
        self._held[tenant] -= units
        if not self._held[tenant]:
            del self._held[tenant]
        self._grant()

    def _grant(self) -> None:
        """Give units to the calls whose turn it is, as far as the units last."""
        while (tenant := self._next()) is not None:
            queue = self._queues.pop(tenant)
            call = queue.popleft()
            if queue:
                self._queues[tenant] = queue  # the tenant's next turn comes after all others
            self._free -= call.units
            self._held[tenant] = self._held.get(tenant, 0) + call.units
            call.granted.set()

    def _next(self) -> str | None:
        """The tenant whose call is granted now; None where the next one needs more than is free."""
        for tenant, queue in self._queues.items():
            units = queue[0].units
            if self._held.get(tenant, 0) + units <= self.most:
                return tenant if units <= self._free else None
        return None
