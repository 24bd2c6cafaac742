"""A process's share in the work: its identity, its heartbeat, and the engine that runs jobs.

Every start has an executor id of its own. A worker whose row is gone was taken for dead, for its
machine stood still or was cut off: its jobs belong to others now. It drops what it runs and takes
part again under a new id.
"""

import logging
import os
import secrets
import threading
import time

from app.db import operations as rows
from app.db import workers
from app.db.database import Database
from app.db.models import OperationRow, WorkerRow
from app.jobs.care import Care
from app.jobs.identity import identity_in_use
from app.jobs.port import Engine, Queues
from app.jobs.runner import JobRunner
from app.runtime.locks import Lock
from app.runtime.periodic import Periodic

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1


class Worker:
    """Works on jobs from ``start`` to ``stop``; ``pulse`` is the time between two heartbeats."""

    def __init__(
        self,
        database: Database,
        queues: Queues,
        engine: Engine,
        runner: JobRunner,
        care: Care,
        lock: Lock,
        *,
        pulse: float,
        lost_after: float,
    ) -> None:
        self._database = database
        self._queues = queues
        self._engine = engine
        self._runner = runner
        self._care = care
        self._lock = lock
        self._lost_after = lost_after
        self._executor = ""
        self._turn = threading.Lock()
        self._stopped = False
        self._heart = Periodic("heartbeat", pulse, self._beat)
        self._eyes = Periodic("care", pulse, self._look)

    @property
    def executor(self) -> str:
        """The id of the present start."""
        return self._executor

    def start(self) -> None:
        """Take part; raises IdentityInUse while another living worker has this identity."""
        self._bury_predecessors()
        self._enter()
        self._engine.start(self._executor)
        self._heart.start()
        self._eyes.start()
        log.info("worker started", extra={"worker": self._executor})

    def stop(self) -> None:
        """Cancel what runs here and hand it over to others."""
        self._eyes.close()
        self._heart.close()
        with self._turn:
            self._stopped = True
            self._engine.stop()
            with self._database.write() as session:
                workers.remove(session, self._executor)
            self._hand_over()
        log.info("worker stopped", extra={"worker": self._executor})

    def _bury_predecessors(self) -> None:
        """Who held our lock before is dead. Of others with our name, see whether they live."""
        with self._database.read() as session:
            former = workers.of_identity(session, self._lock.name)
        for row in former:
            if row.lock != str(self._lock.path) and self._lives(row):
                raise identity_in_use(self._lock.name, f"process {row.pid} (lock {row.lock})")
            self._care.bury(row.executor)

    def _lives(self, row: WorkerRow) -> bool:
        """Whether its heart beats while we look."""
        end = time.monotonic() + self._lost_after
        while time.monotonic() < end:
            with self._database.read() as session:
                beat = workers.heartbeats(session).get(row.executor)
            if beat != row.heartbeat_at:
                return beat is not None
            time.sleep(LOOK_SECONDS)
        return False

    def _enter(self) -> None:
        self._executor = f"{self._lock.name}.{secrets.token_hex(4)}"
        row = WorkerRow(
            executor=self._executor,
            identity=self._lock.name,
            lock=str(self._lock.path),
            pid=os.getpid(),
        )
        with self._database.write() as session:
            workers.enter(session, row)

    def _beat(self) -> None:
        with self._turn:
            if self._stopped:
                return
            with self._database.write() as session:
                lives = workers.beat(session, self._executor)
            if not lives:
                self._enter_again()

    def _enter_again(self) -> None:
        """Taken for dead: drop what runs here (others have it), and begin anew."""
        former = self._executor
        self._engine.stop()
        self._enter()
        self._engine.start(self._executor)
        labels = {"worker": self._executor, "former": former}
        log.warning("this worker was taken for dead; it begins anew", extra=labels)

    def _look(self) -> None:
        self._care.look(self._executor, self._runner.in_flight)

    def _hand_over(self) -> None:
        """Everything that the engine still holds for us goes back to its queue."""
        held = self._queues.unfinished()
        for job_id in [job for job, found in held.items() if found.executor == self._executor]:
            with self._database.write() as session:
                row = session.get(OperationRow, job_id)
                if row is None:
                    continue
                rows.release(session, row.id, row.attempt, fault=False)
                session.refresh(row)
            if row.status == "queued":
                self._care.requeue(row)
