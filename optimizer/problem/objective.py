"""The objective as plain data: a measure of the gain, and the definition of the gain.

    on       "value"   value of the response less spend, currency; the model gives the value of a
                       unit of KPI (price less unit cost where it knows them)
             "profit"  the same where that value is profit; margin * value less spend where it is
                       revenue
             "kpi"     the response in KPI units; spend costs nothing, a budget limits it
    risk_on  "gain"               over no own spend in the window
             "gain_over_current"  over the current plan, draws paired
             "total"              the outcome of the horizon, baseline included: the expected KPI of
                                  its weeks, in value less spend where `on` is not "kpi". The
                                  carryover after the horizon is not counted. A probability of
                                  reaching a target counts noise too.

A discount rate over the weeks belongs to the response, which alone knows when a unit is earned.
Risk coefficients are dimensionless: per today's spend (on "kpi": per mean response of today's
plan), or per a given `scale`, never per limit, so that a limit that does not bind changes nothing.
Quantile, mean_variance, target_probability and losses with rising slopes come without a
certificate.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from optimizer.problem.base import Number, Probability, ProblemPart, Share, Times
from optimizer.problem.sizes import MOST_POINTS

Aversion = Annotated[Times, Field(ge=0)]
Scale = Annotated[Number, Field(ge=1e-9)]
"""The amount, in the unit of the gain, that a dimensionless risk coefficient is per."""


class _Objective(ProblemPart):
    on: Literal["value", "profit", "kpi"] = "value"
    risk_on: Literal["gain", "gain_over_current", "total"] = "gain"
    margin: Annotated[Number, Field(ge=1e-9, le=1)] | None = None

    @model_validator(mode="after")
    def _margin_of_profit(self) -> Self:
        if (self.margin is not None) and self.on != "profit":
            raise ValueError(f'"margin" goes with "on": "profit", not "{self.on}"')
        return self

    @property
    def response_unit(self) -> Literal["value", "kpi"]:
        """The unit that the response must have."""
        return "kpi" if self.on == "kpi" else "value"

    @property
    def earned_share(self) -> float:
        """The share of the response's value that is earned."""
        return 1.0 if self.margin is None else self.margin


class Expected(_Objective):
    """Maximise the mean."""

    kind: Literal["expected"] = "expected"


class MeanCvar(_Objective):
    """Maximise (1 - risk_aversion) * mean + risk_aversion * mean of the worst `tail` share."""

    kind: Literal["mean_cvar"] = "mean_cvar"
    risk_aversion: Share = 0.5
    tail: Probability = 0.1


class Cvar(_Objective):
    """Maximise the mean of the worst `tail` share."""

    kind: Literal["cvar"] = "cvar"
    tail: Probability = 0.1


class Entropic(_Objective):
    """Maximise the certainty equivalent under constant absolute risk aversion."""

    kind: Literal["entropic"] = "entropic"
    risk_aversion: Aversion = 1.0
    scale: Scale | None = None


class Semideviation(_Objective):
    """Maximise the mean less risk_aversion times the mean shortfall below it."""

    kind: Literal["semideviation"] = "semideviation"
    risk_aversion: Share = 0.5


class Utility(_Objective):
    """Maximise expected utility, stated as its certainty equivalent.

    CRRA with risk_aversion g at wealth W, log (g = 1), or CARA (as `entropic`, where wealth does
    not matter). `wealth`, in the unit of the gain, is the amount that the gain is added to. CRRA
    and log need a plan that leaves some of it in every draw.
    """

    kind: Literal["utility"] = "utility"
    utility: Literal["cara", "crra", "log"] = "crra"
    risk_aversion: Aversion = 2.0
    wealth: Annotated[Number, Field(ge=1e-9)] | None = None
    scale: Scale | None = None

    @model_validator(mode="after")
    def _scale_where_it_counts(self) -> Self:
        if self.utility != "cara" and self.scale is not None:
            raise ValueError(f'"scale" goes with "cara"; "{self.utility}" is relative to "wealth"')
        return self

    @model_validator(mode="after")
    def _wealth_where_it_counts(self) -> Self:
        if self.utility != "cara" and self.wealth is None:
            raise ValueError(
                f'"{self.utility}" needs "wealth", the amount that the gain is added to'
            )
        return self


class KlRobust(_Objective):
    """Maximise the least mean over beliefs within `radius` (Kullback-Leibler, nats)."""

    kind: Literal["kl_robust"] = "kl_robust"
    radius: Annotated[Times, Field(ge=0)] = 0.1


class Regret(_Objective):
    """Minimise the regret against each draw's own best plan.

    The greatest regret over draws, or the mean of the greatest `tail` share of them.
    """

    kind: Literal["regret"] = "regret"
    tail: Probability | None = None


class PiecewiseLoss(_Objective):
    """Maximise the mean of a utility that is piecewise linear in the outcome.

    The utility is zero at points[0]; its slope is slopes[0] below it and slopes[k] above
    points[k - 1], so there is one slope more than points. Slopes are not negative.
    """

    kind: Literal["piecewise_loss"] = "piecewise_loss"
    points: Annotated[tuple[Number, ...], Field(min_length=1, max_length=MOST_POINTS)]
    slopes: Annotated[
        tuple[Annotated[Times, Field(ge=0)], ...],
        Field(min_length=2, max_length=MOST_POINTS + 1),
    ]
    risk_on: Literal["gain", "gain_over_current", "total"] = "total"

    @model_validator(mode="after")
    def _one_slope_more(self) -> Self:
        points, slopes = len(self.points), len(self.slopes)
        if slopes != points + 1:
            raise ValueError(f"{points} points need {points + 1} slopes, but {slopes} are given")
        if any(b <= a for a, b in zip(self.points[:-1], self.points[1:], strict=True)):
            raise ValueError(f"points must rise: {list(self.points)}")
        return self


class Quantile(_Objective):
    """Maximise the quantile at `level`."""

    kind: Literal["quantile"] = "quantile"
    level: Probability = 0.1


class MeanVariance(_Objective):
    """Maximise the mean less risk_aversion / (2 scale) times the variance."""

    kind: Literal["mean_variance"] = "mean_variance"
    risk_aversion: Aversion = 1.0
    scale: Scale | None = None


class TargetProbability(_Objective):
    """Maximise the probability that the total KPI of the horizon, noise included, is `target`.

    As the condition `target` counts it; another `on` or `risk_on` counts another quantity.
    """

    kind: Literal["target_probability"] = "target_probability"
    target: Number
    on: Literal["value", "profit", "kpi"] = "kpi"
    risk_on: Literal["gain", "gain_over_current", "total"] = "total"


def measured_quantity(objective: _Objective) -> str:
    """What an objective measures, in words."""
    if isinstance(objective, Regret):
        return f"{_QUANTITIES[objective.on]['gain']}, less that of each draw's own best plan"
    quantity = _QUANTITIES[objective.on]["total" if objective.risk_on == "total" else "gain"]
    if objective.risk_on == "gain_over_current":
        return f"{quantity}, less that of today's plan"
    if objective.risk_on == "total" and isinstance(objective, TargetProbability):
        return quantity.replace("expected KPI", "KPI, noise included,")
    return quantity


_QUANTITIES = {
    "value": {
        "gain": "value over no own spend in the horizon, with carryover after it, less spend",
        "total": "value of the expected KPI within the horizon, less spend",
    },
    "profit": {
        "gain": "margin on the value over no own spend in the horizon, with carryover after it, "
        "less spend",
        "total": "margin on the value of the expected KPI within the horizon, less spend",
    },
    "kpi": {
        "gain": "KPI over no own spend in the horizon, with carryover after it",
        "total": "expected KPI within the horizon",
    },
}

Objective = Annotated[
    Expected
    | MeanCvar
    | Cvar
    | Entropic
    | Semideviation
    | Utility
    | KlRobust
    | Regret
    | PiecewiseLoss
    | Quantile
    | MeanVariance
    | TargetProbability,
    Field(discriminator="kind"),
]
