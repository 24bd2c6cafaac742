"""Questions about plans of a stored model, answered with its cached plan responses."""

from app.context import Context
from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.contract.plan_odds import PlanOdds
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, GivenPlan
from app.db.models import ModelRow
from app.runtime.cache import CacheKey
from app.services.catalog import models
from app.services.catalog.second_models import second_document
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation, with_profiles
from app.services.planning.mix.lookup import mix_of_question
from app.services.planning.moves.causal import causal_response, own_phasing
from app.services.planning.moves.under_test import with_running
from app.services.planning.plan_odds import plan_odds
from app.services.planning.responses import (
    CachedResponses,
    ModelMix,
    Respond,
    horizon_question,
    response_bytes,
)
from app.services.planning.second_opinion import SecondModel
from mmm.plan.of_models import PlanOfModels
from optimizer.watch import UNWATCHED, Watch


def cached_responder(context: Context, row: ModelRow, mix: ModelMix | None = None) -> Respond:
    """The cached plan responses of this model, or of a mixture that is asked of it."""
    return CachedResponses(context.cache, row.artefact_key, mix)


def second_model_of(context: Context, row: ModelRow) -> SecondModel:
    """The second model of a row, with cached plan responses of its own."""
    if row.second_key is None:
        return SecondModel(second_document(row))
    respond = CachedResponses(context.cache, row.second_key)
    return SecondModel(second_document(row), models.second_fitted(context, row), respond)


def allocate(
    context: Context, row: ModelRow, body: AllocateBody, caller: Watch = UNWATCHED
) -> AllocationAnswer:
    """The optimal plan; raises its errors, ModelRejected and Cancelled."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    model = models.fitted(context, row)
    mix, of_mix = mix_of_question(context, row, body)
    respond, second = cached_responder(context, row, mix), second_model_of(context, row)
    body = with_running(context, row, body)
    return allocate_model(model, body, [*warnings, *of_mix], respond, second, caller, mix)


def odds_of_plan(context: Context, row: ModelRow, body: GivenPlan) -> PlanOdds:
    """How a plan compares with today's; raises its errors and ModelRejected."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    model, coming = models.fitted(context, row), with_profiles(body)
    unit, own = body.objective.response_unit, own_phasing(coming)
    mix, of_mix = mix_of_question(context, row, body)

    def causal(asked: GivenPlan) -> PlanOfModels:
        second = None if row.second_key is None else models.second_fitted(context, row)
        return causal_response(mix or model, second, asked, unit)

    def cached(asked: GivenPlan) -> PlanOfModels:
        key = CacheKey(
            "response",
            f"{row.artefact_key} {row.second_key}",
            f"causal {unit} {horizon_question(asked)}",
        )
        return context.cache.get(key, lambda: causal(asked), response_bytes)

    # Weeks and geos that are typed are hardly asked for again; today's plan is, at each number.
    response = causal(coming) if own is not coming else cached(coming)
    today = cached(own) if own is not coming else None
    return plan_odds(model, body, response, today, (*warnings, *of_mix))


def evaluate_plan(
    context: Context, row: ModelRow, body: EvaluatePlanBody, caller: Watch = UNWATCHED
) -> PlanEvaluation:
    """Evaluate a plan; raises its errors, ModelRejected and Cancelled."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    model = models.fitted(context, row)
    mix, of_mix = mix_of_question(context, row, body)
    respond, second = cached_responder(context, row, mix), second_model_of(context, row)
    body = with_running(context, row, body)
    return evaluation(model, body, [*warnings, *of_mix], respond, second, caller, mix)
