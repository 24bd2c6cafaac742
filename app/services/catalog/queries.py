"""Questions to a fitted model: contributions, curves, graph, what-ifs, the report."""

from typing import Any, Literal

from pydantic import Field

from app.context import Context
from app.db.models import ModelRow
from app.services.catalog import models
from mmm.attribution.contributions import By, Contributions
from mmm.attribution.contributions import contributions as decompose
from mmm.attribution.response_curves import Curves
from mmm.attribution.response_curves import curves as response_curves
from mmm.causal.answer import GraphAnswer, explain_graph
from mmm.counterfactual.answer import answer as answer_what_if
from mmm.counterfactual.question import Counterfactual, CounterfactualAnswer

VerdictStatus = Literal["trusted", "caution", "rejected"]


IsDraft = Field(default=False, description="The model's draws come from an approximation.")


class ContributionsAnswer(Contributions):
    """The decomposition, with the verdict on the model that it comes from."""

    verdict: VerdictStatus
    draft: bool = IsDraft


class CurvesAnswer(Curves):
    """The response curves, with the verdict on the model that they come from."""

    verdict: VerdictStatus
    draft: bool = IsDraft


class ModelGraphAnswer(GraphAnswer):
    """The causal graph, with the verdict on the model that was fitted to it."""

    verdict: VerdictStatus
    draft: bool = IsDraft


class CounterfactualBody(Counterfactual):
    """A what-if question; a rejected model answers only if the caller accepts that."""

    accept_rejected: bool = Field(default=False, description="Answer although the checks failed.")


def contributions(context: Context, row: ModelRow, by: By) -> ContributionsAnswer:
    """Who caused what."""
    found = decompose(models.fitted(context, row), by=by)
    return ContributionsAnswer(**dict(found), **_standing(row))


def curves(context: Context, row: ModelRow) -> CurvesAnswer:
    """Response curves of the channels."""
    found = response_curves(models.fitted(context, row))
    return CurvesAnswer(**dict(found), **_standing(row))


def graph(context: Context, row: ModelRow) -> ModelGraphAnswer:
    """The causal graph, and what is identified by it."""
    found = explain_graph(models.fitted(context, row))
    return ModelGraphAnswer(**dict(found), **_standing(row))


def _standing(row: ModelRow) -> dict[str, Any]:
    """What every answer tells of its model."""
    return {"verdict": row.verdict["status"], "draft": models.verdict_of(row).draft}


def counterfactual(
    context: Context, row: ModelRow, body: CounterfactualBody
) -> CounterfactualAnswer:
    """What if; raises QueryError, or ModelRejected."""
    warnings = models.rejection_warnings(row, accept_rejected=body.accept_rejected)
    found = answer_what_if(models.fitted(context, row), body)
    return found.model_copy(update={"warnings": (*warnings, *found.warnings)})


def report(context: Context, row: ModelRow) -> str:
    """A self-contained HTML page about the model."""
    from app.report import render

    return render(models.fitted(context, row))
