"""The answers of queries to a model, and the body of a what-if question."""

from typing import Literal

from pydantic import Field

from mmm.attribution.answers import ContributionReport, ObservedWeeks, ResponseCurves
from mmm.causal.graph_answer import GraphAnswer
from mmm.counterfactual.question import Counterfactual

VerdictStatus = Literal["trusted", "caution", "rejected"]
IsDraft = Field(default=False, description="The model's draws come from an approximation.")


class ContributionsAnswer(ContributionReport):
    """The decomposition, with the verdict of its model."""

    verdict: VerdictStatus
    draft: bool = IsDraft


class CurvesAnswer(ResponseCurves):
    """The response curves, with the verdict of their model."""

    verdict: VerdictStatus
    draft: bool = IsDraft


class WeeksAnswer(ObservedWeeks):
    """The observed weeks as the model fits them, with its verdict."""

    verdict: VerdictStatus
    draft: bool = IsDraft


class ModelGraphAnswer(GraphAnswer):
    """The causal graph, with the verdict of the model."""

    verdict: VerdictStatus
    draft: bool = IsDraft


class CounterfactualBody(Counterfactual):
    """A what-if question; a rejected model answers only if the caller accepts that."""

    accept_rejected: bool = Field(
        default=False, description="Answer even if the model failed its checks."
    )
