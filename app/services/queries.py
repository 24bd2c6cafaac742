"""Questions to a fitted model: contributions, curves, graph, what-ifs, the report."""

from typing import Literal

from pydantic import Field

from app.context import Context
from app.db.models import ModelRow
from app.services import models
from mmm.contribution import By, Contributions
from mmm.contribution import contributions as decompose
from mmm.curves import Curves
from mmm.curves import curves as response_curves
from mmm.graph_answer import GraphAnswer, explain_graph
from mmm.intervention import answer as answer_what_if
from mmm.question import Counterfactual, CounterfactualAnswer

VerdictStatus = Literal["trusted", "caution", "rejected"]


class ContributionsAnswer(Contributions):
    """The decomposition, with the verdict on the model that it comes from."""

    verdict: VerdictStatus


class CurvesAnswer(Curves):
    """The response curves, with the verdict on the model that they come from."""

    verdict: VerdictStatus


class ModelGraphAnswer(GraphAnswer):
    """The causal graph, with the verdict on the model that was fitted to it."""

    verdict: VerdictStatus


class CounterfactualBody(Counterfactual):
    """A what-if question; a rejected model answers only if the caller accepts that."""

    accept_rejected: bool = Field(default=False, description="Answer although the checks failed.")


def contributions(context: Context, row: ModelRow, by: By) -> ContributionsAnswer:
    """Who caused what."""
    found = decompose(models.fitted(context, row), by=by)
    return ContributionsAnswer(**dict(found), verdict=row.verdict["status"])


def curves(context: Context, row: ModelRow) -> CurvesAnswer:
    """Response curves of the channels."""
    found = response_curves(models.fitted(context, row))
    return CurvesAnswer(**dict(found), verdict=row.verdict["status"])


def graph(context: Context, row: ModelRow) -> ModelGraphAnswer:
    """The causal graph, and what is identified by it."""
    found = explain_graph(models.fitted(context, row))
    return ModelGraphAnswer(**dict(found), verdict=row.verdict["status"])


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
