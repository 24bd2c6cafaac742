"""The response that moves are judged by: both models, each effect cut to its causal share, against
today's plan."""

from collections.abc import Sequence

from app.contract.plan_requests import PlanHorizon
from app.contract.planned_spend import GainByTime
from app.services.planning.responses import ModelMix, gain_over, response_of
from mmm.evidence.causal_share import causal_shares
from mmm.plan.curves import ObjectiveUnit
from mmm.plan.discount import discounted
from mmm.plan.of_models import PlanOfModels, plan_of_models
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array

DRAWS = 1000
"""Of each model, evenly spaced: the search asks them hundreds of times."""


def causal_response(
    model: FittedModel | ModelMix,
    second: FittedModel | None,
    coming: PlanHorizon,
    unit: ObjectiveUnit,
    price: float | None = None,
) -> PlanOfModels:
    """The response of both models, each effect cut to its causal share; raises QueryError.

    A mixture in the place of the model is one model, of the draws of its own.
    """
    if isinstance(model, FittedModel):
        causal = causal_models(model, second)
        return plan_of_models([response_of(each, coming, unit, price) for each in causal])
    graded = model.models[0]
    mixed = model.each(lambda each: _causal(each, graded))(graded, coming, unit, price)
    if second is None:
        return plan_of_models([mixed])
    return plan_of_models([mixed, response_of(_causal(second, graded), coming, unit, price)])


def causal_models(model: FittedModel, second: FittedModel | None) -> list[FittedModel]:
    """Both models with some of their draws, each effect cut to its causal share."""
    return [_causal(each, model) for each in (model, second) if each is not None]


def _causal(model: FittedModel, graded: FittedModel) -> FittedModel:
    """Some draws of ``model``, each effect cut to its share by the evidence of ``graded``."""
    thinned = model.thinned(DRAWS)
    return discounted(thinned, causal_shares(graded, thinned.posterior.n_draws))


def todays_response(
    model: FittedModel | ModelMix,
    second: FittedModel | None,
    coming: PlanHorizon,
    judged: PlanOfModels,
    price: float | None = None,
) -> PlanOfModels:
    """The response in which today's plan has its own weeks and geos, with own spend after the
    horizon as in ``judged``: where the weeks or geos of a plan are given, those are the plan's
    alone.  Raises QueryError."""
    own = own_phasing(coming)
    if own is coming:
        return judged
    return going_on_as(judged, causal_response(model, second, own, judged.on, price))


def going_on_as(judged: PlanOfModels, today: PlanOfModels) -> PlanOfModels:
    """``today`` with own spend after the horizon as in ``judged``."""
    return today if judged.after is None else today.going_on_at(judged.after)


def own_phasing[Coming: PlanHorizon](coming: Coming) -> Coming:
    """The question without given weeks and geos; itself where none are given."""
    given = ("profile", "split", "weeks_by_geo")
    if not any(getattr(coming.phasing, name) for name in given):
        return coming
    phasing = coming.phasing.model_copy(update={name: {} for name in given})
    return coming.model_copy(update={"phasing": phasing})


def gains_of(
    response: PlanOfModels, spend: Array, earned: float, today: PlanOfModels
) -> tuple[Array, ...]:
    """(draw,) gain of ``spend (cell,)`` over the current plan of ``today`` by each model."""
    gain = gain_over(response, spend, today.current, earned, today)
    return tuple(gain[response.models == index] for index in range(len(response.parts)))


def least_favourable(gains: Sequence[Array]) -> int:
    """The position of the model that expects less, of ``gains``, (draw,) by each model."""
    return min(range(len(gains)), key=lambda model: float(gains[model].mean()))


def gain_by_time(
    gains: Sequence[Array],
    response: PlanOfModels,
    spend: Array,
    earned: float,
    today: PlanOfModels,
) -> GainByTime:
    """When the ``gains_of`` of a plan come, by the model that expects less."""
    least = least_favourable(gains)
    inside = gains_of(response.within_horizon, spend, earned, today.within_horizon)[least]
    return GainByTime(inside=summarize(inside), later=summarize(gains[least] - inside))
