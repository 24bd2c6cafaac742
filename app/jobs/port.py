"""The protocols that a job engine implements for the service.

``Queues`` is for every process: submit a job, cancel it, list what is unfinished. ``Engine`` is for
a worker: it starts jobs from the queues. Both only move ids; a job's request, progress, result and
the right to write them are in the service's own rows (``app.jobs.operations``). Where the two
disagree, the rows are right (``app.jobs.reconciler``).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

EngineStatus = Literal["queued", "running", "ended"]

Run = Callable[[str, str], Awaitable[None]]
"""Runs a job; the arguments are the id of the job and the id of the executor.

The call is cancelled (asyncio) when the job is cancelled or the engine stops. It must allow being
called again for a job whose earlier call did not return.
"""


@dataclass(frozen=True)
class Ticket:
    """A job as the queues hold it.

    Within one ``share`` the lowest ``priority`` comes first, then the oldest; shares take turns at
    random, however many jobs each has waiting.
    """

    id: str
    queue: str
    share: str
    priority: int


@dataclass(frozen=True)
class UnfinishedJob:
    """The engine's record of a job that has not ended.

    ``queue`` is the queue it was submitted to, ``executor`` the worker that took it, if any.
    """

    queue: str | None
    executor: str | None


class Queues(Protocol):
    """Durable queues of job ids, the same for all processes on one database."""

    def open(self) -> None:
        """Connect, and create missing tables."""
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
        """The job's status; None for an id that was never submitted."""
        ...

    def unfinished(self) -> Mapping[str, UnfinishedJob]:
        """Every job that has not ended, by id, oldest first."""
        ...

    def purge(self, job_ids: Iterable[str]) -> None:
        """Delete jobs; an unknown id is ignored."""
        ...


class Engine(Protocol):
    """Starts jobs from the queues, in this process."""

    def start(self, executor: str) -> None:
        """Start taking jobs under an executor id that no process has used before."""
        ...

    def stop(self) -> None:
        """Stop taking jobs; running jobs are cancelled and stay assigned to this executor."""
        ...
