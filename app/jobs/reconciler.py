"""Reconciles the rows with the job engine after a process has died at any point.

The rows of operations and of workers are the source of truth; the engine's jobs only serve to find
a worker. Every process checks every few seconds, and exactly one makes each correction:

    a worker's heartbeat has stopped                      its row is removed, its jobs are requeued
    an operation runs on a worker that has no row         requeued, or its cancellation confirmed
    an operation runs here only according to its row      its end was not written: requeued
    an operation is queued, but the engine has no job     submitted
    the engine has a job without an active operation      purged

A mismatch that may be the gap between two writes must be seen in two rounds in a row. Clocks of
other machines are never compared: a heartbeat is late when it has not *changed* for some time here.
Time in which nobody looked, because the database was away or this machine was suspended, hardly
counts: no worker could have sent a heartbeat that would have been seen.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial

from app.db import operations as rows
from app.db import workers
from app.db.database import Database
from app.db.models import OperationRow
from app.jobs.kinds import queue_of
from app.jobs.port import Queues, Ticket, UnfinishedJob

log = logging.getLogger(__name__)

Clock = Callable[[], float]

LARGEST_SHARE = 1 / 3
"""Part of ``lost_after`` that the time between two rounds counts for at most."""


def ticket(row: OperationRow) -> Ticket:
    """The ticket that the queues hold for an operation's job."""
    return Ticket(row.id, queue_of(row.kind), row.tenant, row.priority)


class Reconciler:
    """Corrects operations, workers and queues; one thread calls ``reconcile`` repeatedly."""

    def __init__(
        self, database: Database, queues: Queues, lost_after: float, clock: Clock = time.monotonic
    ) -> None:
        self._database = database
        self._queues = queues
        self._lost_after = lost_after
        self._clock = clock
        self._looked: float | None = None
        self._silences: dict[str, tuple[datetime, float]] = {}
        self._suspects: set[tuple[str, object]] = set()
        self._new_suspects: set[tuple[str, object]] = set()

    def reconcile(self, here: str | None = None, in_flight: Collection[str] = ()) -> None:
        """Run one round. ``here`` is this process's worker, ``in_flight`` the jobs it runs."""
        with self._database.read() as session:
            beats = workers.heartbeats(session)
        for executor in self._silent_workers(beats, here):
            self.remove_dead_worker(executor)
        jobs = self._queues.unfinished()
        with self._database.read() as session:
            active = rows.active(session)
            living = set(workers.heartbeats(session))
        lost = {job_id for job_id, job in jobs.items() if here and job.executor == here}
        lost -= set(in_flight)
        for row in active:
            if row.status == "queued":
                if row.id in lost or not _is_waiting_or_taken(row, jobs.get(row.id), living):
                    self._if_seen_twice(row.id, row.version, partial(self._resubmit, row))
            elif row.worker not in living:
                self._recover(row)
            elif row.status == "cancelling" or (row.worker == here and row.id not in in_flight):
                self._if_seen_twice(row.id, row.version, partial(self._recover, row))
        for job_id in jobs.keys() - {row.id for row in active}:
            self._if_seen_twice(job_id, None, partial(self._purge_unowned, job_id))
        self._suspects, self._new_suspects = self._new_suspects, set()

    def remove_dead_worker(self, executor: str) -> None:
        """Remove a dead worker's row and requeue its jobs; no effect if the row is gone already."""
        with self._database.write() as session:
            if not workers.remove(session, executor):
                return
            orphans = rows.running_on(session, executor)
        log.warning("worker is dead", extra={"worker": executor, "jobs": len(orphans)})
        for row in orphans:
            self._recover(row)

    def requeue(self, row: OperationRow) -> None:
        """Submit a queued operation's job afresh, replacing whatever the engine held for it."""
        self._queues.purge([row.id])
        self._queues.submit(ticket(row))

    def _silent_workers(self, beats: Mapping[str, datetime], here: str | None) -> list[str]:
        """Workers whose heartbeat has not changed for ``lost_after`` seconds."""
        observed = self._seconds_observed()
        silences = {}
        for executor, beat in beats.items():
            known, silent = self._silences.get(executor, (None, 0.0))
            silences[executor] = (beat, silent + observed if beat == known else 0.0)
        self._silences = silences
        return [
            executor
            for executor, (_, silent) in silences.items()
            if executor != here and silent > self._lost_after
        ]

    def _seconds_observed(self) -> float:
        """Seconds since the last round, of which a long pause counts for a part only."""
        present = self._clock()
        since, self._looked = self._looked, present
        return 0.0 if since is None else min(present - since, LARGEST_SHARE * self._lost_after)

    def _recover(self, row: OperationRow) -> None:
        """Requeue an operation that no living worker runs, or confirm its requested cancel."""
        if row.status == "cancelling":
            self._queues.cancel(row.id)
            with self._database.write() as session:
                rows.confirm_cancel(session, row.id, row.attempt)
            return
        with self._database.write() as session:
            released = rows.release(session, row.id, row.attempt, fault=True)
        if released:
            log.warning("job is requeued", extra={"operation_id": row.id})
            self.requeue(row)

    def _resubmit(self, row: OperationRow) -> None:
        with self._database.write() as session:
            touched = rows.bump_version(session, row)
        if touched:
            log.warning("job was missing from its queue", extra={"operation_id": row.id})
            self.requeue(row)

    def _purge_unowned(self, job_id: str) -> None:
        with self._database.read() as session:
            row = session.get(OperationRow, job_id)
        if row is None or row.status in rows.TERMINAL:
            log.warning("job without an active operation is purged", extra={"job": job_id})
            self._queues.purge([job_id])

    def _if_seen_twice(self, job_id: str, state: object, act: Callable[[], None]) -> None:
        """Call ``act`` if the last round saw the same job in the same ``state``."""
        key = (job_id, state)
        if key in self._suspects:
            act()
        else:
            self._new_suspects.add(key)


def _is_waiting_or_taken(
    row: OperationRow, job: UnfinishedJob | None, living: Collection[str]
) -> bool:
    """Whether a queued operation's job waits in its queue, or a living worker has just taken it."""
    if job is None:
        return False
    if job.executor is None:
        return job.queue == queue_of(row.kind)
    return job.executor in living
