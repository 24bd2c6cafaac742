"""Runs one job: claims its row, calls the handler of its kind, and writes how it ended.

An error that a handler raises becomes the problem document of the failed operation; transient
errors are retried first. A handler does not return its result but a function that writes it. That
function runs in the transaction that ends the operation, so there is never a result without a
success, nor two results of one operation.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.db import operations
from app.db.database import Database
from app.db.models import Document, OperationRow
from app.errors import FitCrashed, JobGaveUp, JobTimedOut, StoreError, StoreUnavailable
from app.jobs.job import Handler, Job, PartialResult, Superseded, WriteResult
from app.jobs.patience import LIMIT_SECONDS, Patience
from app.problems import problem_of
from app.runtime.metrics import JOBS
from mmm.progress import Progress

log = logging.getLogger(__name__)

RETRYABLE = (FitCrashed, StoreUnavailable)
"""Transient errors: memory taken by other processes, a store that did not answer."""
RETRY_SECONDS = 0.5


class JobRunner:
    """Runs jobs by id when the engine calls.

    ``timeouts``: seconds by kind of job. ``patience_seconds``: how long a finished job waits for a
    database or store that is away.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        max_attempts: int,
        timeouts: Mapping[str, float] | None = None,
        patience_seconds: float = LIMIT_SECONDS,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._max_attempts = max_attempts
        self._timeouts = timeouts or {}
        self._patience_seconds = patience_seconds
        self._in_flight: set[str] = set()

    @property
    def in_flight(self) -> frozenset[str]:
        """Ids of the jobs that run here now."""
        return frozenset(self._in_flight)

    async def run(self, job_id: str, worker: str) -> None:
        """Run the job; returns when there is nothing more to do for it here."""
        with self._marked_in_flight(job_id):
            while await self._attempt(job_id, worker):
                await asyncio.sleep(RETRY_SECONDS)

    @contextmanager
    def _marked_in_flight(self, job_id: str) -> Iterator[None]:
        self._in_flight.add(job_id)
        try:
            yield
        finally:
            self._in_flight.discard(job_id)

    async def _attempt(self, job_id: str, worker: str) -> bool:
        """Run one attempt; returns whether to start another."""
        job = await self._claim_shielded(job_id, worker)
        if job is None:
            return False
        with structlog.contextvars.bound_contextvars(**_labels(job)):
            return await self._execute(job)

    async def _execute(self, job: Job) -> bool:
        """Run a claimed job and write how it ended; returns whether to start another attempt."""
        try:
            write_result = await self._handle(job)
            await asyncio.to_thread(self._succeed, job, write_result)
        except asyncio.CancelledError:
            job.patience.give_up()
            self._interrupted(job)
            raise
        except Superseded:
            JOBS.labels(job.kind, "superseded").inc()
            log.info("job cancelled or superseded; its result is dropped", extra=_labels(job))
            await asyncio.to_thread(self._confirm_cancel, job)
        except RETRYABLE as error:
            return await asyncio.to_thread(self._retry, job, error)
        except Exception as error:  # noqa: BLE001  (every end of a job is written down)
            await asyncio.to_thread(self._fail, job, error)
        return False

    async def _claim_shielded(self, job_id: str, worker: str) -> Job | None:
        """Claim the job; a cancellation during the claim releases it again."""
        claim = asyncio.ensure_future(asyncio.to_thread(self._claim, job_id, worker))
        try:
            return await asyncio.shield(claim)
        except asyncio.CancelledError:
            job = await claim
            if job is not None:
                self._interrupted(job)
            raise

    async def _handle(self, job: Job) -> WriteResult:
        limit = self._timeouts.get(job.kind)
        timer = asyncio.timeout(limit)
        try:
            async with timer:
                return await self._handlers[job.kind](job)
        except TimeoutError as error:
            if not timer.expired():
                raise
            detail = f"The job ran longer than the limit of {limit:g} seconds."
            raise JobTimedOut(detail) from error

    def _claim(self, job_id: str, worker: str) -> Job | None:
        with self._database.write() as session:
            row = operations.claim(session, job_id, worker)
        if row is None:
            return None
        job = self._job(row)
        if row.attempt - row.releases > self._max_attempts:
            attempts = self._max_attempts
            detail = f"The job was started {attempts} times without ending; no attempt is left."
            self._fail(job, JobGaveUp(detail))
            return None
        log.info("job started", extra=_labels(job) | {"worker": worker})
        return job

    def _job(self, row: OperationRow) -> Job:
        same = ("id", "tenant", "kind", "attempt", "request", "input_key", "base_key", "request_id")
        job = Job(
            **{name: getattr(row, name) for name in same},
            report=lambda progress: self._report(job, progress),
            patience=Patience(self._patience_seconds),
            first_look=row.first_look,
            show=lambda write: self._show(job, write),
            kept=row.kept or {},
            keep=lambda key, piece: self._keep(job, key, piece),
        )
        return job

    def _show(self, job: Job, write: Callable[[Session], Document]) -> None:
        with self._database.of(job.tenant).write() as session:
            _require(operations.report(session, job.id, job.attempt, first_look=write(session)))

    def _keep(self, job: Job, key: str, piece: Document) -> None:
        with self._database.write() as session:
            _require(operations.keep(session, job.id, job.attempt, key, piece))

    def _report(self, job: Job, progress: Progress) -> bool:
        """Write progress; a stage that does not report chains keeps the chains' last state."""
        told = {"chains": progress.chains, "parts": progress.parts}
        detail = {name: [dict(vars(each)) for each in items] for name, items in told.items()}
        values: dict[str, Any] = {
            "stage": progress.stage,
            "progress": min(max(progress.progress, 0.0), 1.0),
            "eta_seconds": progress.eta_seconds,
            **({"detail": detail} if any(told.values()) else {}),
        }
        try:
            with self._database.write() as session:
                owned = operations.report(session, job.id, job.attempt, **values)
                stop = operations.is_stop_requested(session, job.id)
        except StoreUnavailable as error:
            log.warning("progress could not be written: %s", error, extra=_labels(job))
            return True
        _require(owned)
        return not stop

    def _succeed(self, job: Job, write_result: WriteResult) -> None:
        job.patience.insist(lambda: self._write_success(job, write_result), StoreError)
        JOBS.labels(job.kind, "succeeded").inc()
        log.info("job succeeded", extra=_labels(job))

    def _write_success(self, job: Job, write_result: WriteResult) -> None:
        with self._database.of(job.tenant).write() as session:
            found = write_result(session)
            partial = isinstance(found, PartialResult)
            result = found.result if isinstance(found, PartialResult) else found
            _require(operations.succeed(session, job.id, job.attempt, result, incomplete=partial))

    def _retry(self, job: Job, error: Exception) -> bool:
        """Release the job for another attempt, or fail it if this was the last; returns which."""
        with self._database.write() as session:
            row = session.get_one(OperationRow, job.id)
            last = row.attempt - row.releases >= self._max_attempts
            if not last and operations.release(session, job.id, job.attempt, fault=True):
                JOBS.labels(job.kind, "retried").inc()
                log.warning("job failed and is retried: %s", error, extra=_labels(job))
                return True
        self._fail(job, error)
        return False

    def _fail(self, job: Job, error: Exception) -> None:
        JOBS.labels(job.kind, "failed").inc()
        problem = problem_of(error, job.request_id)
        if problem.status >= 500:
            log.error("job failed: %s", error, exc_info=error, extra=_labels(job))
        else:
            log.info("job failed: %s", problem.code, extra=_labels(job))

        def write_failure() -> None:
            with self._database.write() as session:
                operations.fail(session, job.id, job.attempt, problem.document())
                operations.confirm_cancel(session, job.id, job.attempt)

        job.patience.insist(write_failure, StoreError)

    def _interrupted(self, job: Job) -> None:
        """Confirm a requested cancel; if the worker stops instead, release the job to another.

        If the database is away, the reconciler does either once it is back.
        """
        try:
            with self._database.write() as session:
                if operations.confirm_cancel(session, job.id, job.attempt):
                    JOBS.labels(job.kind, "cancelled").inc()
                    log.info("job cancelled", extra=_labels(job))
                elif operations.release(session, job.id, job.attempt, fault=False):
                    JOBS.labels(job.kind, "handed_back").inc()
                    log.info("job interrupted; it returns to its queue", extra=_labels(job))
        except StoreError as error:
            log.warning("an interrupted job was not written down: %s", error, extra=_labels(job))

    def _confirm_cancel(self, job: Job) -> None:
        with self._database.write() as session:
            operations.confirm_cancel(session, job.id, job.attempt)


def _require(owned: bool) -> None:
    if not owned:
        raise Superseded


def _labels(job: Job) -> dict[str, Any]:
    return {
        "operation_id": job.id,
        "kind": job.kind,
        "attempt": job.attempt,
        "request_id": job.request_id,
        "tenant": job.tenant,
    }
