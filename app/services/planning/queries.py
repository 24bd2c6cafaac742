"""Questions about plans of a stored model, answered with its cached plan responses."""

from app.context import Context
from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.db.models import ModelRow
from app.services.catalog import models
from app.services.catalog.second_models import second_document
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.responses import CachedResponses, Respond
from app.services.planning.second_opinion import SecondModel
from optimizer.watch import UNWATCHED, Watch


def cached_responder(context: Context, row: ModelRow) -> Respond:
    """The cached plan responses of this model."""
    return CachedResponses(context.cache, row.artefact_key)


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
    model, respond = models.fitted(context, row), cached_responder(context, row)
    return allocate_model(model, body, warnings, respond, second_model_of(context, row), caller)


def evaluate_plan(
    context: Context, row: ModelRow, body: EvaluatePlanBody, caller: Watch = UNWATCHED
) -> PlanEvaluation:
    """Evaluate a plan; raises its errors, ModelRejected and Cancelled."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    model, respond = models.fitted(context, row), cached_responder(context, row)
    return evaluation(model, body, warnings, respond, second_model_of(context, row), caller)
