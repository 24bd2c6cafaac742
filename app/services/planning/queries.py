"""Questions about plans of a stored model, answered with its cached plan responses."""

from app.context import Context
from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody
from app.db.models import ModelRow
from app.services.catalog import models
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.responses import CachedResponses, Respond


def cached_responder(context: Context, row: ModelRow) -> Respond:
    """The cached plan responses of this model."""
    return CachedResponses(context.cache, row.artefact_key)


def allocate(context: Context, row: ModelRow, body: AllocateBody) -> AllocationAnswer:
    """The optimal plan; raises ModelRejected, QueryError, InvalidProblem or Infeasible."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    return allocate_model(
        models.fitted(context, row), body, warnings, cached_responder(context, row)
    )


def evaluate_plan(context: Context, row: ModelRow, body: EvaluatePlanBody) -> PlanEvaluation:
    """Evaluate a plan; raises ModelRejected, QueryError, InvalidProblem or Infeasible."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    return evaluation(models.fitted(context, row), body, warnings, cached_responder(context, row))
