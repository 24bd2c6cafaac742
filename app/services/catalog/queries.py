"""Queries to a fitted model: contributions, response curves, causal graph, what-if questions."""

from typing import Any

from app.context import Context
from app.contract.query_answers import (
    ContributionsAnswer,
    CounterfactualBody,
    CurvesAnswer,
    ModelGraphAnswer,
    WeeksAnswer,
)
from app.db.models import ModelRow
from app.services.catalog import models
from mmm.attribution.answers import Breakdown
from mmm.attribution.contributions import contributions as decompose
from mmm.attribution.response_curves import response_curves
from mmm.attribution.weeks import observed_weeks
from mmm.causal.explain_graph import explain_graph
from mmm.counterfactual.answer import answer as answer_what_if
from mmm.counterfactual.question import CounterfactualAnswer


def contributions(context: Context, row: ModelRow, by: Breakdown) -> ContributionsAnswer:
    """The decomposition of the KPI into contributions."""
    answer = decompose(models.fitted(context, row), by=by)
    return ContributionsAnswer(**dict(answer), **_model_status(row))


def curves(context: Context, row: ModelRow) -> CurvesAnswer:
    """Response curves of the channels."""
    answer = response_curves(models.fitted(context, row))
    return CurvesAnswer(**dict(answer), **_model_status(row))


def weeks(context: Context, row: ModelRow) -> WeeksAnswer:
    """The observed weeks: what was sold and spent, and what the model expects of each."""
    answer = observed_weeks(models.fitted(context, row))
    return WeeksAnswer(**dict(answer), **_model_status(row))


def graph(context: Context, row: ModelRow) -> ModelGraphAnswer:
    """The causal graph, and which effects it identifies."""
    answer = explain_graph(models.fitted(context, row))
    return ModelGraphAnswer(**dict(answer), **_model_status(row))


def _model_status(row: ModelRow) -> dict[str, Any]:
    """The verdict and draft status that every answer carries."""
    return {"verdict": row.verdict["status"], "draft": models.verdict_of(row).draft}


def counterfactual(
    context: Context, row: ModelRow, body: CounterfactualBody
) -> CounterfactualAnswer:
    """What if; raises QueryError, or ModelRejected."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    answer = answer_what_if(models.fitted(context, row), body)
    return answer.model_copy(update={"warnings": (*warnings, *answer.warnings)})
