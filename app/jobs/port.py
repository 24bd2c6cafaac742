"""What the service asks of a job engine.

The engine remembers ids and starts each job until it has ended, over crashes and restarts; what a
job is about, how far it is and how it ended stands in our own rows (``app.jobs.operations``).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

EngineStatus = Literal["queued", "running", "ended"]

Run = Callable[[str], Awaitable[None]]
"""Carries out the job of an id. Cancelled (asyncio) when the job is cancelled or the engine stops.

It may be called again for an id whose former call did not return, and must bear that.
"""


class Engine(Protocol):
    """A durable queue of job ids."""

    def start(self) -> None:
        """Begin to work; jobs that a former process left behind are started again."""
        ...

    def stop(self) -> None:
        """Stop working; what runs is cancelled here and starts again with the next process."""
        ...

    def submit(self, job_id: str) -> None:
        """Queue a job; a second submission of one id changes nothing."""
        ...

    def cancel(self, job_id: str) -> None:
        """Take a job off the queue, or cancel its run within two seconds."""
        ...

    def status(self, job_id: str) -> EngineStatus | None:
        """Where the job stands; None for an id that was never submitted."""
        ...

    def list(self) -> Sequence[str]:
        """Ids of the jobs that have not ended, oldest first."""
        ...

    def purge(self, job_ids: Sequence[str]) -> None:
        """Forget ended jobs."""
        ...
