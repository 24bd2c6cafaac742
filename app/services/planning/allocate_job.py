"""Allocation as a queued operation, for callers that do not wait for the response."""

from dataclasses import dataclass

from app.context import Context
from app.contract.plan_requests import AllocateBody
from app.db.models import ModelRow, OperationRow
from app.jobs.job import Job, WriteResult
from app.jobs.operations import Call
from app.services.catalog.finite import finite_document
from app.services.planning import plan_jobs
from app.services.planning.allocate import allocate_model
from app.services.planning.moves.under_test import with_running
from app.services.planning.responses import response_of
from app.store.port import ArtefactStore
from mmm.progress import Progress
from optimizer.watch import Watch

KIND = "allocate"


def submit(context: Context, row: ModelRow, body: AllocateBody, call: Call) -> OperationRow:
    """Check the request and queue it; raises the errors of ``allocate``."""
    body = with_running(context, row, body)
    return plan_jobs.submit(context, row, KIND, body, (body,), call)


@dataclass(frozen=True)
class AllocateJob:
    """Handler of operations of kind ``allocate``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Solve in a thread, which ends soon after the job is cancelled."""

        def report(share: float) -> None:
            job.report(Progress("optimizing", share))

        return await plan_jobs.solve_in_thread(lambda caller: self._solve(job, caller), report)

    def _solve(self, job: Job, caller: Watch) -> WriteResult:
        model = plan_jobs.model_of(job, self.store)
        body = AllocateBody.model_validate(job.request["body"])
        second = plan_jobs.second_model_of(job, self.store)
        mix = plan_jobs.mix_of_job(job, self.store, model, body)
        allocation = allocate_model(
            model, body, job.request["warnings"], mix or response_of, second, caller, mix
        )
        document = finite_document(allocation)
        return lambda _: {"allocation": document}
