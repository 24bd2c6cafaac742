"""Fits: checked first, then queued as an operation."""

from dataclasses import dataclass

from app.context import Context
from app.db.models import OperationRow
from app.jobs.operations import Call
from app.services.fitting.sizes import kept_draws, require_cells, require_draws
from app.services.fitting.submission import CheckedData, RequestData, check_data, store_data
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec

KIND = "fit"


@dataclass(frozen=True)
class FitSubmission:
    """A requested fit: specification, sampling, data, and the names to store it under."""

    spec: ModelSpec
    sampling: SamplingSpec
    data: RequestData
    name: str | None
    project: str | None
    second_model: bool = True


def check(context: Context, submission: FitSubmission) -> CheckedData:
    """Check the submission as a fit would; raises the errors for which a fit is refused."""
    require_draws(context.settings, submission.sampling)
    data = check_data(context, submission.spec, submission.data)
    draws = kept_draws(submission.sampling)
    require_cells(context.settings, submission.spec, data.panel, draws, "/sampling")
    return data


def submit(context: Context, submission: FitSubmission, call: Call) -> OperationRow:
    """Check the submission and queue it."""
    data = check(context, submission)
    request = {
        "spec": submission.spec.model_dump(mode="json"),
        "sampling": submission.sampling.model_dump(mode="json"),
        "dataset_id": submission.data.dataset_id,
        "media_type": data.table.sent.media_type,
        "read": data.panel.recipe.model_dump(mode="json", exclude_defaults=True),
        "name": submission.name,
        "project": submission.project,
        "second_model": submission.second_model,
    }
    return context.operations.submit(KIND, request, call, store_data(context, data))
