"""What the service asks of a job engine, in two halves.

``Queues`` is for every process: hand a job in, take it back, see what waits. ``Engine`` is for a
worker: it starts what the queues give out. Both only move ids; what a job is about, who may write
its result, how far it is and how it ended stands in our own rows (``app.jobs.operations``), and
where the two disagree the rows are right (``app.jobs.care``).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

EngineStatus = Literal["queued", "running", "ended"]

Run = Callable[[str, str], Awaitable[None]]
"""Carries out the job of an id for the executor of an id.

Cancelled (asyncio) when the job is cancelled or the engine stops. It may be called again for a job
whose former call did not return, and must bear that.
"""


@dataclass(frozen=True)
class Ticket:
    """A job as the queues know it. Of one ``share`` the lowest ``priority`` comes first, then the
    oldest; shares take turns by chance, however many jobs each has waiting."""

    id: str
    queue: str
    share: str
    priority: int


@dataclass(frozen=True)
class Held:
    """What the engine holds of a job that has not ended: its queue, and who took it, if anybody."""

    queue: str | None
    executor: str | None


class Queues(Protocol):
    """Durable queues of job ids, the same for all processes on one database."""

    def open(self) -> None:
        """Connect, and create what is missing."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...

    def submit(self, ticket: Ticket) -> None:
        """Queue a job; a second submission of one id changes nothing."""
        ...

    def cancel(self, job_id: str) -> None:
        """Take a job off its queue, or cancel its run within two seconds."""
        ...

    def status(self, job_id: str) -> EngineStatus | None:
        """Where the job stands; None for an id that was never submitted."""
        ...

    def unfinished(self) -> Mapping[str, Held]:
        """Every job that has not ended, oldest first."""
        ...

    def purge(self, job_ids: Iterable[str]) -> None:
        """Forget jobs."""
        ...


class Engine(Protocol):
    """Starts jobs from the queues, in this process."""

    def start(self, executor: str) -> None:
        """Begin to work under a name that no other process ever had."""
        ...

    def stop(self) -> None:
        """Stop working; what runs is cancelled here, and stays with this executor."""
        ...
