"""Allocation as a queued operation, for callers that do not wait for the response."""

import asyncio
from dataclasses import dataclass

from app.context import Context
from app.contract.plan_requests import AllocateBody
from app.db.models import ModelRow, OperationRow
from app.jobs.operations import Call
from app.jobs.runner import Job, WriteResult
from app.services.catalog.finite import finite_document
from app.services.planning import plan_jobs
from app.services.planning.allocate import allocate_model
from app.store.port import ArtefactStore

KIND = "allocate"


def submit(context: Context, row: ModelRow, body: AllocateBody, call: Call) -> OperationRow:
    """Check the request and queue it; raises the errors of ``allocate``."""
    return plan_jobs.submit(context, row, KIND, body, (body,), call)


@dataclass(frozen=True)
class AllocateJob:
    """Handler of operations of kind ``allocate``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Solve in a thread; the result of a cancelled job is dropped."""
        return await asyncio.to_thread(self._solve, job)

    def _solve(self, job: Job) -> WriteResult:
        model = plan_jobs.model_of(job, self.store)
        body = AllocateBody.model_validate(job.request["body"])
        second = plan_jobs.second_model_of(job, self.store)
        allocation = allocate_model(model, body, job.request["warnings"], second=second)
        document = finite_document(allocation)
        return lambda _: {"allocation": document}
