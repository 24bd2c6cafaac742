"""Brings rows and engine together again, whoever died in between.

The rows of operations and of workers are the truth; what the engine holds is only how jobs find a
worker. Looked over every few seconds, by every process, each correction made by exactly one:

    a worker's heartbeat stands still for too long      it is taken out, its jobs go to others
    an operation runs on a worker that is not there     it is queued again, or its cancel confirmed
    an operation runs here, by its row only             its end could not be written: queued again
    an operation is queued, the engine has not heard    submitted
    the engine holds what no operation asks for         forgotten

What could also be a moment's difference between two writes has to be seen twice in a row. Times of
other machines are never compared: a heartbeat is late if it has not *changed* for a while here.
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
from app.jobs.port import Held, Queues, Ticket

log = logging.getLogger(__name__)

Clock = Callable[[], float]


def ticket(row: OperationRow) -> Ticket:
    """The job of an operation as the queues know it."""
    return Ticket(row.id, queue_of(row.kind), row.tenant, row.priority)


class Care:
    """Looks over operations and workers; ``look`` is called again and again, by one thread."""

    def __init__(
        self, database: Database, queues: Queues, lost_after: float, clock: Clock = time.monotonic
    ) -> None:
        self._database = database
        self._queues = queues
        self._lost_after = lost_after
        self._clock = clock
        self._beats: dict[str, tuple[datetime, float]] = {}
        self._suspects: set[tuple[str, object]] = set()
        self._again: set[tuple[str, object]] = set()

    def look(self, here: str | None = None, in_flight: Collection[str] = ()) -> None:
        """One round. ``here`` is this process's worker, ``in_flight`` the jobs that it runs."""
        with self._database.read() as session:
            beats = workers.heartbeats(session)
        for executor in self._silent(beats, here):
            self.bury(executor)
        held = self._queues.unfinished()
        with self._database.read() as session:
            active = rows.active(session)
            living = set(workers.heartbeats(session))
        lost = {job for job, found in held.items() if here and found.executor == here}
        lost -= set(in_flight)
        for row in active:
            if row.status == "queued":
                if row.id in lost or not _has_place(row, held.get(row.id), living):
                    self._if_again(row.id, row.version, partial(self._resubmit, row))
            elif row.worker not in living:
                self._orphaned(row)
            elif row.status == "cancelling" or (row.worker == here and row.id not in in_flight):
                self._if_again(row.id, row.version, partial(self._orphaned, row))
        for job_id in held.keys() - {row.id for row in active}:
            self._if_again(job_id, None, partial(self._unasked, job_id))
        self._suspects, self._again = self._again, set()

    def bury(self, executor: str) -> None:
        """Take a dead worker out and give its jobs to others; nothing if another did so before."""
        with self._database.write() as session:
            if not workers.remove(session, executor):
                return
            orphans = rows.running_on(session, executor)
        log.warning("a worker is dead", extra={"worker": executor, "jobs": len(orphans)})
        for row in orphans:
            self._orphaned(row)

    def requeue(self, row: OperationRow) -> None:
        """Hand the job of a queued operation out anew, whatever the engine knew of it."""
        self._queues.purge([row.id])
        self._queues.submit(ticket(row))

    def _silent(self, beats: Mapping[str, datetime], here: str | None) -> list[str]:
        """Workers whose heartbeat has not changed for too long."""
        present = self._clock()
        known = self._beats
        self._beats = {executor: (beat, present) for executor, beat in beats.items()}
        for executor, (beat, since) in known.items():
            if beats.get(executor) == beat:
                self._beats[executor] = (beat, since)
        return [
            executor
            for executor, (_, since) in self._beats.items()
            if executor != here and present - since > self._lost_after
        ]

    def _orphaned(self, row: OperationRow) -> None:
        """No living worker has it: queue it again, or end it if that is what was asked for."""
        if row.status == "cancelling":
            self._queues.cancel(row.id)
            with self._database.write() as session:
                rows.confirm_cancel(session, row.id, row.attempt)
            return
        with self._database.write() as session:
            released = rows.release(session, row.id, row.attempt, fault=True)
        if released:
            log.warning("a job goes back to its queue", extra={"operation_id": row.id})
            self.requeue(row)

    def _resubmit(self, row: OperationRow) -> None:
        with self._database.write() as session:
            mine = rows.touch(session, row)
        if mine:
            log.warning("a job had no place in its queue", extra={"operation_id": row.id})
            self.requeue(row)

    def _unasked(self, job_id: str) -> None:
        with self._database.read() as session:
            row = session.get(OperationRow, job_id)
        if row is None or row.status in rows.TERMINAL:
            log.warning("a job that no operation asks for is forgotten", extra={"job": job_id})
            self._queues.purge([job_id])

    def _if_again(self, job_id: str, state: object, act: Callable[[], None]) -> None:
        """Act on what was so in the last round too; ``state`` tells whether it is the same."""
        key = (job_id, state)
        if key in self._suspects:
            act()
        else:
            self._again.add(key)


def _has_place(row: OperationRow, held: Held | None, living: Collection[str]) -> bool:
    """Whether a queued operation's job waits in its queue, or a living worker just took it."""
    if held is None:
        return False
    if held.executor is None:
        return held.queue == queue_of(row.kind)
    return held.executor in living
