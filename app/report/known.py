"""What a model knows of the past: the answers of its reading calls."""

from dataclasses import dataclass

from mmm.attribution.answers import ContributionReport, ObservedWeeks, ResponseCurves
from mmm.attribution.contributions import contributions
from mmm.attribution.response_curves import response_curves
from mmm.attribution.weeks import observed_weeks
from mmm.posterior.fitted import FittedModel


@dataclass(frozen=True)
class Known:
    """The decomposition in total and by week, the observed weeks, and the response curves."""

    model: FittedModel
    total: ContributionReport
    weekly: ContributionReport
    weeks: ObservedWeeks
    curves: ResponseCurves


def known_of(model: FittedModel) -> Known:
    """Ask a model about its past."""
    return Known(
        model,
        contributions(model),
        contributions(model, by="week"),
        observed_weeks(model),
        response_curves(model),
    )
