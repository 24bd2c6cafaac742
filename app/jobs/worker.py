"""The worker of a process: its identity, its heartbeat, and the engine that runs jobs.

Every start has a new executor id. A worker whose row has been removed was considered dead, because
its machine was suspended or disconnected; its jobs belong to other workers now. It drops its
running jobs and registers again under a new id.
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
from app.errors import StoreError
from app.jobs.identity import identity_in_use
from app.jobs.port import Engine, Queues
from app.jobs.reconciler import Reconciler
from app.jobs.runner import JobRunner
from app.runtime.locks import Lock
from app.runtime.periodic import Periodic

log = logging.getLogger(__name__)

LIVENESS_POLL_SECONDS = 0.1


class Worker:
    """Runs jobs from ``start`` to ``stop``.

    ``heartbeat_seconds`` is the time between two heartbeats; a worker whose heartbeat has not
    changed for ``lost_after`` seconds is considered dead.
    """

    def __init__(
        self,
        database: Database,
        queues: Queues,
        engine: Engine,
        runner: JobRunner,
        reconciler: Reconciler,
        lock: Lock,
        *,
        heartbeat_seconds: float,
        lost_after: float,
    ) -> None:
        self._database = database
        self._queues = queues
        self._engine = engine
        self._runner = runner
        self._reconciler = reconciler
        self._lock = lock
        self._lost_after = lost_after
        self._executor = ""
        self._registration = threading.Lock()
        self._stopped = False
        self._heartbeat = Periodic("heartbeat", heartbeat_seconds, self._send_heartbeat)
        self._reconciling = Periodic("reconciling", heartbeat_seconds, self._reconcile)

    @property
    def executor(self) -> str:
        """The executor id of the current start."""
        return self._executor

    def start(self) -> None:
        """Register and take jobs; raises IdentityInUse while a living worker has this identity."""
        self._remove_dead_predecessors()
        self._register()
        self._engine.start(self._executor)
        self._heartbeat.start()
        self._reconciling.start()
        log.info("worker started", extra={"worker": self._executor})

    def stop(self) -> None:
        """Cancel the jobs that run here and return them to their queues.

        If the database is away, others do so once it is back, as for a worker that died.
        """
        self._reconciling.close()
        self._heartbeat.close()
        with self._registration:
            self._stopped = True
            self._engine.stop()
            try:
                with self._database.write() as session:
                    workers.remove(session, self._executor)
                self._return_jobs()
            except StoreError as error:
                log.warning("the jobs of this worker could not be returned: %s", error)
        log.info("worker stopped", extra={"worker": self._executor})

    def _remove_dead_predecessors(self) -> None:
        """Remove rows of earlier workers with this identity; raises IdentityInUse if one is alive.

        A worker that held the same lock file is dead; one with another lock file is watched.
        """
        with self._database.read() as session:
            predecessors = workers.of_identity(session, self._lock.name)
        for row in predecessors:
            if row.lock != str(self._lock.path) and self._is_alive(row):
                raise identity_in_use(self._lock.name, f"process {row.pid} (lock {row.lock})")
            self._reconciler.remove_dead_worker(row.executor)

    def _is_alive(self, row: WorkerRow) -> bool:
        """Whether the worker's heartbeat changes within ``lost_after`` seconds."""
        end = time.monotonic() + self._lost_after
        while time.monotonic() < end:
            with self._database.read() as session:
                beat = workers.heartbeats(session).get(row.executor)
            if beat != row.heartbeat_at:
                return beat is not None
            time.sleep(LIVENESS_POLL_SECONDS)
        return False

    def _register(self) -> None:
        """Add this worker's row under a new executor id."""
        self._executor = f"{self._lock.name}.{secrets.token_hex(4)}"
        row = WorkerRow(
            executor=self._executor,
            identity=self._lock.name,
            lock=str(self._lock.path),
            pid=os.getpid(),
        )
        with self._database.write() as session:
            workers.register(session, row)

    def _send_heartbeat(self) -> None:
        with self._registration:
            if self._stopped:
                return
            with self._database.write() as session:
                registered = workers.write_heartbeat(session, self._executor)
            if not registered:
                self._register_again()

    def _register_again(self) -> None:
        """Drop the jobs that run here, which others have taken over, and register anew."""
        former = self._executor
        self._engine.stop()
        self._register()
        self._engine.start(self._executor)
        labels = {"worker": self._executor, "former": former}
        log.warning("this worker was considered dead; it registers again", extra=labels)

    def _reconcile(self) -> None:
        self._reconciler.reconcile(self._executor, self._runner.in_flight)

    def _return_jobs(self) -> None:
        """Return every job that the engine still assigns to this worker to its queue."""
        jobs = self._queues.unfinished()
        for job_id in [job_id for job_id, job in jobs.items() if job.executor == self._executor]:
            with self._database.write() as session:
                row = session.get(OperationRow, job_id)
                if row is None:
                    continue
                rows.release(session, row.id, row.attempt, fault=False)
                session.refresh(row)
            if row.status == "queued":
                self._reconciler.requeue(row)
