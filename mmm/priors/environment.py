"""Priors of the baseline, price, demand and noise.

Units: shares of the mean KPI, unless an entry says otherwise.
"""

import numpy as np

from mmm.priors.prior import Prior

FEASTS = (
    "weakly informative: weeks before Christmas are +0.9 to +2.2 for seasonal goods and hardly "
    "anything for most others. Flat near zero, so that many small effects shrink one another; half "
    "of all effects lie within 36 % of the mean KPI, 6 % beyond twice the mean KPI"
)

ENVIRONMENT: dict[str, Prior] = {
    "level": Prior(
        "normal",
        (0.8, 0.4),
        "baseline at reference prices",
        "share of mean KPI",
        "weakly informative: media seldom exceed half of sales",
    ),
    "level_log": Prior(
        "normal",
        (-0.2, 0.5),
        "baseline at reference prices on the log link",
        "log, relative to mean KPI",
        "weakly informative: median 0.82 of the mean KPI, 90 % between 0.36 and 1.9",
    ),
    "level_sd": Prior(
        "half_normal",
        (0.3,),
        "spread of levels over geos",
        "share of mean KPI",
        "weakly informative: KPI per head differs by tens of percent",
    ),
    "level_sd_unsized": Prior(
        "lognormal",
        (np.log(0.3), 0.1),
        "spread of levels over geos whose size is their own mean KPI",
        "share of mean KPI",
        "not pooled: level and media of such a geo add up to one by construction, so that levels "
        "drawn together would make geos with more media seem to owe them no more",
    ),
    "product_sd": Prior(
        "half_normal",
        (0.3,),
        "spread of levels over products",
        "share of mean KPI",
        "weakly informative: as the spread over geos",
    ),
    "trend": Prior(
        "normal",
        (0.0, 0.3),
        "change of the baseline over the reference window",
        "share of mean KPI",
        "weakly informative",
    ),
    "changepoint_sd": Prior(
        "half_normal",
        (0.3,),
        "s.d. of the change of slope at one kink",
        "share of mean KPI per reference window",
        "weakly informative: a kink may bend the trend as much as the trend itself moves",
    ),
    "smooth_sd": Prior(
        "half_normal",
        (0.1,),
        "s.d. of the smooth baseline about its line",
        "share of mean KPI",
        "weakly informative: slow waves of a fifth of the KPI either way at most",
    ),
    "walk_sd": Prior(
        "lognormal",
        (-2.5, 0.7),
        "how far the random walk of the baseline goes over the reference window (s.d.)",
        "share of mean KPI",
        "weakly informative: median 8 % of the KPI, 90 % between 3 and 26 %; over three years the "
        "level then moves by less than 1 % from week to week and by 5 % (2 to 15 %) within a year. "
        "Log-normal, and not from zero on: a baseline that cannot move gives media what it moved",
    ),
    "season": Prior(
        "normal",
        (0.0, 0.15),
        "amplitude of one harmonic",
        "share of mean KPI",
        "weakly informative: seasonal swings of up to 30 % either way",
    ),
    "holiday_sd": Prior(
        "half_normal",
        (1.0,),
        "s.d. of the effect of a holiday's day, over holidays and the weeks around them",
        "share of mean KPI",
        FEASTS,
    ),
    "event_sd": Prior(
        "half_normal",
        (1.0,),
        "s.d. over several events of the effect of one that fills the week",
        "share of mean KPI",
        FEASTS,
    ),
    "event": Prior(
        "normal",
        (0.0, 1.0),
        "effect of a single event that fills the week",
        "share of mean KPI",
        "weakly informative: either sign; three times the usual KPI is two s.d. away; "
        "one event alone says nothing of a common s.d.",
    ),
    "shock_sd": Prior(
        "half_normal",
        (0.1,),
        "s.d. of the weekly shock common to all geos",
        "share of mean KPI",
        "weakly informative; without it national price and media look too certain",
    ),
    "control_effect": Prior(
        "normal",
        (0.0, 0.2),
        "effect of one s.d. of a control",
        "share of mean KPI",
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
    "elasticity_sd": Prior(
        "half_normal",
        (0.2,),
        "spread of the own price elasticity over geos",
        "log",
        "weakly informative: regions differ by tens of percent at most",
    ),
    "cross_elasticity": Prior(
        "lognormal",
        (np.log(0.10), 1.38),
        "elasticity to a rival's price",
        "percent per percent",
        "median 0.10, mean 0.26: meta-analysis of Auer and Papies (2020)",
    ),
    "demand_rho": Prior(
        "beta",
        (5.0, 1.5),
        "correlation of latent demand with that of the week before",
        "none",
        "weakly informative: demand moves over months; mean 0.77, seldom below 0.5",
    ),
    "demand_effect": Prior(
        "half_normal",
        (0.2,),
        "effect of one s.d. of latent demand",
        "share of mean KPI",
        "weakly informative: as a control's; positive, which gives demand its sign",
    ),
    "budget_level": Prior(
        "normal",
        (0.0, 1.0),
        "log budget at mean demand",
        "log, relative to mean log spend",
        "weakly informative: spend is scaled to be near zero here",
    ),
    "budget_loading": Prior(
        "half_normal",
        (0.5,),
        "response of a budget to one s.d. of latent demand",
        "log spend",
        "weakly informative: planners may raise budgets by half or double them in good weeks",
    ),
    "budget_sd": Prior(
        "half_normal",
        (1.0,),
        "s.d. of a budget about what demand explains",
        "log spend",
        "weakly informative: budgets may double or halve for reasons of their own",
    ),
    "index_level": Prior(
        "normal",
        (0.0, 1.0),
        "level of the index of demand at mean demand",
        "s.d. of the index",
        "weakly informative: the index is scaled to mean 0, s.d. 1",
    ),
    "index_trend": Prior(
        "normal",
        (0.0, 2.0),
        "change of the index over the reference window that is not demand's",
        "s.d. of the index",
        "weakly informative: an index that is nothing but a trend changes by 3.5 of its s.d.",
    ),
    "index_season": Prior(
        "normal",
        (0.0, 1.0),
        "amplitude of one harmonic of the index",
        "s.d. of the index",
        "weakly informative: an index that is nothing but one harmonic has an amplitude of 1.4",
    ),
    "index_loading": Prior(
        "half_normal",
        (1.0,),
        "response of the index to one s.d. of demand",
        "s.d. of the index",
        "weakly informative: demand may be all that moves the index, or nothing of it",
    ),
    "index_sd": Prior(
        "half_normal",
        (1.0,),
        "s.d. of the index about demand, trend and season",
        "s.d. of the index",
        "weakly informative: with the loading's, every reliability from none to all is believed",
    ),
    "sigma": Prior(
        "half_normal",
        (0.15,),
        "s.d. of the weekly noise",
        "share of mean KPI",
        "weakly informative: weekly sales scatter by a few to some tens of percent",
    ),
    "sigma_spread": Prior(
        "half_normal",
        (0.3,),
        "spread of the s.d. of the noise over geos",
        "log",
        "weakly informative: small geos scatter up to twice as much as large ones",
    ),
    "nu": Prior(
        "gamma",
        (2.0, 0.1),
        "degrees of freedom of Student-t noise, above two",
        "none",
        "Juarez and Steel (2010)",
    ),
    "noise_rho": Prior(
        "beta",
        (1.0, 2.0),
        "correlation of the noise of one week with that of the week before",
        "none",
        "weakly informative: mean a third, falling from none to a random walk, which is excluded; "
        "negative values are left out: what moves a KPI (stock, weather) lasts",
    ),
    "noise_sd": Prior(
        "half_normal",
        (0.15,),
        "s.d. of the fresh part of a week's memory, of counts that remember",
        "log",
        "weakly informative: as that of the noise of other sales",
    ),
    "dispersion": Prior(
        "lognormal",
        (np.log(20.0), 1.0),
        "negative binomial alpha; variance is mean + mean^2 / alpha",
        "none",
        "weakly informative: scatter beyond Poisson of 22 % of the mean, 90 % between 10 and 51 %",
    ),
}
