"""Refits: new weeks are compared with the model's data, then queued as an operation."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.context import Context
from app.db.models import ModelRow, OperationRow
from app.errors import InvalidRequest, NotFound
from app.intake.tables import continue_data, without_draws
from app.jobs.operations import Call
from app.services.administration.quotas import check_bytes, check_operations, store_if_allowed
from app.services.catalog import models
from app.services.fitting.sizes import kept_draws, require_cells, require_draws
from app.services.fitting.submission import RequestData, in_request, request_table
from mmm.errors import Issue
from mmm.refit.report import StabilityReport
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec
from mmm.tables.formats import CSV
from mmm.tables.recipe import written_recipe

KIND = "refit"


@dataclass(frozen=True)
class RefitSubmission:
    """A requested refit; ``spec`` and ``sampling`` are None to keep those of the model."""

    data: RequestData
    spec: ModelSpec | None
    sampling: SamplingSpec | None
    accept_restated: bool
    name: str | None
    project: str | None
    second_model: bool = True


def submit(
    context: Context, row: ModelRow, submission: RefitSubmission, call: Call
) -> OperationRow:
    """Check the submission against the model and queue it.

    Raises NotFound, FirstLookOnly, InvalidRequest, DataError or SpecError; each restated value is
    an issue.
    """
    models.refuse_first_look(row)
    model = models.fitted(context, row)
    sampling, spec = submission.sampling or model.method.sampling, submission.spec or model.spec
    require_draws(context.settings, sampling)
    table = request_table(context, submission.data).sent
    with in_request():
        continued = context.intake.run(
            table.size, continue_data, without_draws(model), table, spec, submission.accept_restated
        )
    require_cells(context.settings, spec, continued.panel, kept_draws(sampling), "/sampling")
    if spec == model.spec and not continued.changed:
        last = model.panel.weeks[-1]
        detail = f"the data end on {last}, like the model's; append the weeks after it"
        raise InvalidRequest([Issue("/data", "nothing_new", detail)])
    request = {
        "spec": spec.model_dump(mode="json"),
        "sampling": sampling.model_dump(mode="json"),
        "dataset_id": None,
        "media_type": CSV,
        "read": written_recipe().model_dump(mode="json", exclude_defaults=True),
        "name": submission.name or row.name,
        "project": submission.project or row.project,
        "second_model": submission.second_model,
        "base": {"model_id": row.id},
    }
    content = continued.content

    def check(session: Session) -> None:
        models.lock_against_deletion(session, row.id)
        check_operations(session, context.settings)
        check_bytes(session, context.settings, len(content))

    prepare = store_if_allowed(context.database, check, lambda: context.store.put(content))
    return context.operations.submit(KIND, request, call, prepare, base_key=row.artefact_key)


def stability_of(row: ModelRow) -> StabilityReport:
    """The stability report of a refit; raises NotFound for a model that is not a refit."""
    if row.stability is None:
        raise NotFound("stability report of the model", row.id)
    return StabilityReport.model_validate(row.stability)
