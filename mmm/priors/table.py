"""Every prior of the model by name, each with its meaning, unit and source.

Units: shares of the mean KPI, multiples of a channel's mean active spend. ``PRIORS``
joins the tables of ``environment`` and ``media``; functions give the priors that depend on the data
or the specification: a channel's effect, and statements such as its ROI.
"""

import numpy as np

from mmm.priors.environment import ENVIRONMENT
from mmm.priors.media import MEDIA
from mmm.priors.prior import Prior
from mmm.spec.media import MedianP95
from mmm.types import Array

__all__ = ["PRIORS", "Prior", "effect_prior", "stated_prior"]

Z95 = 1.6448536269514722

PRIORS: dict[str, Prior] = {**ENVIRONMENT, **MEDIA}

MEDIA_SHARE = 0.15
EFFECT_SIGMA = 1.0
SPEND_POWER = 0.5


def effect_prior(mean_spend: Array) -> tuple[Prior, ...]:
    """Contribution at mean active spend ``mean_spend (channel,)``, a share of the mean KPI each.

    All channels together carry a quarter of the KPI on average, which is about a fifth over a
    history with weeks off. Medians divide ``MEDIA_SHARE`` in proportion to the square root of
    spend: half-way between equal returns per unit of spend and equal effects per channel. The true
    effect may be five times larger or smaller.
    """
    weight = mean_spend**SPEND_POWER
    return tuple(
        Prior(
            "lognormal",
            (float(np.log(MEDIA_SHARE * share)), EFFECT_SIGMA),
            "contribution at the channel's mean active spend",
            "share of mean KPI",
            "media carry 10 to 30 % of sales in published models; the spread matches the "
            "log-normal ROI prior (s.d. 0.9 of the log) of Zhang et al. (2024)",
        )
        for share in weight / weight.sum()
    )


STATEMENTS = {
    "roi": (
        "value of the channel's contribution per unit of spend, carryover after the window counted",
        "ratio",
    ),
    "marginal_roi": (
        "value of the next unit of spend, carryover after the window counted",
        "ratio",
    ),
    "share": ("contribution of the channel within the window", "share of the KPI"),
    "elasticity": ("change of the KPI with the channel's spend", "percent per percent"),
    "half_life": ("time after which half of a week's effect is past", "weeks"),
}


def stated_prior(kind: str, stated: MedianP95) -> Prior:
    """Log-normal prior of a statement (a key of ``STATEMENTS``) by its median and 95 % quantile."""
    sigma = float(np.log(stated.p95 / stated.median)) / Z95
    meaning, unit = STATEMENTS[kind]
    center = float(np.log(stated.median))
    return Prior("lognormal", (center, sigma), meaning, unit, "given in the specification")
