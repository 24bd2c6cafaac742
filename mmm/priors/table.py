"""Every prior of the model by name, each with its meaning, unit and source.

Units: shares of the mean KPI, multiples of a channel's mean active spend. ``PRIORS``
joins the tables of ``environment`` and ``media``; functions give the priors that depend on the data
or the specification: a channel's effect, and statements such as its ROI.
"""

from dataclasses import replace

import numpy as np

from mmm.data.scales import DEFAULTS
from mmm.priors.environment import ENVIRONMENT
from mmm.priors.media import MEDIA
from mmm.priors.prior import Prior
from mmm.spec.media import MedianP95
from mmm.types import Array

__all__ = ["PRIORS", "Prior", "effect_prior", "prior_of", "stated_prior"]

Z95 = 1.6448536269514722

PRIORS: dict[str, Prior] = {**ENVIRONMENT, **MEDIA}

KNOWS_BUDGETS = 2
"""The first generation of default priors in which effects know what a budget costs, and how many
channels there are."""

WIDE_FEASTS = 3
"""The first generation of default priors in which holidays and events reach seasonal goods, and
several events have a common s.d."""

BEFORE_WIDE_FEASTS: dict[str, Prior] = {
    "holiday_sd": Prior(
        "half_normal",
        (0.1,),
        "s.d. over holidays of the effect of one holiday's day",
        "share of mean KPI",
        "weakly informative: a holiday seldom moves the week by more than a fifth",
    ),
    "event": Prior(
        "normal",
        (0.0, 0.2),
        "effect of an event that fills the week",
        "share of mean KPI",
        "weakly informative: either sign, up to 40 % of the KPI",
    ),
}
"""Priors of the generations before ``WIDE_FEASTS``."""


def prior_of(name: str, defaults: int = DEFAULTS) -> Prior:
    """The prior ``name`` of the generation ``defaults`` of default priors."""
    former = BEFORE_WIDE_FEASTS if defaults < WIDE_FEASTS else {}
    return former.get(name, PRIORS[name])


MEDIA_SHARE = 0.15
EFFECT_SIGMA = 1.0
SPEND_POWER = 0.5

USUAL_CHANNELS = 4
"""With more channels each is less certain, so that their total stays as uncertain as with four."""

LARGEST_USUAL_RETURN = 3.0
"""Value per unit of spend that the median of no channel's prior exceeds."""

WITHIN = 2.0
"""Standard deviations."""

BEND = 4.0
"""How sharply medians turn from the share of spend to the largest usual return."""


def effect_prior(
    mean_spend: Array, worth: float | None, defaults: int = DEFAULTS
) -> tuple[Prior, ...]:
    """Contribution at mean active spend ``mean_spend (channel,)``, a share of the mean KPI each.

    ``worth``: value in currency of the mean KPI of a week; None where it has none.

    All channels together carry a quarter of the KPI on average, which is about a fifth over a
    history with weeks off. Medians divide ``MEDIA_SHARE`` in proportion to the square root of
    spend: half-way between equal returns per unit of spend and equal effects per channel. The true
    effect may be five times larger or smaller.

    *No budget.* Owned and organic media (NaN in ``mean_spend``) count as the average channel: what
    was sent says nothing of its size in money.

    *Small budgets.* A median whose return r would exceed the largest usual one R is lowered to
    r / (1 + (r / R)^4)^(1/4): media that cost 0.2 % of sales are not believed to cause a tenth of
    them. Its s.d. grows so that r stays within ``WITHIN`` of them: spend in another unit than
    currency is believed less readily, not excluded.

    *Many channels.* A sum of n independent log-normal effects is ever more certain as n grows
    (Fenton, 1960, The sum of log-normal probability distributions): its relative variance is
    (exp(sigma^2) - 1) / n. Above four channels sigma grows so that this stays, and medians fall so
    that the mean stays.

    Models of the first generation of ``defaults`` keep priors without the last two.
    """
    weight = mean_spend**SPEND_POWER
    free = np.isnan(weight)
    weight = np.where(free, weight[~free].mean() if (~free).any() else 1.0, weight)
    medians = MEDIA_SHARE * weight / weight.sum()
    many, worth = (len(weight), worth) if defaults >= KNOWS_BUDGETS else (USUAL_CHANNELS, None)
    variance = float(np.log1p(np.expm1(EFFECT_SIGMA**2) * max(many / USUAL_CHANNELS, 1.0)))
    sigma = np.full(len(weight), np.sqrt(variance))
    medians = medians * np.exp(0.5 * (EFFECT_SIGMA**2 - variance))
    if worth is not None and worth > 0.0:
        returns = np.where(free, 0.0, medians * worth / mean_spend)
        lowered = (1.0 + (returns / LARGEST_USUAL_RETURN) ** BEND) ** (1.0 / BEND)
        medians = medians / lowered
        sigma = np.maximum(sigma, np.log(lowered) / WITHIN)
    return tuple(
        Prior(
            "lognormal",
            (float(np.log(median)), float(sd)),
            "contribution at the channel's mean active spend",
            "share of mean KPI",
            "media carry 10 to 30 % of sales in published models; the spread matches the "
            "log-normal ROI prior (s.d. 0.9 of the log) of Zhang et al. (2024)",
        )
        for median, sd in zip(medians, sigma, strict=True)
    )


def signed(prior: Prior) -> Prior:
    """The normal prior with the median and the 95 % quantile of a log-normal ``prior``: what is
    believed of the size stays, and the sign is left open."""
    center, sigma = (np.asarray(values) for values in prior.parameters)
    median = np.exp(center)
    sd = median * (np.exp(Z95 * sigma) - 1.0) / Z95
    return replace(prior, family="normal", parameters=(median, sd))


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
