"""``model.plot``: the figures of a fitted model."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mmm.attribution.contributions import contributions
from mmm.attribution.response_curves import response_curves
from mmm.attribution.weeks import observed_weeks
from mmm.plots.curves import curves_figure
from mmm.plots.past import decomposition_figure, fit_figure, returns_figure, waterfall_figure
from mmm.plots.plan import plan_figure
from mmm.posterior.fitted import FittedModel
from mmm.posterior.plots import PlanAnswer, PlanOfCells

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class ModelPlots:
    """Figures of what a fitted model answers; every number in them is the answer's own."""

    model: FittedModel

    def fit(self) -> "go.Figure":
        """The KPI as observed and as the model expects it, with its 90 % predictive range."""
        return fit_figure(observed_weeks(self.model))

    def decomposition(self, by: Literal["week", "total"] = "week") -> "go.Figure":
        """What the weeks were made of: by week as areas, in total as a waterfall."""
        if by == "total":
            return waterfall_figure(contributions(self.model))
        return decomposition_figure(contributions(self.model, by="week"))

    def returns(self) -> "go.Figure":
        """The return of each paid channel with its 90 % range and its evidence."""
        return returns_figure(contributions(self.model), self.model.spec.currency)

    def curves(self) -> "go.Figure":
        """What more or less money in each channel brings, and what was seen of it."""
        weeks = observed_weeks(self.model)
        return curves_figure(response_curves(self.model), weeks, self.model.spec.currency)

    def plan(self, answer: PlanAnswer | PlanOfCells) -> "go.Figure":
        """A plan beside today's spend: an answer of ``allocate`` or of ``evaluate-plan``."""
        return plan_figure(answer, self.model.spec.currency)
