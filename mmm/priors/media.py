"""Priors of media: sizes, carryover and saturation, and the mediators they move.

Units: shares of the mean KPI, multiples of a channel's mean active spend, s.d. of a mediator.
"""

import numpy as np

from mmm.priors.prior import Prior

MEDIA: dict[str, Prior] = {
    "gamma_at_mean": Prior(
        "half_normal",
        (0.1,),
        "KPI lost to a rival's mean spend",
        "share of mean KPI",
        "weakly informative: a rival's usual advertising costs a few percent",
    ),
    "effect_sd": Prior(
        "half_normal",
        (0.3,),
        "spread of a channel's effect over geos",
        "log",
        "weakly informative",
    ),
    "multiplier_sd": Prior(
        "half_normal",
        (0.2,),
        "s.d. over time of the effectiveness of a group of media",
        "log",
        "weakly informative: effectiveness drifts by tens of percent, not by multiples",
    ),
    "interaction": Prior(
        "normal",
        (0.0, 0.05),
        "joint effect of two channels at full saturation of both",
        "share of mean KPI",
        "weakly informative: small against the channels' own effects; either sign",
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
    "adstock_shape": Prior(
        "lognormal",
        (np.log(1.2), 0.4),
        "shape of a Weibull or gamma carryover: above one the effect first builds up",
        "none",
        "weakly informative: near geometric decay (one); 90 % between 0.6 and 2.3",
    ),
    "adstock_scale": Prior(
        "lognormal",
        (np.log(2.0), 0.7),
        "weeks within which 63 % of the effect has passed (Weibull)",
        "weeks",
        "weakly informative: 90 % between half a week and six weeks",
    ),
    "adstock_mean": Prior(
        "lognormal",
        (np.log(1.4), 0.6),
        "mean delay of the effect, without its end at the longest lag (gamma)",
        "weeks",
        "weakly informative: half-lives of about a week at a shape near one, as the geometric's; "
        "90 % between half a week and four weeks",
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
    "saturation_power": Prior(
        "beta",
        (3.0, 3.0),
        "exponent of the power curve: percent of effect per percent of spend",
        "percent per percent",
        "weakly informative: around the square root; 90 % between 0.19 and 0.81",
    ),
    "frequency_half": Prior(
        "lognormal",
        (np.log(2.0), 0.5),
        "contacts per person reached at half effect",
        "contacts a week",
        "weakly informative: 90 % between one and five contacts",
    ),
    "frequency_slope": Prior(
        "lognormal",
        (np.log(1.5), 0.3),
        "shape of the effect of repeated contacts",
        "none",
        "weakly informative: mildly S-shaped, as one contact is often too few",
    ),
    "mediator_level": Prior(
        "normal",
        (0.0, 1.0),
        "level of a mediator without its causes",
        "s.d. of the mediator",
        "weakly informative: the mediator is scaled to mean 0, s.d. 1",
    ),
    "mediator_trend": Prior(
        "normal",
        (0.0, 0.5),
        "change of a mediator over the reference window",
        "s.d. of the mediator",
        "weakly informative",
    ),
    "mediator_season": Prior(
        "normal",
        (0.0, 0.5),
        "amplitude of one harmonic of a mediator",
        "s.d. of the mediator",
        "weakly informative",
    ),
    "mediator_parent": Prior(
        "normal",
        (0.0, 0.5),
        "effect of one s.d. of a parent that is not a channel",
        "s.d. of the mediator",
        "weakly informative: either sign",
    ),
    "path_effect": Prior(
        "half_normal",
        (0.7,),
        "effect of a channel at its mean active spend on a mediator",
        "s.d. of the mediator",
        "weakly informative: media raise a mediator, by about its own s.d. at most",
    ),
    "mediator_sd": Prior(
        "half_normal",
        (1.0,),
        "s.d. of a mediator about what its causes explain",
        "s.d. of the mediator",
        "weakly informative: the causes may explain nothing",
    ),
    "mediator_effect": Prior(
        "normal",
        (0.0, 0.2),
        "effect of one s.d. of a mediator on the KPI",
        "share of mean KPI",
        "weakly informative: as a control's",
    ),
}
