"""The models that a request's mixture names, found among the tenant's own."""

from app.context import Context
from app.contract.plan_requests import AllocateBody, GivenPlan
from app.db.models import ModelRow
from app.services.catalog import models
from app.services.planning.mix.named import mix_of
from app.services.planning.responses import ModelMix
from mmm.posterior.fitted import FittedModel

type Asked = AllocateBody | GivenPlan


def mix_of_question(
    context: Context, row: ModelRow, body: Asked
) -> tuple[ModelMix | None, list[str]]:
    """The mixture of a question about the model ``row``, and how its other models stand.

    Raises NotFound for an id that is not of the tenant, ModelRejected, and QueryError for a model
    of other data.
    """
    if not body.mix:
        return None, []
    warnings: list[str] = []

    def load(model_id: str) -> FittedModel:
        other = models.find(context, model_id)
        told = models.rejection_warnings(other, accept_rejected=body.accept_rejected)
        warnings.extend(f"{model_id}: {line}" for line in told)
        return models.fitted(context, other)

    mix = mix_of(models.fitted(context, row), row.id, body.mix, load)
    return mix, warnings


def mixed_files(context: Context, row: ModelRow, body: Asked) -> dict[str, str]:
    """The keys of the files of a mixture's models, by their ids; empty without a mixture."""
    return {
        each.model_id: row.artefact_key
        if each.model_id == row.id
        else models.find(context, each.model_id).artefact_key
        for each in body.mix
    }
