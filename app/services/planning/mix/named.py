"""The mixture of models that a question about a plan names, checked and loaded."""

from collections.abc import Callable, Sequence

from app.contract.plan_requests import MixedModel, PlanHorizon
from app.services.planning.responses import ModelMix
from mmm.errors import Issue, QueryError, pointer
from mmm.plan.model_mix import differences
from mmm.posterior.fitted import FittedModel


def mix_of(
    model: FittedModel,
    model_id: str,
    named: Sequence[MixedModel],
    load: Callable[[str], FittedModel],
) -> ModelMix | None:
    """The mixture that a request about ``model`` names; None where it names none.

    A model that is named twice has the sum of its weights. Raises QueryError for a mixture without
    the model itself, and for models of other channels, weeks or values; ``load`` raises its errors.
    """
    if not named:
        return None
    weights: dict[str, float] = {model_id: 0.0}
    for each in named:
        weights[each.model_id] = weights.get(each.model_id, 0.0) + each.weight
    if all(each.model_id != model_id for each in named):
        detail = f"the mixture does not name {model_id!r}, the model of this call, at any weight"
        raise QueryError([Issue("/mix", "without_the_model", detail)])
    models = {name: model if name == model_id else load(name) for name in weights}
    first = [each.model_id for each in named].index
    issues = [
        issue
        for name, other in models.items()
        if other is not model
        for issue in differences(model, other, pointer("mix", first(name), "model_id"))
    ]
    if issues:
        raise QueryError(issues)
    return ModelMix(tuple(models.values()), tuple(weights.values()))


def require_mix(coming: PlanHorizon, mix: ModelMix | None) -> None:
    """Raise QueryError for a question that names a mixture where none can be looked up."""
    if coming.mix and mix is None:
        detail = "models are named by the ids of a service, and this answer has only one model"
        raise QueryError([Issue("/mix", "no_models", detail)])
