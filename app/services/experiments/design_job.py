"""Designing a test as a queued operation."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.context import Context
from app.contract.experiments.design import DesignBody
from app.db.models import ModelRow, OperationRow
from app.intake.tables import read_geo_history
from app.jobs.job import Job, WriteResult
from app.jobs.operations import Call
from app.services.catalog import models
from app.services.catalog.finite import finite_document
from app.services.experiments.design_answer import design_answer, question_of
from app.services.fitting.submission import RequestData, request_table
from app.services.planning import plan_jobs
from app.store.port import ArtefactStore
from mmm.errors import Issue, QueryError
from mmm.experiments.design import checked
from mmm.experiments.history import History, history_of
from mmm.experiments.reading.question import HistoryColumns
from mmm.posterior.fitted import FittedModel
from mmm.progress import Progress
from optimizer.watch import Watch

KIND = "design"
MOST_CELLS = 40_000
"""Periods times regions of a history that comes with the question."""


def submit(context: Context, row: ModelRow, body: DesignBody, call: Call) -> OperationRow:
    """Check the question and queue it; raises QueryError and ModelRejected."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    model = models.fitted(context, row)
    history = _history(context, model, body)
    checked(model, history, question_of(model, body))
    # The job has the numbers themselves: the data set may be gone when it runs.
    numbers = {"geos": history.geos, "daily": history.daily, "kpi": history.kpi.tolist()}
    asked = body.model_copy(update={"history": None})
    own = {"history": numbers if body.history else None}
    return plan_jobs.queue(context, row, KIND, asked, warnings, call, own)


def _history(context: Context, model: FittedModel, body: DesignBody) -> History:
    """Sales by geo: those of the request, or the model's own; raises DataError and QueryError."""
    if body.history is None:
        return history_of(model)
    if len(model.panel.geos) > 1:
        detail = "the model has regions, and the history with them; leave it out"
        raise QueryError([Issue("/history", "has_geos", detail)])
    columns = HistoryColumns.model_validate(body.history.model_dump(exclude={"data"}))
    table = request_table(context, RequestData.of(body.history.data)).sent
    history = context.intake.run(table.size, read_geo_history, table, columns)
    if history.kpi.size > MOST_CELLS:
        detail = (
            f"{len(history.kpi):,} periods of {len(history.geos):,} regions are more than the "
            f"{MOST_CELLS:,} numbers that a design takes: leave out the earliest, or give weeks"
        )
        raise QueryError([Issue("/history", "too_many", detail)])
    return history


@dataclass(frozen=True)
class DesignJob:
    """Handler of operations of kind ``design``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Search in a thread, which ends soon after the job is cancelled."""

        def report(share: float) -> None:
            job.report(Progress("optimizing", share))

        return await plan_jobs.solve_in_thread(lambda caller: self._design(job, caller), report)

    def _design(self, job: Job, caller: Watch) -> WriteResult:
        model = plan_jobs.model_of(job, self.store)
        second = plan_jobs.second_model_of(job, self.store).fitted
        body = DesignBody.model_validate(job.request["body"])
        history = _stored(job.request["history"]) or history_of(model)
        answer = design_answer(model, second, body, history, job.request["warnings"], caller)
        document = finite_document(answer)
        return lambda _: {"design": document}


def _stored(given: dict[str, Any] | None) -> History | None:
    if given is None:
        return None
    return History(tuple(given["geos"]), np.array(given["kpi"], dtype=np.float64), given["daily"])
