"""A worker with trivial kinds of job, on the real engine; one at a time in a process."""

import asyncio
import threading
from pathlib import Path

from app.db import operations as rows
from app.db.database import open_database
from app.db.models import DatasetRow, OperationRow
from app.errors import FitCrashed
from app.jobs.dbos_engine import DbosEngine, DbosQueues, engine_url
from app.jobs.identity import claim_identity
from app.jobs.kinds import FITS, QUERIES
from app.jobs.operations import Operations
from app.jobs.reconciler import Reconciler
from app.jobs.runner import JobRunner
from app.jobs.worker import Worker
from mmm.errors import DataError, Issue
from mmm.progress import Progress
from tests.app.running import wait_until


class Handlers:
    """Trivial kinds of job, and what happened to them."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.started = threading.Event()
        self.interrupted = threading.Event()

    async def quick(self, job):
        self.runs.append(job.id)
        job.report(Progress("sampling", 0.5, 2.0))
        return lambda _session: {"seen": job.request["x"]}

    async def refused(self, _job):
        raise DataError([Issue("/data", "bad", "is bad")])

    async def broken(self, _job):
        raise ZeroDivisionError("a secret")

    async def endless(self, _job):
        self.started.set()
        try:
            await asyncio.sleep(600)
        finally:
            self.interrupted.set()

    async def flaky(self, job):
        self.runs.append(job.id)
        if self.runs.count(job.id) < job.request["good_at"]:
            raise FitCrashed("out of memory, this time")
        return lambda _session: {"tries": job.attempt}

    async def overlong(self, _job):
        await asyncio.sleep(600)

    async def half(self, job):
        def apply(session):
            session.add(
                DatasetRow(id=job.id, media_type="x", artefact_key="k", bytes=1, profile={})
            )
            session.flush()
            raise ZeroDivisionError

        return apply

    def table(self):
        kinds = ("quick", "refused", "broken", "endless", "half", "flaky", "overlong")
        return {kind: getattr(self, kind) for kind in kinds}


class Work:
    """Database, queues, worker and operations of one trivial service."""

    def __init__(
        self, folder: Path, url: str | None = None, attempts: int = 3, at_once: int = 2
    ) -> None:
        url = url or f"sqlite:///{folder / 'rows.db'}"
        self.database = open_database(url)
        self.database.upgrade()
        self.handlers = Handlers()
        self.runner = JobRunner(self.database, self.handlers.table(), attempts, {"overlong": 0.5})
        self.queues = DbosQueues(engine_url(url, folder))
        self.queues.open()
        self.engine_url = engine_url(url, folder)
        engine = DbosEngine(
            self.runner.run, database_url=self.engine_url, concurrency={FITS: 1, QUERIES: at_once}
        )
        reconciler = Reconciler(self.database, self.queues, lost_after=1.0)
        self.lock = claim_identity(folder, "here")
        self.worker = Worker(
            self.database, self.queues, engine, self.runner, reconciler, self.lock,
            heartbeat_seconds=0.2, lost_after=1.0,
        )  # fmt: skip
        self.operations = Operations(self.database, self.queues)

    def start(self) -> "Work":
        self.worker.start()
        return self

    def stop(self) -> None:
        self.worker.stop()
        self.close()

    def close(self) -> None:
        self.lock.release()
        self.queues.close()
        self.database.close()

    def submit(self, kind: str, **request) -> str:
        row = self.operations.submit(kind, request)
        return row.id

    def end(self, operation_id: str) -> OperationRow:
        wait_until(lambda: self.operations.status(operation_id).status in rows.TERMINAL)
        return self.operations.status(operation_id)
