"""Allocation as an operation, for callers that would rather not hold the line."""

import asyncio
from dataclasses import dataclass

from app.context import Context
from app.contract.plan_requests import AllocateBody
from app.db.models import ModelRow, OperationRow
from app.jobs.operations import Call
from app.jobs.runner import Job, WriteResult
from app.services.catalog.json_numbers import without_nan
from app.services.planning import plan_jobs
from app.services.planning.allocate import answer
from app.store.port import ArtefactStore

KIND = "allocate"


def submit(context: Context, row: ModelRow, body: AllocateBody, call: Call) -> OperationRow:
    """Check the request, and queue it; raises as ``allocate`` does."""
    return plan_jobs.submit(context, row, KIND, body, (body,), call)


@dataclass(frozen=True)
class AllocateJob:
    """Handler of operations of kind ``allocate``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Solve in a thread; what a cancelled job still solves is dropped."""
        return await asyncio.to_thread(self._solve, job)

    def _solve(self, job: Job) -> WriteResult:
        model = plan_jobs.model_of(job, self.store)
        found = answer(
            model, AllocateBody.model_validate(job.request["body"]), job.request["warnings"]
        )
        document = without_nan(found.model_dump(mode="json"))
        return lambda _: {"allocation": document}
