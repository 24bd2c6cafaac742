"""Plan questions as queued operations: checked on submission, queued with their model."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.context import Context
from app.contract.documents import SecondModelDocument
from app.contract.plan_requests import AllocateBody
from app.db.models import ModelRow, OperationRow
from app.jobs.job import Job
from app.jobs.operations import Call
from app.services.administration.quotas import check_operations
from app.services.catalog import models
from app.services.catalog.second_models import second_document
from app.services.planning.mix.lookup import mix_of_question, mixed_files
from app.services.planning.mix.named import mix_of
from app.services.planning.queries import cached_responder
from app.services.planning.responses import ModelMix
from app.services.planning.second_opinion import NO_SECOND_MODEL, SecondModel
from app.services.planning.units import require_one_margin
from app.store.port import ArtefactStore
from mmm.errors import ArtefactError
from mmm.posterior.fitted import FittedModel, load_model
from optimizer.problem import AllocationProblem
from optimizer.solve.allocate import case_of
from optimizer.watch import Watch


def submit(
    context: Context,
    row: ModelRow,
    kind: str,
    body: AllocateBody,
    problems: Iterable[AllocationProblem],
    call: Call,
) -> OperationRow:
    """Check every problem of ``body`` and queue it; raises the errors of ``allocate``."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    model = models.fitted(context, row)
    mix, of_mix = mix_of_question(context, row, body)
    respond = cached_responder(context, row, mix)
    require_one_margin(model, body.objective)
    response = respond(model, body, body.objective.response_unit, None)
    for problem in problems:
        case_of(problem, response, response.current)
    files = {"mix": mixed_files(context, row, body)}
    return queue(context, row, kind, body, [*warnings, *of_mix], call, files)


def queue(
    context: Context,
    row: ModelRow,
    kind: str,
    body: BaseModel,
    warnings: Sequence[str],
    call: Call,
    more: Mapping[str, Any] | None = None,
) -> OperationRow:
    """Queue a question that was checked, with its model and second model; ``more`` is what the job
    needs beside the body."""
    second = second_document(row)
    request = {
        "body": body.model_dump(mode="json"),
        "warnings": [*warnings],
        "second": None if second is None else second.model_dump(mode="json"),
        **(more or {}),
    }

    def prepare(session: Session) -> str:
        models.lock_against_deletion(session, row.id)
        check_operations(session, context.settings)
        return row.artefact_key

    return context.operations.submit(kind, request, call, prepare, base_key=row.second_key)


async def solve_in_thread[Result](
    work: Callable[[Watch], Result], report: Callable[[float], None]
) -> Result:
    """Run ``work`` in a thread. The watch that it gets ends it once this call is cancelled, and
    tells ``report`` the share that is done."""
    left = Event()
    try:
        return await asyncio.to_thread(work, Watch(left.is_set, report))
    finally:
        left.set()


def mix_of_job(
    job: Job, store: ArtefactStore, model: FittedModel, body: AllocateBody
) -> ModelMix | None:
    """The mixture that the job was queued with; raises ArtefactError for a model that was deleted
    meanwhile."""
    files: Mapping[str, str] = job.request.get("mix") or {}
    own = next((name for name, key in files.items() if key == job.input_key), "")
    return mix_of(model, own, body.mix, lambda name: load_model(store.path(files[name])))


def model_of(job: Job, store: ArtefactStore) -> FittedModel:
    """Load the model that the job was queued with; raises ArtefactError."""
    if job.input_key is None:
        raise ArtefactError("The operation has no model.")
    return load_model(store.path(job.input_key))


def second_model_of(job: Job, store: ArtefactStore) -> SecondModel:
    """The second model as it was when the job was queued; raises ArtefactError."""
    document = job.request.get("second")
    if document is None:
        return NO_SECOND_MODEL
    fitted = None if job.base_key is None else load_model(store.path(job.base_key))
    return SecondModel(SecondModelDocument.model_validate(document), fitted)
