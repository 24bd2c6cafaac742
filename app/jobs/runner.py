"""Carries out one job: claims its row, calls the handler of its kind, writes how it ended.

Whatever a handler raises becomes the problem document of the failed operation. A handler returns
not its result but a function that writes it: that runs in the transaction that ends the operation,
so there is never a result without a success, nor two results of one operation.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.db import operations
from app.db.database import Database
from app.db.models import Document
from app.errors import JobGaveUp
from app.metrics import JOBS
from app.problems import problem_of
from mmm.progress import Progress

log = logging.getLogger(__name__)

Apply = Callable[[Session], Document]


@dataclass(frozen=True)
class Job:
    """One attempt of an operation; ``report`` tells the world how far it is (from any thread).

    What the job writes belongs to the operation's ``tenant``.
    """

    id: str
    tenant: str
    kind: str
    attempt: int
    request: Document
    input_key: str | None
    request_id: str | None
    report: Callable[[Progress], None]


Handler = Callable[[Job], Awaitable[Apply]]


class Superseded(Exception):
    """The operation was cancelled, or a newer attempt runs: nothing may be written."""


class JobRunner:
    """Runs jobs by id, as the engine asks for them."""

    def __init__(
        self, database: Database, handlers: Mapping[str, Handler], max_attempts: int
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._max_attempts = max_attempts

    async def run(self, job_id: str) -> None:
        """Carry out the job; returns when its operation has ended, whichever way."""
        job = await asyncio.to_thread(self._claim, job_id)
        if job is None:
            return
        with structlog.contextvars.bound_contextvars(**_labels(job)):
            await self._carry_out(job)

    async def _carry_out(self, job: Job) -> None:
        try:
            apply = await self._handlers[job.kind](job)
            await asyncio.to_thread(self._succeed, job, apply)
        except asyncio.CancelledError:
            self._interrupted(job)
            raise
        except Exception as error:  # noqa: BLE001  (every end of a job is written down)
            await asyncio.to_thread(self._fail, job, error)

    def _claim(self, job_id: str) -> Job | None:
        with self._database.write() as session:
            row = operations.claim(session, job_id)
            if row is None:
                operations.confirm_cancel(session, job_id)
                return None
            job = Job(
                id=row.id,
                tenant=row.tenant,
                kind=row.kind,
                attempt=row.attempt,
                request=row.request,
                input_key=row.input_key,
                request_id=row.request_id,
                report=lambda progress: self._report(job, progress),
            )
        if row.attempt - row.releases > self._max_attempts:
            attempts = self._max_attempts
            detail = f"The job was started {attempts} times and never ended; it was given up."
            self._fail(job, JobGaveUp(detail))
            return None
        log.info("job started", extra=_labels(job))
        return job

    def _report(self, job: Job, progress: Progress) -> None:
        """Write progress; a stage that tells nothing of chains leaves what was known of them."""
        chains = [dict(vars(chain)) for chain in progress.chains]
        detail = {"detail": {"chains": chains}} if chains else {}
        with self._database.write() as session:
            operations.report(
                session,
                job.id,
                job.attempt,
                stage=progress.stage,
                progress=min(max(progress.progress, 0.0), 1.0),
                eta_seconds=progress.eta_seconds,
                **detail,
            )

    def _succeed(self, job: Job, apply: Apply) -> None:
        try:
            with self._database.of(job.tenant).write() as session:
                result = apply(session)
                if not operations.succeed(session, job.id, job.attempt, result):
                    raise Superseded
        except Superseded:
            JOBS.labels(job.kind, "superseded").inc()
            log.info("job was cancelled or superseded; its result is dropped", extra=_labels(job))
            self._confirm(job)
            return
        JOBS.labels(job.kind, "succeeded").inc()
        log.info("job succeeded", extra=_labels(job))

    def _fail(self, job: Job, error: Exception) -> None:
        JOBS.labels(job.kind, "failed").inc()
        problem = problem_of(error, job.request_id)
        if problem.status >= 500:
            log.error("job failed: %s", error, exc_info=error, extra=_labels(job))
        else:
            log.info("job failed: %s", problem.code, extra=_labels(job))
        with self._database.write() as session:
            operations.fail(session, job.id, job.attempt, problem.document())
            operations.confirm_cancel(session, job.id)

    def _interrupted(self, job: Job) -> None:
        """Cancelled by its owner, or the service stops: then it waits for the next start."""
        with self._database.write() as session:
            if operations.confirm_cancel(session, job.id):
                JOBS.labels(job.kind, "cancelled").inc()
                log.info("job cancelled", extra=_labels(job))
            elif operations.release(session, job.id, job.attempt):
                JOBS.labels(job.kind, "handed_back").inc()
                log.info("job interrupted; it starts again with the service", extra=_labels(job))

    def _confirm(self, job: Job) -> None:
        with self._database.write() as session:
            operations.confirm_cancel(session, job.id)


def _labels(job: Job) -> dict[str, Any]:
    return {
        "operation_id": job.id,
        "kind": job.kind,
        "attempt": job.attempt,
        "request_id": job.request_id,
        "tenant": job.tenant,
    }
