"""Tests of a model as a queued operation, whose record is kept with the model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.context import Context
from app.contract.trust.tests import TrustBody
from app.db.models import Document, ModelRow, OperationRow
from app.db.row_locks import lock_for_change
from app.errors import NotFound
from app.jobs.job import Job, PartialResult, WriteResult
from app.jobs.kinds import TRUST
from app.jobs.operations import Call
from app.services.catalog import models
from app.services.catalog.tested import tested_row
from app.services.trust.queue import queue_test
from app.services.trust.task_run import TaskRun
from mmm.errors import ArtefactError, QueryError
from mmm.posterior.trust.record import TrustRecord, record_from_json
from mmm.trust.parts import asked_parts


def submit(context: Context, row: ModelRow, body: TrustBody, call: Call) -> OperationRow:
    """Check what is asked against the model and queue it, with the lowest priority.

    Raises QueryError, FirstLookOnly, TestRunning and TooManyRequests.
    """
    models.refuse_first_look(row)
    model = models.fitted(context, row)
    try:
        asked, costs = asked_parts(model, body.parts, record_from_json(row.trust))
    except QueryError as error:
        raise QueryError(issue.under("/parts") for issue in error.issues) from error
    fits = max(1, sum(cost.fits for cost in costs.values()))
    request: dict[str, Any] = {
        "model_id": row.id,
        "parts": {name: options.model_dump(mode="json") for name, options in asked.items()},
        "record": row.trust,
    }

    return queue_test(context, TRUST, row, request, fits, call)


def record_of(row: ModelRow) -> TrustRecord:
    """The trust record of a model; raises NotFound where nothing was run."""
    record = record_from_json(row.trust)
    if record is None:
        raise NotFound("trust record of the model", row.id)
    return record


@dataclass(frozen=True)
class TrustJob:
    """Handler of operations of kind ``trust``."""

    run: TaskRun

    async def __call__(self, job: Job) -> WriteResult:
        """Test in a separate process, which is killed at once when this call is cancelled."""
        if job.input_key is None:
            raise ArtefactError("The operation has no model.")
        asked = {"parts": job.request["parts"], "record": job.request["record"]}

        def finish(answer: Document, _: Path) -> WriteResult:
            found = TrustRecord.model_validate(answer)
            return lambda session: _write(session, job, found)

        return await self.run(job, TRUST, asked, {"model": job.input_key}, finish)


def _write(session: Session, job: Job, found: TrustRecord) -> Document | PartialResult:
    row = lock_for_change(session, ModelRow, job.request["model_id"])
    if row is None:
        return {"model_id": None, "parts": []}
    tested_row(row, found)
    result = {"model_id": row.id, "parts": list(found.ran), "refused": found.refused}
    return result if {*job.request["parts"]} <= {*found.ran} else PartialResult(result)
