"""Fits: checked first, then queued as an operation."""

from dataclasses import dataclass

from app.context import Context
from app.db.models import OperationRow
from app.errors import InvalidRequest
from app.services.submission import Checked, Data, admitted, checked
from mmm.errors import Issue
from mmm.spec import ModelSpec, SamplingSpec

KIND = "fit"


@dataclass(frozen=True)
class FitOrder:
    """What is to be fitted."""

    spec: ModelSpec
    sampling: SamplingSpec
    data: Data
    name: str | None
    project: str | None


def check(context: Context, order: FitOrder) -> Checked:
    """What the order holds; raises what a fit of it would be refused for."""
    require_draws(context, order.sampling)
    found = checked(context, order.spec, order.data)
    _refuse_too_large(order, found, context.settings.max_fit_cells)
    return found


def require_draws(context: Context, sampling: SamplingSpec) -> None:
    """Raise InvalidRequest for more draws than the service allows."""
    total = (sampling.draws + sampling.tune) * sampling.chains
    limit = context.settings.max_draws
    if total > limit:
        detail = f"(draws + tune) x chains is {total}; the limit is {limit}"
        raise InvalidRequest([Issue("/sampling", "too_many_draws", detail)])


def _refuse_too_large(order: FitOrder, found: Checked, limit: int) -> None:
    """What each limit alone lets pass may still be more than a machine can hold."""
    rows = len(found.panel.weeks) * len(found.panel.geos)
    columns = len({column for column, _ in order.spec.column_pointers})
    draws = order.sampling.draws * order.sampling.chains
    cells = rows * columns * draws
    if cells > limit:
        detail = (
            f"{rows} rows x {columns} columns x {draws} draws are {cells} cells; the limit is "
            f"{limit}. Ask for fewer draws or chains, or raise PRUDENT_MAX_FIT_CELLS."
        )
        raise InvalidRequest([Issue("/sampling", "too_many_cells", detail)])


def submit(context: Context, order: FitOrder, request_id: str | None) -> OperationRow:
    """Check the order and queue it."""
    found = check(context, order)
    request = {
        "spec": order.spec.model_dump(mode="json"),
        "sampling": order.sampling.model_dump(mode="json"),
        "dataset_id": order.data.dataset_id,
        "media_type": found.media_type,
        "name": order.name,
        "project": order.project,
    }
    return context.operations.submit(
        KIND,
        request,
        request_id=request_id,
        prepare=lambda session: admitted(session, context, found),
    )
