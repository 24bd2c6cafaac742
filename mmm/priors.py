"""Every prior of the model in one place, each with its meaning, unit and source.

Units: shares of the mean kpi, multiples of a channel's mean active spend. Families and parameters:
normal(mean, sd), half_normal(sd), lognormal(mu, sigma of the log), beta(a, b), gamma(a, rate).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from mmm.spec import MedianP95
from mmm.types import Array

Family = Literal["normal", "half_normal", "lognormal", "beta", "gamma"]
Z95 = 1.6448536269514722


@dataclass(frozen=True)
class Prior:
    """A distribution with what it says, in which unit, and why."""

    family: Family
    parameters: tuple[float, ...]
    meaning: str
    unit: str
    source: str


PRIORS: dict[str, Prior] = {
    "level": Prior(
        "normal",
        (0.8, 0.4),
        "baseline at reference prices",
        "share of mean kpi",
        "weakly informative: media seldom exceed half of sales",
    ),
    "level_sd": Prior(
        "half_normal",
        (0.3,),
        "spread of levels over geos",
        "share of mean kpi",
        "weakly informative: kpi per head differs by tens of percent",
    ),
    "trend": Prior(
        "normal",
        (0.0, 0.3),
        "change of the baseline over the reference window",
        "share of mean kpi",
        "weakly informative",
    ),
    "season": Prior(
        "normal",
        (0.0, 0.15),
        "amplitude of one harmonic",
        "share of mean kpi",
        "weakly informative: seasonal swings of up to 30 % either way",
    ),
    "shock_sd": Prior(
        "half_normal",
        (0.1,),
        "s.d. of the weekly shock common to all geos",
        "share of mean kpi",
        "weakly informative; without it national price and media look too certain",
    ),
    "control_effect": Prior(
        "normal",
        (0.0, 0.2),
        "effect of one s.d. of a control",
        "share of mean kpi",
        "weakly informative",
    ),
    "elasticity_size": Prior(
        "lognormal",
        (np.log(2.05), 0.7),
        "minus the own price elasticity",
        "percent per percent",
        "mean 2.62 as in the meta-analysis of Bijmolt, van Heerde, Pieters (2005); "
        "90 % between 0.65 and 6.5",
    ),
    "cross_elasticity": Prior(
        "lognormal",
        (np.log(0.10), 1.38),
        "elasticity to a rival's price",
        "percent per percent",
        "median 0.10, mean 0.26: meta-analysis of Auer and Papies (2020)",
    ),
    "gamma_at_mean": Prior(
        "half_normal",
        (0.1,),
        "kpi lost to a rival's mean spend",
        "share of mean kpi",
        "weakly informative: a rival's usual advertising costs a few percent",
    ),
    "effect_sd": Prior(
        "half_normal",
        (0.3,),
        "spread of a channel's effect over geos",
        "log",
        "weakly informative",
    ),
    "adstock_alpha": Prior(
        "beta",
        (2.0, 3.0),
        "share of the effect carried to the next week",
        "per week",
        "weakly informative: mean half-life of about a week, tails to a month",
    ),
    "adstock_theta": Prior(
        "half_normal",
        (2.0,),
        "weeks from spend to the peak of its effect",
        "weeks",
        "weakly informative: peaks within a month",
    ),
    "saturation_half": Prior(
        "lognormal",
        (0.0, 0.6),
        "exposure at half effect",
        "multiples of mean active spend",
        "weakly informative: half effect between a third and three times usual spend",
    ),
    "saturation_slope": Prior(
        "lognormal",
        (np.log(1.1), 0.3),
        "shape: above one the curve is S-shaped",
        "none",
        "weakly informative around a concave curve",
    ),
    "saturation_rate": Prior(
        "lognormal",
        (0.0, 0.6),
        "rate of saturation",
        "per mean active spend",
        "weakly informative: usual spend reaches 20 to 90 % of the ceiling",
    ),
    "sigma": Prior(
        "half_normal",
        (0.15,),
        "s.d. of the weekly noise",
        "share of mean kpi",
        "weakly informative: weekly sales scatter by a few to some tens of percent",
    ),
    "nu": Prior(
        "gamma",
        (2.0, 0.1),
        "degrees of freedom of Student-t noise, above two",
        "none",
        "Juarez and Steel (2010)",
    ),
}


MEDIA_SHARE = 0.15
EFFECT_SIGMA = 1.0
SPEND_POWER = 0.5


def effect_prior(mean_spend: Array) -> tuple[Prior, ...]:
    """Contribution at mean active spend ``mean_spend (channel,)``, a share of the mean kpi each.

    All channels together carry a quarter of the kpi on average. Medians divide ``MEDIA_SHARE`` in
    proportion to the square root of spend: half-way between equal returns per unit of spend and
    equal effects per channel. The truth of a channel may be five times more or less.
    """
    weight = mean_spend**SPEND_POWER
    return tuple(
        Prior(
            "lognormal",
            (float(np.log(MEDIA_SHARE * share)), EFFECT_SIGMA),
            "contribution at the channel's mean active spend",
            "share of mean kpi",
            "media carry 10 to 30 % of sales in published models; the spread matches the "
            "log-normal ROI prior (s.d. 0.9 of the log) of Zhang et al. (2024)",
        )
        for share in weight / weight.sum()
    )


def roi_prior(roi: MedianP95) -> Prior:
    """Log-normal ROI from its median and 95 % quantile."""
    sigma = float(np.log(roi.p95 / roi.median)) / Z95
    return Prior(
        "lognormal",
        (float(np.log(roi.median)), sigma),
        "value of the channel's contribution per unit of spend, carry-out counted",
        "currency per currency",
        "given in the specification",
    )
