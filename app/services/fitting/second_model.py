"""The second model: a rival of another structure, fitted once after each model, for its plans.

It is an operation of its own, of lowest priority, written in one transaction with the model: it may
fail, be cancelled or wait without costing the model anything. What became of it is read by
``app.services.catalog.second_models``.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.models import Document, ModelRow
from app.db.operations import queued
from app.db.row_locks import lock_for_change
from app.jobs.job import Job, WriteResult
from app.jobs.kinds import SECOND_MODEL
from app.services.fitting.fit_run import FitRun
from app.services.fitting.model_row import StoredFit
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import ModelSpec
from mmm.spec.rival import rival_of


def add_second_model(
    session: Session, job: Job, row: ModelRow, model: FittedModel, *, enabled: bool
) -> None:
    """Queue the second model of a new row; else the row says why there is none."""
    rival = rival_of(ModelSpec.model_validate(job.request["spec"]))
    row.second = {"structure": rival.structure}
    reason = _reason_for_none(job, model, enabled=enabled)
    if reason is not None:
        row.second["reason"] = reason
        return
    request = {
        **job.request,
        "spec": rival.spec.model_dump(mode="json"),
        "second_of": row.id,
    }
    operation = queued(SECOND_MODEL, request, job.request_id, "low")
    operation.input_key, operation.base_key = job.input_key, job.base_key
    session.add(operation)
    row.second_operation_id = operation.id


def _reason_for_none(job: Job, model: FittedModel, *, enabled: bool) -> str | None:
    if not enabled:
        return "second models are switched off here (PRUDENT_SECOND_MODELS)"
    if not job.request.get("second_model", True):
        return "the fit was asked for without one"
    if model.method.sampling.draft:
        return "a draft has none"
    if model.incomplete:
        return "the fit was stopped early"
    return None


@dataclass(frozen=True)
class SecondModelJob:
    """Handler of operations of kind ``second_model``."""

    run: FitRun

    async def __call__(self, job: Job) -> WriteResult:
        """Fit the rival; its draws are kept if its chains agree."""
        return await self.run(job, lambda fit: lambda session: _write(session, job, fit))


def _write(session: Session, job: Job, fit: StoredFit) -> Document:
    model_id = job.request["second_of"]
    row = lock_for_change(session, ModelRow, model_id)
    if row is None:
        return {"model_id": None}
    failed = fit.model.verdict.chain_failure
    if failed is not None:
        row.second = {**(row.second or {}), "reason": f"its chains do not agree: {failed}"}
    else:
        row.second_key = fit.key
        row.bytes += fit.bytes
    return {"model_id": row.id}
