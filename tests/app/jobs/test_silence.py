"""When a silent worker counts as dead, and what a job is while the engine is away."""

from collections.abc import Iterable, Mapping

import pytest

from app.db import workers
from app.db.database import open_database
from app.db.models import WorkerRow
from app.errors import StoreUnavailable
from app.jobs.operations import Operations
from app.jobs.port import EngineStatus, Ticket, UnfinishedJob
from app.jobs.reconciler import Reconciler

LOST_SECONDS = 15.0
ROUND_SECONDS = 2.0


class NoJobs:
    """Queues without a job."""

    def open(self) -> None: ...

    def close(self) -> None: ...

    def submit(self, _ticket: Ticket) -> None: ...

    def cancel(self, _job_id: str) -> None: ...

    def purge(self, _job_ids: Iterable[str]) -> None: ...

    def status(self, _job_id: str) -> EngineStatus | None:
        return None

    def unfinished(self) -> Mapping[str, UnfinishedJob]:
        return {}


class Watch:
    """A reconciler that watches one worker, on a clock that the test moves."""

    def __init__(self, url: str) -> None:
        self.seconds = 1000.0
        self.database = open_database(url)
        self.database.upgrade()
        self.reconciler = Reconciler(self.database, NoJobs(), LOST_SECONDS, lambda: self.seconds)
        with self.database.write() as session:
            workers.register(session, WorkerRow(executor="w", identity="w", lock="w", pid=1))

    def rounds(self, count: int, *, beating: bool) -> None:
        for _ in range(count):
            self.seconds += ROUND_SECONDS
            if beating:
                self.beat()
            self.reconciler.reconcile()

    def beat(self) -> None:
        with self.database.write() as session:
            workers.write_heartbeat(session, "w")

    @property
    def alive(self) -> bool:
        with self.database.read() as session:
            return "w" in workers.heartbeats(session)


@pytest.fixture
def watch(new_database):
    made = Watch(new_database("sqlite"))
    yield made
    made.database.close()


def test_a_worker_that_is_silent_while_watched_is_dead(watch) -> None:
    watch.rounds(3, beating=True)
    watch.rounds(7, beating=False)
    assert watch.alive
    watch.rounds(2, beating=False)
    assert not watch.alive


def test_a_worker_that_nobody_could_see_is_not_dead(watch) -> None:
    """The database was away for an hour; the watcher looks before the worker can send."""
    watch.rounds(3, beating=True)
    watch.seconds += 3600.0
    watch.reconciler.reconcile()
    assert watch.alive
    watch.rounds(3, beating=False)
    assert watch.alive, "it has time to connect again"
    watch.rounds(20, beating=True)
    assert watch.alive
    watch.rounds(10, beating=False)
    assert not watch.alive


def test_a_submitted_operation_is_accepted_while_the_engine_is_away(new_database) -> None:
    class Away(NoJobs):
        def submit(self, _ticket: Ticket) -> None:
            raise StoreUnavailable("the engine is away")

        def cancel(self, _job_id: str) -> None:
            raise StoreUnavailable("the engine is away")

    database = open_database(new_database("sqlite"))
    database.upgrade()
    operations = Operations(database, Away())
    submitted = operations.submit("fit", {})
    assert submitted.status == "queued"
    assert operations.status(submitted.id).status == "queued"
    assert operations.cancel(submitted.id).status == "cancelled"
    database.close()
