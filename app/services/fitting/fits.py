"""Fits: checked first, then queued as an operation."""

from dataclasses import dataclass

from app.context import Context
from app.db.models import OperationRow
from app.jobs.operations import Call
from app.services.fitting.sizes import kept_draws, require_cells, require_draws
from app.services.fitting.submission import CheckedData, RequestData, admitted, checked
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec

KIND = "fit"


@dataclass(frozen=True)
class FitOrder:
    """A requested fit: specification, sampling, data, and the names to store it under."""

    spec: ModelSpec
    sampling: SamplingSpec
    data: RequestData
    name: str | None
    project: str | None


def check(context: Context, order: FitOrder) -> CheckedData:
    """Check the order as a fit would; raises the errors for which a fit is refused."""
    require_draws(context.settings, order.sampling)
    data = checked(context, order.spec, order.data)
    draws = kept_draws(order.sampling)
    require_cells(context.settings, order.spec, data.panel, draws, "/sampling")
    return data


def submit(context: Context, order: FitOrder, call: Call) -> OperationRow:
    """Check the order and queue it."""
    data = check(context, order)
    request = {
        "spec": order.spec.model_dump(mode="json"),
        "sampling": order.sampling.model_dump(mode="json"),
        "dataset_id": order.data.dataset_id,
        "media_type": data.media_type,
        "name": order.name,
        "project": order.project,
    }
    return context.operations.submit(
        KIND,
        request,
        call,
        prepare=lambda session: admitted(session, context, data),
    )
