"""The limits of the checks that a verdict is made of, with the wording and advice of each."""

import math
from dataclasses import dataclass

NEVER = math.inf
DRAFT = "draft"


@dataclass(frozen=True)
class CheckRule:
    """A check with its two limits; ``below`` means that small values are the bad ones.

    ``reject`` is NEVER, or -NEVER, where a check is never a reason to reject. A model that has one
    of ``remedies`` already (words of its ``kpi.likelihood``, ``noise`` and ``demand``) gets the
    ``other_advice``.
    """

    name: str
    caution: float
    reject: float
    below: bool
    what: str
    advice: str
    remedies: tuple[str, ...] = ()
    other_advice: str = ""


SEPARATE_DEMAND = (
    "where the series cannot separate latent demand from the budgets it drives, a lift test on one "
    "of these channels can, or a column that measures demand (demand.kind 'series')"
)


CHAIN_RULES: tuple[CheckRule, ...] = (
    CheckRule(
        "r_hat",
        1.01,
        1.05,
        False,
        "largest R-hat over all parameters",
        "the chains disagree: something that several channels could explain is missing (a feast, "
        "an event, a break), or the model asks too much of the data",
        ("latent",),
        f"the chains disagree: {SEPARATE_DEMAND}",
    ),
    CheckRule(
        "ess_bulk",
        400.0,
        100.0,
        True,
        "smallest bulk effective sample size",
        "too few independent draws for stable means: leave sampling.draws out, so that the fit "
        "goes on until there are enough; where it did, more draws will not help",
        ("latent",),
        f"too few independent draws for stable means: {SEPARATE_DEMAND}",
    ),
    CheckRule(
        "ess_tail",
        400.0,
        100.0,
        True,
        "smallest tail effective sample size",
        "too few independent draws for stable 5 and 95 % quantiles: leave sampling.draws out, so "
        "that the fit goes on until there are enough",
    ),
    CheckRule(
        "divergences",
        0.002,
        0.05,
        False,
        "share of divergent transitions",
        "the sampler could not follow the posterior everywhere: raise sampling.target_accept, "
        "or give the weakest channels a prior",
    ),
)


DRAFT_RULES: tuple[CheckRule, ...] = (
    CheckRule(
        DRAFT,
        0.0,
        NEVER,
        False,
        "DRAFT: the share of draws that come from an approximation of the posterior",
        "a first look only: fit again with sampling.method 'nuts' before making budget decisions",
    ),
    CheckRule(
        "pareto_k",
        0.7,
        NEVER,
        False,
        "tail shape of the importance weights (above 1 they are not used),",
        "the approximation does not match the shape of the posterior: intervals may be clearly "
        "wrong, so fit with sampling.method 'nuts'",
    ),
)


FIT_RULES: tuple[CheckRule, ...] = (
    CheckRule(
        "r_squared",
        0.5,
        0.0,
        True,
        "share of the KPI's variance that the mean explains",
        "the model misses what moves the KPI: add controls, price, events or seasonality",
    ),
    CheckRule(
        "predictive_coverage",
        0.8,
        0.6,
        True,
        "share of weeks in the 90 % predictive interval",
        "the noise has heavier tails: try kpi.likelihood 'student_t', or add what is missing",
    ),
    CheckRule(
        "residual_autocorrelation",
        0.2,
        0.8,
        False,
        "lag-1 autocorrelation of the residuals",
        "the noise depends on the week before: try noise.kind 'ar1', or add the slow driver that "
        "is missing (demand, distribution, a trend break); intervals are too narrow until then",
        ("ar1",),
        "something slow is missing (demand, distribution, a trend break): add it as a control, or "
        "try trend.kind 'smooth' or 'random_walk'; intervals are too narrow until then",
    ),
)


RULES = (*CHAIN_RULES, *FIT_RULES)


OPTIONAL_RULES: tuple[CheckRule, ...] = (
    CheckRule(
        "residual_persistence",
        0.1,
        NEVER,
        False,
        "mean autocorrelation of the residuals over four weeks",
        "something slow is missing (demand, distribution, a trend break): add it as a control, or "
        "try trend.kind 'smooth' or 'random_walk'; intervals are too narrow until then",
    ),
    CheckRule(
        "residual_tails",
        1.0,
        NEVER,
        False,
        "excess kurtosis of the residuals",
        "some weeks are further off than normal noise allows: try kpi.likelihood 'student_t', or "
        "'lognormal' where outliers grow with the KPI; name the weeks you know as events",
        ("student_t", "lognormal", "negative_binomial"),
        "some weeks are further off than this noise allows: name what happened then as events",
    ),
    CheckRule(
        "residual_spread_by_mean",
        0.15,
        NEVER,
        False,
        "correlation of the residuals' size with the fitted mean",
        "the noise grows with the KPI: try kpi.likelihood 'lognormal' (log link), or "
        "'negative_binomial' for counts",
        ("lognormal", "negative_binomial"),
        "the noise grows faster than the KPI: something that acts in strong weeks is missing",
    ),
    CheckRule(
        "residual_spread_by_geo",
        1.5,
        NEVER,
        False,
        "size of the residuals in the noisiest geo relative to the quietest",
        "the geos' noise differs by more than their size explains: try noise.scale 'geo'",
        ("geo",),
        "the noise of a geo is not constant over time: look for breaks in the extreme geos",
    ),
    CheckRule(
        "residual_correlation_of_geos",
        0.15,
        NEVER,
        False,
        "typical correlation of two geos' residuals beyond the common shock",
        "some geos share a driver that is missing (region, weather, a rival): add it as a control "
        "with a value for each geo; where their noise also differs in size, fix that first",
    ),
    CheckRule(
        "extrapolation",
        1.0,
        -NEVER,
        True,
        "extrapolation: s.d. of a response at twice the largest observed spend relative to that at "
        "the largest, smallest over channels,",
        "above the observed spend the answer comes from the prior: stay near the data, or run a "
        "lift test at a higher spend",
    ),
    CheckRule(
        "draws_kept",
        1.0,
        -NEVER,
        True,
        "incomplete: share of the requested draws that were made",
        "the fit was stopped early: its intervals are rough; fit again to the end before "
        "making budget decisions",
    ),
    CheckRule(
        "lift_tests",
        2.5,
        4.0,
        False,
        "largest difference between a lift test and the fit, in s.d. of that difference,",
        "a lift test and the series contradict each other: check the test's geos, weeks, spend "
        "and unit, raise its transport_sd, or declare the confounder",
    ),
)
